"""Recognition metrics: numpy in, numpy out. A higher score means more alike.

Classification takes `logits` (N, classes) and `labels`; identification (closed set) takes `scores`
(probes, gallery) and who is who on both sides; verification takes `scores` of any shape and `same`,
bool, True where a pair shows one person. Ties always count against the system: a system that scores
everything alike recognises nobody. What does not fit in memory goes through `comparison.tally`,
which ends in the same functions of `standing`.
"""

import numpy as np

from faces.common.errors import DataError
from recognizer.standing import Standing, accepted, equal_error, placements, stand


def correct(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N, classes), (N,) -> (N,) bool: whether the label's logit is above all others."""
    _refuse_nan(logits)
    rows = np.arange(len(logits))
    others = logits.copy()
    others[rows, labels] = -np.inf
    return logits[rows, labels] > others.max(1)


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose own class has the highest logit."""
    return float(np.mean(correct(logits, labels)))


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


def rank_k(
    scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray, k: int
) -> float:
    """Share of probes whose own subject is among the k most alike, counted as by `ranks`."""
    return float(np.mean(ranks(scores, probe_subjects, gallery_subjects) <= k))


def rank1(scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray) -> float:
    """Share of probes strictly more like their own subject than any other."""
    return rank_k(scores, probe_subjects, gallery_subjects, 1)


def cmc(scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray) -> np.ndarray:
    """(S,) float64 over S gallery subjects: entry k - 1 is the share of probes of rank k or less.

    The cumulative match characteristic; its first entry is rank-1, its last is 1.
    """
    return cumulative(
        ranks(scores, probe_subjects, gallery_subjects), len(np.unique(gallery_subjects))
    )


def cumulative(ranks: np.ndarray, people: int) -> np.ndarray:
    """(people,) float64: the share of ranks, whole numbers from 1, of at most 1, 2, ..."""
    return np.bincount(ranks - 1, minlength=people).cumsum() / len(ranks)


def roc(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """-> (false positive rates, true positive rates, thresholds), thresholds falling from inf.

    One point per distinct score: a pair is accepted where its score reaches the threshold.
    """
    genuine, impostors = split(scores, same)
    thresholds = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    return _reaching(impostors, thresholds), _reaching(genuine, thresholds), thresholds


def det(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """-> (false accept rates, false reject rates, thresholds): the ROC as errors.

    The detection error trade-off of Martin et al. 1997, drawn on normal-deviate axes.
    """
    false, true, thresholds = roc(scores, same)
    return false, 1 - true, thresholds


def verification_rate(scores: np.ndarray, same: np.ndarray, far: float) -> float:
    """VR@FAR: share of genuine pairs accepted where at most `far` of the impostors are.

    Conservative: of the ROC's points the last with FPR <= FAR. Raises DataError where
    FAR x impostors < 10.
    """
    return float(np.mean(accepted(_standing(scores, same), far)))


def auc(scores: np.ndarray, same: np.ndarray) -> float:
    """Area under the ROC: how often a genuine pair outscores an impostor pair, ties half."""
    return float(np.mean(placements(_standing(scores, same))))


def eer(scores: np.ndarray, same: np.ndarray) -> float:
    """Equal error rate: where the ROC, its points joined by lines, has FAR = FRR."""
    return equal_error(_standing(scores, same)).rate


def split(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-> (genuine scores, impostor scores), each flat. Raises DataError where one is empty."""
    _refuse_nan(scores)
    genuine, impostors = scores[same], scores[~same]
    if not len(genuine) or not len(impostors):
        raise DataError(
            "verification needs pairs of one person and pairs of two: one kind is missing"
        )
    return genuine, impostors


def _standing(scores: np.ndarray, same: np.ndarray) -> Standing:
    return stand(*split(scores, same))


def _reaching(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Share of scores at or above each threshold."""
    return (len(scores) - np.searchsorted(np.sort(scores), thresholds, side="left")) / len(scores)


def _refuse_nan(scores: np.ndarray) -> None:
    if np.isnan(scores).any():
        raise DataError("recognition scores hold values that are not numbers (NaN)")
