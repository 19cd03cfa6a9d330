"""Holds the rules of every recognition metric in one place: runs use these and no others.

Classification takes `logits` (N, classes) and `labels`; identification (closed set) takes `scores`
(probes, gallery) and who is who on both sides; verification takes `scores` of any shape and `same`,
bool, True where a pair shows one person. A higher score means more alike. Ties always count
against the system: a system that scores everything alike recognises nobody.

What does not fit in memory is counted block by block (`comparison.tally`), and then the same rules
decide: `correct`, `ranks_among`, `accepted` (VR@FAR), `placements` (AUC), `equal_error` (EER). The
files in recognizer/recognition_metrics/ say which of them a run reports, and how it is printed.
"""

import numpy as np

from faces.common.errors import DataError
from recognizer.equal_error import equal_error
from recognizer.impostor_counts import ImpostorCounts, count_impostors

FEWEST_FALSE_ACCEPTS = 10  # below this many expected, a rate at that FAR is mostly chance


def correct(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N, classes) float, (N,) int -> (N,) bool: whether the label's logit is above all others."""
    _refuse_nan(logits)
    rows = np.arange(len(logits))
    others = logits.copy()
    others[rows, labels] = -np.inf
    return np.asarray(logits[rows, labels] > others.max(1))


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """(N, classes) float, (N,) int -> the share of images whose own class has the highest logit."""
    return float(np.mean(correct(logits, labels)))


