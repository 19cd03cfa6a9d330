"""Recognition metrics: numpy in, numpy out. A higher score means more alike.

Identification (closed set) takes `scores` (probes, gallery) and who is who on both sides;
verification takes `scores` of any shape and `same`, bool, True where a pair shows one person.
Ties always count against the system: a system that scores everything alike recognises nobody.
"""

import numpy as np

from faces.errors import DataError

FEWEST_FALSE_ACCEPTS = 10  # below this many expected, a rate at that FAR is mostly chance


def ranks(
    scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray
) -> np.ndarray:
    """(P, G), (P,), (G,) -> (P,) int64: each probe's rank, 1 is best.

    A subject is as like the probe as the best of their gallery images. The rank is one more than
    the number of other subjects who are as like or more. Raises DataError for a probe whose
    subject is not in the gallery.
    """
    _refuse_nan(scores)
    people, columns = np.unique(gallery_subjects, return_inverse=True)
    if strangers := sorted(set(probe_subjects) - set(people)):
        raise DataError(f"probe subjects without a gallery image: {', '.join(strangers[:10])}")
    best = np.full((len(scores), len(people)), -np.inf)
    for column, person in enumerate(columns):
        np.maximum(best[:, person], scores[:, column], out=best[:, person])
    own = np.searchsorted(people, probe_subjects)
    return (best >= best[np.arange(len(best)), own, None]).sum(1)  # the own subject makes the one


def rank1(scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray) -> float:
    """Share of probes strictly more like their own subject than any other."""
    return float(np.mean(ranks(scores, probe_subjects, gallery_subjects) == 1))


def cmc(scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray) -> np.ndarray:
    """(S,) float64 over S gallery subjects: entry k - 1 is the share of probes of rank k or less.

    The cumulative match characteristic; its first entry is rank-1, its last is 1.
    """
    places = ranks(scores, probe_subjects, gallery_subjects)
    return np.bincount(places - 1, minlength=len(np.unique(gallery_subjects))).cumsum() / len(
        places
    )


def roc(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """-> (false positive rates, true positive rates, thresholds), thresholds falling from inf.

    One point per distinct score: a pair is accepted where its score reaches the threshold.
    """
    genuine, impostors = split(scores, same)
    thresholds = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    return _reaching(impostors, thresholds), _reaching(genuine, thresholds), thresholds


def acceptance_threshold(impostors: np.ndarray, far: float) -> float:
    """The score that a pair must exceed so that at most `far` of the impostors are accepted.

    Conservative: of the ROC's points the last with FPR <= FAR; impostors tied at the limit stay
    out together. Raises DataError where FAR x impostors < 10.
    """
    number = len(impostors)
    if far * number < FEWEST_FALSE_ACCEPTS * (1 - 1e-9):
        raise DataError(
            f"VR at FAR={far:g} of {number} impostor pairs rests on {far * number:.3g} false "
            f"accepts, {FEWEST_FALSE_ACCEPTS} are needed: use more subjects or a larger FAR"
        )
    allowed = int(np.searchsorted(np.arange(number + 1) / number, far, side="right")) - 1
    if allowed >= number:
        return -np.inf
    return float(np.partition(impostors, number - 1 - allowed)[number - 1 - allowed])


def verification_rate(scores: np.ndarray, same: np.ndarray, far: float) -> float:
    """VR@FAR: share of genuine pairs accepted where at most `far` of the impostors are."""
    genuine, impostors = split(scores, same)
    return float(np.mean(genuine > acceptance_threshold(impostors, far)))


def placements(genuine: np.ndarray, impostors: np.ndarray) -> np.ndarray:
    """For each genuine score the share of impostor scores below it, ties half: their mean is AUC.

    The placement values of DeLong et al. 1988.
    """
    ordered = np.sort(impostors)
    below = np.searchsorted(ordered, genuine, side="left")
    reaching = np.searchsorted(ordered, genuine, side="right")
    return (below + reaching) / (2 * len(ordered))


def auc(scores: np.ndarray, same: np.ndarray) -> float:
    """Area under the ROC: how often a genuine pair outscores an impostor pair, ties half."""
    return float(np.mean(placements(*split(scores, same))))


def split(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-> (genuine scores, impostor scores), each flat. Raises DataError where one is empty."""
    _refuse_nan(scores)
    genuine, impostors = scores[same], scores[~same]
    if not len(genuine) or not len(impostors):
        raise DataError(
            "verification needs pairs of one person and pairs of two: one kind is missing"
        )
    return genuine, impostors


def _reaching(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Share of scores at or above each threshold."""
    return (len(scores) - np.searchsorted(np.sort(scores), thresholds, side="left")) / len(scores)


def _refuse_nan(scores: np.ndarray) -> None:
    if np.isnan(scores).any():
        raise DataError("recognition scores hold values that are not numbers (NaN)")
