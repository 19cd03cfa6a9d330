"""Finds faces in some images of each spectrum, spread evenly over the data set.

Where the data set ships eye positions, no face is searched for, as in a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.doctor.images import SPECTRA
from bench.doctor.page import Problem, Section
from faces.align import EyeFinder, align_face
from faces.common.evenly_spaced import evenly, first_few
from faces.common.progress import Progress
from faces.manifest import Manifest
from faces.sources import Files, Photograph

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
    """One image: `attempt` a key of WORDS; `crop` (CROP_PX, CROP_PX, C) uint8 with a face."""

    spectrum: str
    subject: str
    shot: str
    source: str
    attempt: str
    crop: np.ndarray | None


def look(manifest: Manifest, most: int, predictor: Path | None, progress: Progress) -> list[Seen]:
    """Looks for faces in `most` images of each spectrum; without a predictor, none is searched.

    Raises DataError where a file has changed since it was read.
    """
    files = [Files(manifest.root, manifest.images, spectrum) for spectrum in SPECTRA]
    chosen = [evenly(len(each.lines), most).tolist() for each in files]
    total, seen = sum(map(len, chosen)), []
    for each, rows in zip(files, chosen, strict=True):
        lines = each.lines
        for photograph in each.part(rows):
            line = lines.iloc[photograph.row]
            found = _search(photograph, predictor)
            named = (line["subject"], line["shot"], line["source"])
            seen.append(Seen(each.spectrum, *named, *found))
            progress(len(seen), total, {})
    return seen


def _search(photograph: Photograph, predictor: Path | None) -> tuple[str, np.ndarray | None]:
    if photograph.eyes is not None:
        return "shipped", align_face(photograph.pixels, photograph.eyes, CROP_PX)
    if predictor is None:
        return NOT_SEARCHED, None
    found = _finder(predictor).find(photograph.pixels)
    if found.eyes is None:
        return "none", None
    return found.attempt, align_face(photograph.pixels, found.eyes, CROP_PX)


@lru_cache(maxsize=1)
def _finder(predictor: Path) -> EyeFinder:
    return EyeFinder(predictor)


def section(seen: Sequence[Seen], sheet: Path) -> Section:
    """Counts, and what is wrong with them; `sheet` is where the crops were drawn."""
    own = {name: [each for each in seen if each.spectrum == name] for name in SPECTRA}
    rows = [["", *SPECTRA], ["images looked at", *(f"{len(each)}" for each in own.values())]]
    for attempt, words in WORDS.items():
        counts = [sum(each.attempt == attempt for each in some) for some in own.values()]
        if attempt != NOT_SEARCHED or any(counts):
            rows.append([words, *map(str, counts)])
    rows.append(["found of those searched", *(_percent(some) for some in own.values())])
    problems = [problem for name, some in own.items() for problem in _problems(name, some, sheet)]
    facts = [("contact sheet", str(sheet))]
    return Section("Faces in a sample", facts, rows, problems)


def _rate(seen: Sequence[Seen]) -> float | None:
    """The share of searched images in which a face was found; None where none was searched."""
    searched = [each for each in seen if each.attempt not in ("shipped", NOT_SEARCHED)]
    return sum(each.crop is not None for each in searched) / len(searched) if searched else None


def _percent(seen: Sequence[Seen]) -> str:
    share = _rate(seen)
    return "-" if share is None else f"{share:.0%}"


def _problems(spectrum: str, seen: Sequence[Seen], sheet: Path) -> list[Problem]:
    missed = [each.source for each in seen if each.attempt == "none"]
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
