"""Writes the layout for your own images: VIS/<subject>/* and NIR/<subject>/*, with subfolders."""

from faces.testbed.photo import LayoutWriter, Photo, photo_of

SUFFIX = {"VIS": ".jpg", "NIR": ".png"}


def _place(person: int, spectrum: str, number: int) -> Photo:
    """Return a photo; every third one is in a subfolder, where the same names are used again."""
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
