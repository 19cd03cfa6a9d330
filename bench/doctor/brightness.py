"""Suspects dark images in the sample: a file of 16 bits cannot say that its values have fewer."""

from collections.abc import Sequence

from bench.doctor.images import SPECTRA
from bench.doctor.page import Problem, Section
from bench.doctor.sample import Seen
from faces.common.evenly_spaced import first_few

DARK = 64  # of 255; what 14 bits in a file of 16 bits reach at most
WHOLE_BITS = 16


def section(seen: Sequence[Seen]) -> Section:
    """Return the brightest value of each spectrum, and a note where images have no bright pixel."""
    entries, problems = [], []
    for spectrum in SPECTRA:
        own = [image for image in seen if image.spectrum == spectrum]
        dark = [image for image in own if image.light.brightest <= DARK]
        brightest = max((image.light.brightest for image in own), default=0)
        if own:
            entries.append((spectrum, f"the brightest value is {brightest} of 255"))
        if dark:
            problems.append(Problem(_text(spectrum, dark, len(own))))
    return Section("Brightness of the sample", entries, problems=problems)


def _text(spectrum: str, dark: Sequence[Seen], looked_at: int) -> str:
    brightest = max(image.light.brightest for image in dark)
    share = f"{len(dark)}" if len(dark) == looked_at else f"{len(dark)} of {looked_at}"
    share += " sampled image" if looked_at == 1 else " sampled images"
    names = first_few([image.source for image in dark], most=3, separator="; ")
    return (
        f"the brightest {spectrum} value among {share} is {brightest} of 255: "
        f"{names}; perhaps they hold {_bits(brightest)}-bit values in {WHOLE_BITS}-bit files: "
        "scale them to the whole range, unless they are meant to be dark"
    )


def _bits(brightest: int) -> int:
    """Return the fewest bits that reach a pixel value as a part of WHOLE_BITS."""
    whole = 2**WHOLE_BITS - 1
    return next(bits for bits in range(8, 16) if round((2**bits - 1) * 255 / whole) >= brightest)
