"""Counts how many images a training set holds, from the split."""

import pandas as pd

from bench.planning.training_sets import PlannedSet
from bench.stages.mixture import kept
from faces import protocols
from reports.material import Amount

COUNTED = ("baseline", "fakes", "curve")


def amount_of(chosen: PlannedSet, parts: pd.DataFrame) -> Amount | None:
    """Return the numbers of images of a set that is on a curve, or None for all other sets.

    A control with fakes under their own people's names is on a curve, too. `parts` is the table of
    the split.
    """
    again = chosen.mixture.repeats_vis and not chosen.twin
    if chosen.role not in COUNTED and not again and not _holds_true_names(chosen):
        return None
    vis, nir = (protocols.rows(parts, "train", spectrum) for spectrum in ("VIS", "NIR"))
    most = chosen.mixture.nir_per_subject
    per_subject = nir.groupby("subject").size()
    nir_images = per_subject if most == "all" else per_subject.clip(upper=most)
    fakes = kept(chosen.mixture.share, vis.groupby("subject").size().to_numpy()).sum()
    return Amount(
        nir_per_subject=most,
        subjects=vis["subject"].nunique(),
        nir_images=int(nir_images.sum()),
        fake_images=int(fakes) if chosen.translator else 0,
        translator=chosen.translator,
        again=again,
    )


def _holds_true_names(chosen: PlannedSet) -> bool:
    """Tell whether a control has fakes under the names of their own people."""
    return chosen.role == "control" and bool(chosen.translator) and not chosen.mixture.shuffled
