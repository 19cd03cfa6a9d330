"""Per-probe outcomes: every metric as a mean over probes, so that training sets can be paired.

Each function takes arrays and returns one value per probe, in [0, 1]; the metric is their mean.
An unseen-subjects probe is compared with a gallery of one VIS image per person, and its values are
averaged over several draws of that image. Only found faces come here; misses are zeros elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faces.errors import DataError
from recognizer import metrics

CURVE_POINTS = 200


@dataclass(frozen=True)
class Comparison:
    """One draw: `scores` (P, G) of all found probes against one image of each of G subjects."""

    scores: np.ndarray
    probe_subjects: np.ndarray
    gallery_subjects: np.ndarray

    @property
    def same(self) -> np.ndarray:
        """(P, G) bool: True where probe and gallery image show one person, once per row."""
        return self.probe_subjects[:, None] == self.gallery_subjects[None, :]


def gallery_draws(subjects: np.ndarray, draws: int, seed: int) -> list[np.ndarray]:
    """Rows of `subjects` (one per gallery image), one per subject and draw, sorted by subject.

    Depends on the gallery and the seed alone, so every recognizer meets the same galleries. A
    subject's images are all used before one is used again, and where nobody has as many images
    as there are draws, the draws that would only repeat are left out.
    """
    generator = np.random.default_rng(seed)
    people = np.unique(subjects)
    shuffled = [generator.permutation(np.flatnonzero(subjects == person)) for person in people]
    different = min(draws, max(len(rows) for rows in shuffled))
    return [np.array([rows[d % len(rows)] for rows in shuffled]) for d in range(different)]


def accuracy(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N, classes), (N,) -> (N,): 1 where the highest logit is the label's."""
    return (logits.argmax(1) == labels).astype(np.float64)


def rank1(draws: Sequence[Comparison]) -> np.ndarray:
    """(P,): in how many of the draws the probe was most like its own subject."""
    hits = [metrics.ranks(d.scores, d.probe_subjects, d.gallery_subjects) == 1 for d in draws]
    return np.mean(hits, axis=0)


def auc(draws: Sequence[Comparison]) -> np.ndarray:
    """(P,): the share of all impostor scores below the probe's genuine score, ties half."""
    return np.mean([metrics.placements(*metrics.split(d.scores, d.same)) for d in draws], axis=0)


def verification(draws: Sequence[Comparison], far: float) -> np.ndarray:
    """(P,): in how many draws the probe's genuine pair was accepted at that draw's threshold.

    Raises DataError where FAR x impostor pairs < 10.
    """
    return np.mean([_accepted(draw, far) for draw in draws], axis=0)


def _accepted(draw: Comparison, far: float) -> np.ndarray:
    genuine, impostors = metrics.split(draw.scores, draw.same)
    return genuine > metrics.acceptance_threshold(impostors, far)


def unseen(
    draws: Sequence[Comparison], fars: Sequence[float]
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """-> ({metric: (P,) values}, {metric left out: why})."""
    values = {"rank1": rank1(draws), "auc": auc(draws)}
    omitted = {}
    for far in fars:
        name = f"vr@far={far:g}"
        try:
            values[name] = verification(draws, far)
        except DataError as error:
            omitted[name] = str(error)
    return values, omitted


def roc_curve(draws: Sequence[Comparison], found: float) -> tuple[np.ndarray, np.ndarray]:
    """-> (FPR, TPR) of all draws' scores together, at most 200 points.

    `found` is the share of probes whose face was found: the rest is never accepted.
    """
    scores = np.concatenate([draw.scores.ravel() for draw in draws])
    same = np.concatenate([draw.same.ravel() for draw in draws])
    false, true, _ = metrics.roc(scores, same)
    kept = _spread(false, 1 / np.count_nonzero(~same))
    return false[kept], found * true[kept]


def cmc_curve(draws: Sequence[Comparison], found: float) -> tuple[np.ndarray, np.ndarray]:
    """-> (ranks, shares of probes of that rank or better), the mean over draws, <= 200 points."""
    curve = found * np.mean(
        [metrics.cmc(d.scores, d.probe_subjects, d.gallery_subjects) for d in draws], axis=0
    )
    ranks = np.arange(1, len(curve) + 1)
    kept = _spread(ranks.astype(float), 1.0)
    return ranks[kept], curve[kept]


def _spread(rising: np.ndarray, lowest: float) -> np.ndarray:
    """At most 200 indices into a rising array, evenly spread on a logarithmic axis, ends kept."""
    if len(rising) <= CURVE_POINTS:
        return np.arange(len(rising))
    targets = np.geomspace(lowest, rising[-1], CURVE_POINTS - 2)
    inner = np.searchsorted(rising, targets, side="right") - 1  # the best point at each target
    return np.unique(np.concatenate([[0], inner, [len(rising) - 1]]))