def ranks_among(own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(P,) own scores, (P, G) those of other people -> (P,) int64 ranks, 1 is best.

    One more than the number of other people who are as like the probe or more. Where the own person
    stands among the others, their score there is -inf or NaN.
    """
    return np.asarray(1 + (others >= own[:, None]).sum(1))


def ranks(
    scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray
) -> np.ndarray:
    """(P, G) float, (P,), (G,) -> (P,) int64: each probe's rank, 1 is best.

    A subject is as like the probe as the best of their gallery images. Raises DataError for a probe
    whose subject is not in the gallery, and for scores that are NaN.
    """
    _refuse_nan(scores)
    people, columns = np.unique(gallery_subjects, return_inverse=True)
    if strangers := sorted(set(probe_subjects) - set(people)):
        raise DataError(f"probe subjects without a gallery image: {', '.join(strangers[:10])}")
    best = np.full((len(scores), len(people)), -np.inf)
    for column, person in enumerate(columns):
        np.maximum(best[:, person], scores[:, column], out=best[:, person])
    rows, own = np.arange(len(best)), np.searchsorted(people, probe_subjects)
    own_scores = best[rows, own]
    best[rows, own] = np.nan  # at or above nothing
    return ranks_among(own_scores, best)


def rank_k(
    scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray, k: int
) -> float:
    """(P, G) float, (P,), (G,) -> the share of probes whose rank, by `ranks`, is at most k."""
    return float(np.mean(ranks(scores, probe_subjects, gallery_subjects) <= k))


def rank1(scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray) -> float:
    """(P, G) float, (P,), (G,) -> the share of probes most like their own subject."""
    return rank_k(scores, probe_subjects, gallery_subjects, 1)


def cmc(scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray) -> np.ndarray:
    """(P, G) float, (P,), (G,) -> (S,) float64: entry k - 1 is the share of rank k or less.

    The cumulative match characteristic over S gallery subjects; its first entry is rank-1, its last
    is 1.
    """
    found = ranks(scores, probe_subjects, gallery_subjects)
    return cumulative(found, len(np.unique(gallery_subjects)))


def cumulative(ranks: np.ndarray, people: int) -> np.ndarray:
    """(P,) int from 1 -> (people,) float64: the share of ranks of at most 1, 2, ..."""
    return np.bincount(ranks - 1, minlength=people).cumsum() / len(ranks)


def roc(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """-> (K,) false positive rates, (K,) true positive rates, (K,) thresholds falling from inf.

    One point per distinct score: a pair is accepted where its score reaches the threshold.
    """
    genuine, impostors = split(scores, same)
    thresholds = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    return _reaching(impostors, thresholds), _reaching(genuine, thresholds), thresholds


def det(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """-> (K,) false accept rates, (K,) false reject rates, (K,) thresholds: the ROC as errors.

    The detection error trade-off of Martin et al. 1997, drawn on normal-deviate axes.
    """
    false, true, thresholds = roc(scores, same)
    return false, 1 - true, thresholds


def most_accepted(impostors: int, far: float) -> int:
    """Gives the most impostors that may be accepted so that their share is at most `far`.

    Every VR@FAR, its threshold and the points of the ROC follow from this number.
    """
    most = min(int(far * impostors) + 1, impostors)
    while most / impostors > far:  # int(0.29 * 100) is 28, though 29 / 100 keeps to 0.29
        most -= 1
    return most


def accepted(counts: ImpostorCounts, far: float) -> np.ndarray:
    """-> (P,) bool: which genuine pairs are accepted where at most `far` of the impostors are.

    Conservative: of the ROC's points the last with FPR <= FAR; impostors tied at the limit stay
    out together. Raises DataError where FAR x impostors < 10.
    """
    number = counts.impostors
    if far * number < FEWEST_FALSE_ACCEPTS * (1 - 1e-9):
        raise DataError(
            f"VR at FAR={far:g} of {number} impostor pairs rests on {far * number:.3g} false "
            f"accepts, {FEWEST_FALSE_ACCEPTS} are needed: use more subjects or a larger FAR"
        )
    return np.asarray(counts.reaching <= most_accepted(number, far))


def threshold_at(counts: ImpostorCounts, far: float) -> float:
    """Gives the lowest genuine score accepted where at most `far` of the impostors are, or inf."""
    taken = counts.reaching <= most_accepted(counts.impostors, far)
    return float(counts.genuine[taken].min(initial=np.inf))


def verification_rate(scores: np.ndarray, same: np.ndarray, far: float) -> float:
    """VR@FAR: the share of genuine pairs that are `accepted` where at most `far` of impostors are.

    Raises DataError where FAR x impostors < 10.
    """
    return float(np.mean(accepted(count_impostors(*split(scores, same)), far)))


def placements(counts: ImpostorCounts) -> np.ndarray:
    """-> (P,) float64: for each genuine score the share of impostor scores below it, ties half.

    The placement values of DeLong et al. 1988; their mean is AUC.
    """
    number = counts.impostors
    return np.asarray((2 * number - counts.above - counts.reaching) / (2 * number))


def auc(scores: np.ndarray, same: np.ndarray) -> float:
    """Gives the area under the ROC: how often a genuine pair outscores an impostor, ties half.

    `scores` float and `same` bool have one shape; -> 0 to 1.
    """
    return float(np.mean(placements(count_impostors(*split(scores, same)))))


def eer(scores: np.ndarray, same: np.ndarray) -> float:
    """Gives the equal error rate: where the ROC, its points joined by lines, has FAR = FRR.

    `scores` float and `same` bool have one shape; -> 0 to 1.
    """
    return equal_error(count_impostors(*split(scores, same))).rate


def split(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-> (P,) genuine scores, (N,) impostor scores. Raises DataError where one is empty or NaN."""
    _refuse_nan(scores)
    genuine, impostors = scores[same], scores[~same]
    if not len(genuine) or not len(impostors):
        raise DataError(
            "verification needs pairs of one person and pairs of two: one kind is missing"
        )
    return genuine, impostors


def _reaching(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(N,) scores, (K,) thresholds -> (K,) float64: the share of scores at or above each."""
    below = np.searchsorted(np.sort(scores), thresholds, side="left")
    return np.asarray((len(scores) - below) / len(scores))


def _refuse_nan(scores: np.ndarray) -> None:
    if np.isnan(scores).any():
        raise DataError("recognition scores hold values that are not numbers (NaN)")
