"""Counts the images left after each step from all images to those that are used.

A difference from the paper's counts is always stated.
"""

from collections.abc import Mapping

import pandas as pd

from faces.protocols.parts import SPECTRA


def step(
    name: str, images: pd.DataFrame, paper: Mapping[str, int] | None = None, note: str = ""
) -> dict:
    """{"step", "vis_subjects", "vis_images", "nir_subjects", "nir_images"} of `images`.

    `paper` holds those of the counts that the paper gives; it is kept, and each count that differs
    is told in the step's "note", behind `note`.
    """
    counts = {}
    for spectrum in SPECTRA:
        chosen = images[images["spectrum"] == spectrum]
        counts[f"{spectrum.lower()}_subjects"] = int(chosen["subject"].nunique())
        counts[f"{spectrum.lower()}_images"] = len(chosen)
    differences = [
        f"{_words(which)}: {counts[which]:,} here, {count:,} in the paper"
        for which, count in (paper or {}).items()
        if counts[which] != count
    ]
    extra: dict[str, object] = {"paper": dict(paper)} if paper else {}
    if notes := "; ".join([note, *differences] if note else differences):
        extra["note"] = notes
    return {"step": name, **counts, **extra}


def _words(which: str) -> str:
    """Describes a count: "vis_subjects" -> "VIS subjects"."""
    spectrum, what = which.split("_")
    return f"{spectrum.upper()} {what}"
