"""Finds faces in some images of each spectrum, spread evenly over the data set.

Images with eye positions in the data set are not searched, as in a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.doctor.images import SPECTRA
from bench.doctor.light import Light, light_of
from bench.doctor.page import Problem, Section
from faces.align import align_face
from faces.common.evenly_spaced import evenly, first_few
from faces.common.progress import Progress
from faces.eye_finder import EyeFinder
from faces.manifest import Manifest
from faces.sources import Files, Photograph, in_channels

CROP_PX = 112
LOW_RATE = 0.8  # of searched faces; a run counts every face that is not found as a miss
NOT_SEARCHED = "not searched"
WORDS = {
    "shipped": "eyes shipped",
    "first": "found at once",
    "upsampled": "found when enlarged",
    "none": "no face found",
    NOT_SEARCHED: NOT_SEARCHED,
}


@dataclass(frozen=True)
class Seen:
    """An image: `attempt` is a key of WORDS; `crop` (CROP_PX, CROP_PX, C) uint8, or None.

    faces: how many the search found.
    """

    spectrum: str
    subject: str
    shot: str
    source: str
    attempt: str
    crop: np.ndarray | None
    faces: int
    light: Light

    @property
    def searched(self) -> bool:
        """Whether a face was looked for."""
        return self.attempt not in ("shipped", NOT_SEARCHED)


def look(manifest: Manifest, most: int, predictor: Path | None, progress: Progress) -> list[Seen]:
    """Look for faces in at most `most` images of each spectrum; without a predictor, in none.

    Raises DataError where a file has changed since it was read.
    """
    files = [Files(manifest.root, manifest.images, spectrum) for spectrum in SPECTRA]
    chosen = [evenly(len(of_spectrum.lines), most).tolist() for of_spectrum in files]
    total, seen = sum(map(len, chosen)), []
    for of_spectrum, rows in zip(files, chosen, strict=True):
        lines = of_spectrum.lines
        for in_file in of_spectrum.part(rows, as_they_are=True):
            line = lines.iloc[in_file.row]
            names = (line["subject"], line["shot"], line["source"])
            used = in_file._replace(pixels=in_channels(in_file.pixels, of_spectrum.channels))
            light = light_of(in_file.pixels, used.pixels)
            seen.append(Seen(of_spectrum.spectrum, *names, *_search(used, predictor), light))
            progress(len(seen), total, {})
    return seen


def _search(photograph: Photograph, predictor: Path | None) -> tuple[str, np.ndarray | None, int]:
    """Return the attempt that found the eyes, the crop and the number of faces, as in `Seen`."""
    if photograph.eyes is not None:
        return "shipped", align_face(photograph.pixels, photograph.eyes, CROP_PX), 0
    if predictor is None:
        return NOT_SEARCHED, None, 0
    found = _finder(predictor).find(photograph.pixels)
    if found.eyes is None:
        return "none", None, 0
    return found.attempt, align_face(photograph.pixels, found.eyes, CROP_PX), found.faces


@lru_cache(maxsize=1)
def _finder(predictor: Path) -> EyeFinder:
    return EyeFinder(predictor)


def section(seen: Sequence[Seen], sheet: Path) -> Section:
    """Return the counts and their problems; `sheet` is the path of the contact sheet."""
    by_spectrum = {
        spectrum: [image for image in seen if image.spectrum == spectrum] for spectrum in SPECTRA
    }
    rows = [["", *SPECTRA], ["images looked at", *(f"{len(own)}" for own in by_spectrum.values())]]
    for attempt, words in WORDS.items():
        counts = [sum(image.attempt == attempt for image in own) for own in by_spectrum.values()]
        if attempt != NOT_SEARCHED or any(counts):
            rows.append([words, *map(str, counts)])
    rows.append(["found of those searched", *(_percent(own) for own in by_spectrum.values())])
    problems = [
        problem
        for spectrum, own in by_spectrum.items()
        for problem in _problems(spectrum, own, sheet)
    ]
    entries = [("contact sheet", str(sheet))]
    return Section("Faces in a sample", entries, rows, problems)


def _rate(seen: Sequence[Seen]) -> float | None:
    """Return the share of searched images with a found face; None if none was searched."""
    searched = [image for image in seen if image.searched]
    return sum(image.crop is not None for image in searched) / len(searched) if searched else None


def _percent(seen: Sequence[Seen]) -> str:
    share = _rate(seen)
    return "-" if share is None else f"{share:.0%}"


def _problems(spectrum: str, seen: Sequence[Seen], sheet: Path) -> list[Problem]:
    missed = [image.source for image in seen if image.attempt == "none"]
    remedy = "put their eye positions beside them as .pos files"
    if seen and len(missed) == len(seen):
        text = f"no face found in any of {len(seen)} {spectrum} images, such as {missed[0]}"
        return [Problem(f"{text}; look at them, or {remedy}", exit_code=3)]
    share = _rate(seen)
    if share is None or share >= LOW_RATE:
        return []
    listed = first_few(missed, separator="; ")
    text = f"no face found in {len(missed)} of {len(seen)} {spectrum} images: {listed}"
    return [Problem(f"{text}; each counts as a miss; look at {sheet}, or {remedy}")]
