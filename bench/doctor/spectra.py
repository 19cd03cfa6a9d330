"""Looks for exchanged spectra in a sample: colours in NIR images, grey VIS images, brightness.

A near-infrared camera sees no colours. Some data sets ship VIS images in grey, so nothing here
stops a run, and where both spectra are grey, only the person who looks can tell them apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.doctor.images import SPECTRA
from bench.doctor.page import Problem, Section
from faces.common.evenly_spaced import evenly, first_few
from faces.common.progress import Progress
from faces.luminance import luminance
from faces.manifest import Manifest
from faces.sources import read_checked

THINNED_PX = 256  # rows and columns that are looked at, about
LEAST_COLOUR = 2.0  # mean difference of an image's channels: more than JPEG makes of grey
LEAST_SHARE = 0.05  # of that difference in the brightest channel


@dataclass(frozen=True)
class Look:
    """The look of an image: whether it has colours, and its mean luminance from 0 to 255."""

    spectrum: str
    source: str
    coloured: bool
    brightness: float


def look(manifest: Manifest, most: int, progress: Progress) -> list[Look]:
    """Look at no more than `most` images of each spectrum, those of `sample.look`.

    Raises DataError where a file has changed since it was read.
    """
    images = manifest.images
    lines = [images[images["spectrum"] == spectrum] for spectrum in SPECTRA]
    chosen = [
        (spectrum, own["source"].iloc[row], own["sha256"].iloc[row])
        for spectrum, own in zip(SPECTRA, lines, strict=True)
        for row in evenly(len(own), most).tolist()
    ]
    looks = []
    for spectrum, source, sha256 in chosen:
        pixels = _thinned(read_checked(manifest.root, source, sha256))
        looks.append(Look(spectrum, source, is_coloured(pixels), float(luminance(pixels).mean())))
        progress(len(looks), len(chosen), {})
    return looks


def _thinned(pixels: np.ndarray) -> np.ndarray:
    """Leave out rows and columns of a large image, (H, W, C)."""
    down, across = (max(1, side // THINNED_PX) for side in pixels.shape[:2])
    return pixels[::down, ::across]


def is_coloured(pixels: np.ndarray) -> bool:
    """Tell whether an image, (H, W, 1 or 3) uint8, has colours."""
    brightest, darkest = pixels.max(axis=2).astype(float), pixels.min(axis=2)
    difference = float((brightest - darkest).mean())
    return difference > LEAST_COLOUR and difference > LEAST_SHARE * float(brightest.mean())


def section(looks: Sequence[Look]) -> Section:
    """Return what was seen of each spectrum, and the suspicions."""
    by_spectrum = [[one for one in looks if one.spectrum == spectrum] for spectrum in SPECTRA]
    rows = [
        ["", *SPECTRA],
        ["in colour", *(f"{len(_coloured(own))} of {len(own)}" for own in by_spectrum)],
        ["median brightness", *map(_brightness, by_spectrum)],
    ]
    return Section("Spectra in a sample", (), rows, list(_suspicions(*by_spectrum)))


def _coloured(looks: Sequence[Look]) -> list[str]:
    return [one.source for one in looks if one.coloured]


def _brightness(looks: Sequence[Look]) -> str:
    return f"{np.median([one.brightness for one in looks]):.0f}" if looks else "-"


def _suspicions(vis: Sequence[Look], nir: Sequence[Look]) -> Iterator[Problem]:
    """Yield what makes one suspect that images are of the other spectrum."""
    nir_in_colour, vis_in_colour = _coloured(nir), _coloured(vis)
    vis_in_grey = [one.source for one in vis if not one.coloured]
    found = f"{len(nir_in_colour)} of {len(nir)} NIR images have colours"
    if 2 * len(nir_in_colour) > len(nir) and 2 * len(vis_in_grey) > len(vis):
        yield Problem(
            f"the spectra look exchanged: {found}, and {len(vis_in_colour)} of {len(vis)} VIS "
            f"images (median brightness {_brightness(nir)} and {_brightness(vis)}); look at "
            f"{nir_in_colour[0]} and {vis_in_grey[0]}, and exchange the folders if it is so"
        )
        return
    if nir_in_colour:
        listed = first_few(nir_in_colour, separator="; ")
        yield Problem(f"{found}: {listed}; look whether they are VIS images in the wrong place")
    if vis_in_colour and vis_in_grey:
        listed = first_few(vis_in_grey, separator="; ")
        grey = f"{len(vis_in_grey)} of {len(vis)} VIS images are grey and others are not: {listed}"
        yield Problem(f"{grey}; look whether they are NIR images in the wrong place")
