"""Finds the person that a probe is most easily confused with: the most similar other one."""

import numpy as np
import pandas as pd

from recognizer.comparison import Tally


def of_tally(tally: Tally, gallery_subjects: np.ndarray) -> pd.DataFrame:
    """Return `other`, `genuine` and `impostor` of P probes: cosines with the own and that person.

    `gallery_subjects`: (G,) str, the columns of the comparison.
    """
    return pd.DataFrame(
        {
            "other": gallery_subjects[tally.other],
            "genuine": tally.counts.genuine,
            "impostor": tally.impostor,
        }
    )


def of_logits(logits: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return `other`, `genuine` and `impostor` of N images: logits of the own and another class.

    (N, classes) float, (N,) int => N rows. There are at least two classes.
    """
    rows = np.arange(len(logits))
    others = logits.astype(np.float64)
    others[rows, labels] = -np.inf
    most_similar = others.argmax(1)
    return pd.DataFrame(
        {
            "other": np.array(classes, dtype=object)[most_similar],
            "genuine": logits[rows, labels].astype(np.float64),
            "impostor": others[rows, most_similar],
        }
    )
