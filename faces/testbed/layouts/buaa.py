"""Writes BUAA-VisNir: `<subject>/<number>.bmp`, with every number's spectrum in `spectra.csv`.

The names do not tell the spectrum, and public code disagrees about it, so spectra.csv states it.
"""

import numpy as np

from faces.testbed.photo import LayoutWriter, Photo, photo_of

MORE_NUMBERS = 100  # numbers after the last image that spectra.csv also states, for added files


def _place(person: int, spectrum: str, number: int) -> Photo:
    """Return a photo: odd numbers are visible light, even ones near-infrared."""
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
    """Return the file that states the spectra."""
    last = max(int(photo.shot) for photo in photos) + MORE_NUMBERS
    lines = [f"{number},{'VIS' if number % 2 else 'NIR'}\n" for number in range(1, last + 1)]
    return {"spectra.csv": "".join(["number,spectrum\n", *lines]).encode()}


WRITER = LayoutWriter("buaa", _place, _lists)
