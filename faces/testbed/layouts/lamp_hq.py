"""Writes LAMP-HQ: VIS/VIS_P0588_1_a.jpg and NIR/NIR_P0588_5_UP_f.jpg."""

from faces.testbed.photo import LayoutWriter, Photo, photo_of

LETTERS = "abcdef"
MIDDLE = {"VIS": "", "NIR": "UP_"}


def _place(person: int, spectrum: str, number: int) -> Photo:
    """Return a photo; its shot is a number, for NIR a direction, and a letter."""
    subject = f"P{person + 1:04d}"
    shot = f"{number // len(LETTERS) + 1}_{MIDDLE[spectrum]}{LETTERS[number % len(LETTERS)]}"
    return photo_of(
        person,
        spectrum,
        number,
        source=f"{spectrum}/{spectrum}_{subject}_{shot}.jpg",
        subject=subject,
        shot=shot,
    )


WRITER = LayoutWriter("lamp_hq", _place)
