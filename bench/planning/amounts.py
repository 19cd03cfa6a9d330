"""How many images a training set holds, counted in the split."""

import pandas as pd

from bench.planning.training_sets import PlannedSet
from bench.stages.mixture import kept
from faces import protocols
from reports.material import Amount

COUNTED = ("baseline", "fakes", "curve")


def amount_of(chosen: PlannedSet, parts: pd.DataFrame) -> Amount | None:
    """The images of a set that lies on a curve, or of fakes alone; `parts` is the split's table."""
    again = chosen.mixture.extra == "twice" and not chosen.twin
    if chosen.role not in COUNTED and chosen.mixture.real and not again:
        return None
    vis, nir = (protocols.rows(parts, "train", spectrum) for spectrum in ("VIS", "NIR"))
    few = chosen.mixture.nir_per_subject
    per_subject = nir.groupby("subject").size()
    few_nir = per_subject if few == "all" else per_subject.clip(upper=few)
    fakes = kept(chosen.mixture.share, vis.groupby("subject").size().to_numpy()).sum()
    return Amount(
        nir_per_subject=few,
        subjects=vis["subject"].nunique(),
        nir_images=int(few_nir.sum()),
        fake_images=int(fakes) if chosen.translator else 0,
        translator=chosen.translator,
        again=again,
    )
