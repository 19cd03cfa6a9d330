"""Counts the images left after each step from all images to those that are used.

Differences from the paper's counts are stated.
"""

from collections.abc import Mapping

import pandas as pd

from faces.protocols.parts import SPECTRA


def step(
    name: str, images: pd.DataFrame, paper: Mapping[str, int] | None = None, note: str = ""
) -> dict:
    """Count the images of a step: => {"step", "vis_subjects", "vis_images", "nir_subjects", ...}.

    paper: the counts that the paper gives, which the result also contains. Each count that differs
    from the paper's is mentioned in the result's "note", after `note`.
    """
    counts = {}
    for spectrum in SPECTRA:
        chosen = images[images["spectrum"] == spectrum]
        counts[f"{spectrum.lower()}_subjects"] = int(chosen["subject"].nunique())
        counts[f"{spectrum.lower()}_images"] = len(chosen)
    differences = [
        f"{_words(count_name)}: {counts[count_name]:,} here, {count:,} in the paper"
        for count_name, count in (paper or {}).items()
        if counts[count_name] != count
    ]
    extra: dict[str, object] = {"paper": dict(paper)} if paper else {}
    if notes := "; ".join([note, *differences] if note else differences):
        extra["note"] = notes
    return {"step": name, **counts, **extra}


def _words(count_name: str) -> str:
    """Describe a count: "vis_subjects" => "VIS subjects"."""
    spectrum, counted = count_name.split("_")
    return f"{spectrum.upper()} {counted}"
