"""Implements the protocol `subjects`: some people, drawn at random, are only tested.

Of everybody else some images are held out. It works for any data set. People without a found face
in one of the spectra are left out and counted, because they cannot be matched across spectra. Of
all other people, images without a found face are kept, and count as misses if they are tested.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from faces.common.errors import DataError, UsageError
from faces.common.evenly_spaced import first_few
from faces.protocols.drawing import in_both_spectra, shuffled, unseen_part
from faces.protocols.funnel import step
from faces.protocols.parts import arrange
from faces.protocols.protocol import Assignment, Protocol, Request, no_unresolved


def _draw(images: pd.DataFrame, root: Path | None, request: Request) -> Assignment:
    """Assign the images of everybody who has a found face in both spectra."""
    found = images[images["found"]]
    usable = in_both_spectra(found)
    rng = np.random.default_rng(request.seed)
    unseen = rng.permutation(np.array(usable))[: _unseen_number(request.unseen_subjects, usable)]
    part = images["subject"].map(dict.fromkeys(usable, "train")).to_numpy(object)
    tested = images["subject"].isin(set(unseen)).to_numpy()
    part[tested] = unseen_part(images[tested])
    has_face = images["found"].to_numpy()
    for _, spectrum, order in shuffled(images[part == "train"], rng):
        part[_hold_out(order, request.held_out[spectrum], has_face)] = "held_out"
    assigned = images.assign(part=part)
    return Assignment(arrange(assigned), _funnel(assigned), no_unresolved(), leaky=False)


def _unseen_number(asked: int | float, usable: list[str]) -> int:
    """Compute how many people are only tested. Raises UsageError or DataError."""
    if isinstance(asked, float) and not 0 < asked < 1:
        raise UsageError(
            f"data.unseen_subjects = {asked}: give a whole number or a fraction between 0 and 1"
        )
    number = round(asked * len(usable)) if isinstance(asked, float) else asked
    if not 2 <= number <= len(usable) - 2:
        raise DataError(
            f"data.unseen_subjects = {asked} of {len(usable)} subjects with faces in both spectra: "
            "at least two must be unseen and two must be left to train on"
        )
    return number


def _hold_out(order: np.ndarray, number: int, has_face: np.ndarray) -> np.ndarray:
    """Return the images of one subject to hold out: (n,) labels in random order => (k,) labels.

    They are the first `number`, fewer where no image with a found face would be left. has_face:
    bool, by label.
    """
    chosen = order[:number]
    if has_face[order[number:]].any():
        return chosen
    return np.delete(chosen, np.flatnonzero(has_face[chosen])[-1])


def _funnel(assigned: pd.DataFrame) -> list[dict]:
    """Count images and subjects from the readable images to those used."""
    found, kept = assigned[assigned["found"]], assigned[assigned["part"].notna()]
    left_out = sorted(set(assigned["subject"]) - set(kept["subject"]))
    note = f"left out for want of a face in one spectrum: {first_few(left_out)}" if left_out else ""
    return [
        step("readable", assigned),
        step("face found", found),
        step("both kinds", kept[kept["found"]], note=note),
    ]


PROTOCOLS = [
    Protocol(
        name="subjects",
        description="people drawn by the seed are only tested; any data set",
        draw=_draw,
    )
]
