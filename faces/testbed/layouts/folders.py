"""The plain layout for data of one's own: VIS/<subject>/* and NIR/<subject>/*, folders within."""

from faces.testbed.photo import LayoutWriter, Photo, photo_of

SUFFIX = {"VIS": ".jpg", "NIR": ".png"}


def _place(person: int, spectrum: str, number: int) -> Photo:
    """Gives every third image lies one folder further down, where names may be the same again."""
    subject = f"person {person + 1:02d}"
    shot = f"late/{number // 3 + 1}" if number % 3 == 2 else f"{number - number // 3 + 1}"
    return photo_of(
        person,
        spectrum,
        number,
        source=f"{spectrum}/{subject}/{shot}{SUFFIX[spectrum]}",
        subject=subject,
        shot=shot,
    )


WRITER = LayoutWriter("folders", _place)
