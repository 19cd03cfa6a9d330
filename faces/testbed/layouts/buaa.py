"""BUAA-VisNir: `<subject>/<number>.bmp`, with `spectra.csv` for the spectrum of every number.

The names do not tell the spectrum, and public code disagrees about it, so a reader has to be told.
"""

import numpy as np

from faces.testbed.photo import LayoutWriter, Photo, photo_of

MORE_NUMBERS = 100  # stated beyond the last image, for files that somebody adds


def _place(person: int, spectrum: str, number: int) -> Photo:
    """Odd numbers are visible light, even ones near-infrared."""
    subject, shot = str(person + 1), str(2 * number + (1 if spectrum == "VIS" else 2))
    return photo_of(
        person,
        spectrum,
        number,
        source=f"{subject}/{shot}.bmp",
        subject=subject,
        shot=shot,
    )


def _lists(photos: list[Photo], _: np.random.Generator) -> dict[str, bytes]:
    """Gives the one file that states the spectra."""
    last = max(int(photo.shot) for photo in photos) + MORE_NUMBERS
    lines = [f"{number},{'VIS' if number % 2 else 'NIR'}\n" for number in range(1, last + 1)]
    return {"spectra.csv": "".join(["number,spectrum\n", *lines]).encode()}


WRITER = LayoutWriter("buaa", _place, _lists)
