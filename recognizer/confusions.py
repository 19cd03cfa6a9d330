"""Finds whom a probe is most easily taken for: its most alike other person."""

import numpy as np
import pandas as pd

from recognizer.comparison import Tally


def of_tally(tally: Tally, gallery_subjects: np.ndarray) -> pd.DataFrame:
    """P rows of `other`, `genuine` and `impostor`: cosines of the own and of that other person.

    `gallery_subjects` names the columns of the comparison that was tallied.
    """
    return pd.DataFrame(
        {
            "other": gallery_subjects[tally.other],
            "genuine": tally.counts.genuine,
            "impostor": tally.impostor,
        }
    )


def of_logits(logits: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]) -> pd.DataFrame:
    """(N, classes) float, (N,) -> N rows of `other`, `genuine` and `impostor`, as logits.

    At least two classes.
    """
    rows = np.arange(len(logits))
    others = logits.astype(np.float64)
    others[rows, labels] = -np.inf
    likest = others.argmax(1)
    return pd.DataFrame(
        {
            "other": np.array(classes, dtype=object)[likest],
            "genuine": logits[rows, labels].astype(np.float64),
            "impostor": others[rows, likest],
        }
    )
