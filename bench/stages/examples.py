"""Reads images of training people to learn from without names or in pairs, and for thresholds."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from bench.stages.parts import of_lines, seen_by_translators, select
from faces import protocols
from faces.common.evenly_spaced import evenly
from faces.packed import Packed
from recognizer.controls.control import Examples
from recognizer.thresholds import MOST_TRAINING_IMAGES, TrainingImages

PAIRS = "NIR-true"  # of rendered people: the NIR image of the same shot, in the rows of VIS
Pairs = Literal["", "true", "same-shot"]


def unlabelled(aligned: Path, parts: pd.DataFrame, spectrum: str) -> np.ndarray:
    """Return the images of training people that the translators saw: (N, S, S, C) uint8.

    Translators of a leaky protocol also see people who are tested; these are left out here.
    """
    return seen_by_translators(aligned, parts[parts["part"] == "train"], spectrum).images


def for_thresholds(aligned: Path, parts: pd.DataFrame) -> TrainingImages | None:
    """Return images of the training people on which a threshold is set; None without NIR or VIS.

    At most MOST_TRAINING_IMAGES of each spectrum, evenly spaced in the order of the split.
    """
    images = []
    for spectrum in ("VIS", "NIR"):
        lines = protocols.rows(parts, "train", spectrum)
        if lines.empty:
            return None
        chosen = lines.iloc[evenly(len(lines), MOST_TRAINING_IMAGES)]
        images.append(of_lines(aligned / spectrum, chosen))
    return TrainingImages(*images)


def examples(aligned: Path, parts: pd.DataFrame, classes: list[str], pairs: Pairs) -> Examples:
    """Return what controls may learn from; `pairs` says which images of the data are pairs.

    "true": the NIR image of every VIS image, of rendered people. "same-shot": VIS and NIR images of
    one person whose shots have one name. "": none.
    """
    vis, true_nir = _pairs(aligned, parts, pairs)
    return Examples(
        nir=unlabelled(aligned, parts, "NIR"),
        vis=vis.images,
        true_nir=true_nir.images,
        people=pd.Index(classes).get_indexer(vis.index["subject"]).astype(np.int64),
    )


def _pairs(aligned: Path, parts: pd.DataFrame, pairs: Pairs) -> tuple[Packed, Packed]:
    """Return VIS and NIR images row by row; none where the data has no pairs."""
    vis = protocols.rows(parts, "train", "VIS")
    if pairs == "true":
        return of_lines(aligned / "VIS", vis), select(aligned, parts, "train", "VIS", folder=PAIRS)
    nir = protocols.rows(parts, "train", "NIR") if pairs else vis[:0]
    shot = ["subject", "shot"]
    vis = vis.merge(nir[shot].drop_duplicates(), on=shot)
    nir = vis[shot].merge(nir.drop_duplicates(shot), on=shot)  # in the order of the VIS images
    return of_lines(aligned / "VIS", vis), of_lines(aligned / "NIR", nir)
