"""Defines the rules of all recognition metrics; runs use no others.

Classification takes `logits` (N, classes) and `labels`; identification (closed set) takes `scores`
(probes, gallery) and the subjects of both; verification takes `scores` of any shape and `same`,
bool, True where a pair shows one person. A higher score means more similar. Ties always count
against the system: one that gives all pairs the same score recognizes nobody.

Scores that do not fit in memory are counted block by block (`comparison.tally`) and then evaluated
by the same rules: `correct`, `ranks_among`, `accepted` (VR@FAR), `placements` (AUC), `equal_error`
(EER). The files in recognizer/recognition_metrics/ define which of them a run reports, and how they
are printed.
"""

import numpy as np

from faces.common.errors import DataError
from recognizer.equal_error import equal_error
from recognizer.impostor_counts import ImpostorCounts, count_impostors

FEWEST_FALSE_ACCEPTS = 10  # with fewer expected ones, a rate at that FAR is mostly chance


def correct(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Tell whose own logit is above all others: (N, classes) float, (N,) int => (N,) bool.

    Raises DataError for logits that are NaN.
    """
    _refuse_nan(logits)
    rows = np.arange(len(logits))
    others = logits.copy()
    others[rows, labels] = -np.inf
    return np.asarray(logits[rows, labels] > others.max(1))


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images whose own logit is the highest: (N, classes) float, (N,) int.

    In [0, 1]. Raises DataError for logits that are NaN.
    """
    return float(np.mean(correct(logits, labels)))


def ranks_among(own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return ranks from (P,) own scores and (P, G) scores of other people => (P,) int64, 1 is best.

    A rank is one more than the number of other people with an equal or a higher score. If the own
    person is among the G, their score there is -inf or NaN.
    """
    return np.asarray(1 + (others >= own[:, None]).sum(1))


def ranks(
    scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray
) -> np.ndarray:
    """Return each probe's rank: (P, G) float, (P,), (G,) => (P,) int64, 1 is best.

    The score of a subject is the highest of their gallery images. Raises DataError for a probe
    whose subject is not in the gallery, and for scores that are NaN.
    """
    _refuse_nan(scores)
    people, columns = np.unique(gallery_subjects, return_inverse=True)
    if unknown := sorted(set(probe_subjects) - set(people)):
        raise DataError(f"probe subjects without a gallery image: {', '.join(unknown[:10])}")
    best = np.full((len(scores), len(people)), -np.inf)
    for column, person in enumerate(columns):
        np.maximum(best[:, person], scores[:, column], out=best[:, person])
    rows, own = np.arange(len(best)), np.searchsorted(people, probe_subjects)
    own_scores = best[rows, own]
    best[rows, own] = np.nan  # compares as False
    return ranks_among(own_scores, best)


def rank_k(
    scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray, k: int
) -> float:
    """Return the share of probes whose rank is at most k: (P, G) float, (P,), (G,), as `ranks`."""
    return float(np.mean(ranks(scores, probe_subjects, gallery_subjects) <= k))


def rank1(scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray) -> float:
    """Return the share of probes of rank 1: (P, G) float, (P,), (G,), as `ranks`; in [0, 1]."""
    return rank_k(scores, probe_subjects, gallery_subjects, 1)


def cmc(scores: np.ndarray, probe_subjects: np.ndarray, gallery_subjects: np.ndarray) -> np.ndarray:
    """Return the cumulative match characteristic: (P, G) float, (P,), (G,) => (S,) float64.

    Entry k - 1 is the share of probes of rank k or less among the S gallery subjects; the first
    entry is rank-1, the last is 1. Arguments and errors are those of `ranks`.
    """
    found = ranks(scores, probe_subjects, gallery_subjects)
    return cumulative(found, len(np.unique(gallery_subjects)))


def cumulative(ranks: np.ndarray, people: int) -> np.ndarray:
    """Return the share of ranks of at most 1, 2, ...: (P,) int from 1 => (people,) float64."""
    return np.bincount(ranks - 1, minlength=people).cumsum() / len(ranks)


def roc(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ROC: (K,) false and (K,) true positive rates, (K,) thresholds falling from inf.

    `scores` float and `same` bool have one shape; all results are float64. There is one point per
    distinct score: a pair is accepted where its score reaches the threshold. Errors as in `split`.
    """
    genuine, impostors = split(scores, same)
    thresholds = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    return _reaching(impostors, thresholds), _reaching(genuine, thresholds), thresholds


def det(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ROC as errors: (K,) false accept rates, (K,) false reject rates, (K,) thresholds.

    This is the detection error trade-off of Martin et al. 1997, which is drawn on normal-deviate
    axes. Arguments and errors are those of `roc`.
    """
    false_positive, true_positive, thresholds = roc(scores, same)
    return false_positive, 1 - true_positive, thresholds


def most_accepted(impostors: int, far: float) -> int:
    """Return how many impostors may be accepted so that their share is at most `far`.

    Every VR@FAR, its threshold and the points of the ROC follow from this number.
    """
    most = min(int(far * impostors) + 1, impostors)
    while most / impostors > far:  # int(0.29 * 100) is 28, though 29 / 100 keeps to 0.29
        most -= 1
    return most


def accepted(counts: ImpostorCounts, far: float) -> np.ndarray:
    """Tell which genuine pairs are accepted where at most `far` of the impostors are: (P,) bool.

    This is conservative: the last point of the ROC with FPR <= FAR; impostors tied at the limit are
    all rejected. Raises DataError where FAR x impostors < 10.
    """
    number = counts.impostors
    if _too_few(number, far):
        raise DataError(
            f"VR at FAR={far:g} of {number} impostor pairs rests on {far * number:.3g} false "
            f"accepts, {FEWEST_FALSE_ACCEPTS} are needed: use more subjects or a larger FAR"
        )
    return np.asarray(counts.reaching <= most_accepted(number, far))


def threshold_at(counts: ImpostorCounts, far: float) -> float:
    """Return the lowest genuine score accepted where at most `far` of impostors are, or inf."""
    passing = counts.reaching <= most_accepted(counts.impostors, far)
    return float(counts.genuine[passing].min(initial=np.inf))


def threshold_for(impostors: np.ndarray, fmr: float) -> float:
    """Return the lowest threshold that at most `fmr` of (N,) impostor scores reach.

    The rule of `accepted` for a threshold that is applied to other pairs: impostors tied at the
    limit are all rejected. Raises DataError where FMR x impostors < 10, and for scores that are
    NaN.
    """
    _refuse_nan(impostors)
    number = len(impostors)
    if _too_few(number, fmr):
        raise DataError(
            f"an FMR of {fmr:g} among {number} impostor pairs rests on {fmr * number:.3g} false "
            f"matches, {FEWEST_FALSE_ACCEPTS} are needed: use more images or people"
        )
    most = most_accepted(number, fmr)
    if most == number:
        return -np.inf
    first_rejected = np.partition(impostors, number - 1 - most)[number - 1 - most]
    return float(np.nextafter(first_rejected, np.inf))


def _too_few(impostors: int, far: float) -> bool:
    """Tell whether a rate rests on too few false accepts; 0.1 * 100 may be a little below 10."""
    return far * impostors < FEWEST_FALSE_ACCEPTS * (1 - 1e-9)


def verification_rate(scores: np.ndarray, same: np.ndarray, far: float) -> float:
    """Return VR@FAR: the share of genuine pairs `accepted` where at most `far` of impostors are.

    `scores` float and `same` bool have one shape; => 0 to 1. Raises DataError where FAR x impostors
    < 10, and as in `split`.
    """
    return float(np.mean(accepted(count_impostors(*split(scores, same)), far)))


def placements(counts: ImpostorCounts) -> np.ndarray:
    """Return the share of impostor scores below each genuine score, ties half: (P,) float64.

    The placement values of DeLong et al. 1988; their mean is AUC.
    """
    number = counts.impostors
    return np.asarray((2 * number - counts.above - counts.reaching) / (2 * number))


def auc(scores: np.ndarray, same: np.ndarray) -> float:
    """Return the area under the ROC: how often a genuine pair outscores an impostor, ties half.

    `scores` float and `same` bool have one shape; => 0 to 1. Errors as in `split`.
    """
    return float(np.mean(placements(count_impostors(*split(scores, same)))))


def eer(scores: np.ndarray, same: np.ndarray, misses: int = 0) -> float:
    """Return the equal error rate: where the ROC, its points joined by lines, has FAR = FRR.

    `scores` float and `same` bool have one shape; => 0 to 1. `misses` further genuine pairs, of
    probes without a found face, are rejected at every threshold. Errors as in `split`.
    """
    return equal_error(count_impostors(*split(scores, same)), misses).rate


def split(scores: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (P,) genuine scores and (N,) impostor scores.

    Raises DataError where one of them is empty or a score is NaN.
    """
    _refuse_nan(scores)
    genuine, impostors = scores[same], scores[~same]
    if not len(genuine) or not len(impostors):
        raise DataError(
            "verification needs pairs of one person and pairs of two: one kind is missing"
        )
    return genuine, impostors


def _reaching(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return the share of (N,) scores at or above each of (K,) thresholds: (K,) float64."""
    below = np.searchsorted(np.sort(scores), thresholds, side="left")
    return np.asarray((len(scores) - below) / len(scores))


def _refuse_nan(scores: np.ndarray) -> None:
    """Raise DataError where a score is NaN."""
    if np.isnan(scores).any():
        raise DataError("recognition scores hold values that are not numbers (NaN)")
