"""Looks for exchanged spectra in a sample: colours in NIR images, grey VIS images, brightness.

A near-infrared camera sees no colours. Some data sets ship VIS images in grey, so nothing here
stops a run, and where both spectra are grey, only the person who looks can tell them apart.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from bench.doctor.images import SPECTRA
from bench.doctor.page import Problem, Section
from bench.doctor.sample import Seen
from faces.common.evenly_spaced import first_few


def section(seen: Sequence[Seen]) -> Section:
    """Return what was seen of each spectrum, and the suspicions."""
    by_spectrum = [[image for image in seen if image.spectrum == spectrum] for spectrum in SPECTRA]
    rows = [
        ["", *SPECTRA],
        ["in colour", *(f"{len(_coloured(own))} of {len(own)}" for own in by_spectrum)],
        ["median brightness", *map(_brightness, by_spectrum)],
    ]
    return Section("Spectra in a sample", (), rows, list(_suspicions(*by_spectrum)))


def _coloured(seen: Sequence[Seen]) -> list[str]:
    return [image.source for image in seen if image.light.coloured]


def _brightness(seen: Sequence[Seen]) -> str:
    return f"{np.median([image.light.mean for image in seen]):.0f}" if seen else "-"


def _suspicions(vis: Sequence[Seen], nir: Sequence[Seen]) -> Iterator[Problem]:
    """Yield what makes one suspect that images are of the other spectrum."""
    nir_in_colour, vis_in_colour = _coloured(nir), _coloured(vis)
    vis_in_grey = [image.source for image in vis if not image.light.coloured]
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
