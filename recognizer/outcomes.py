"""Per-probe outcomes: every metric as a mean over probes, so that training sets can be paired.

Each function takes arrays or tallies and returns one value per probe, in [0, 1]; the metric is
their mean. What a probe's person does to a verification metric as an impostor stands beside it
(recognizer/impostors.py), since intervals need it. An unseen-subjects probe is compared with a
gallery of one VIS image per person, and its values are averaged over several draws of that image.
Only found faces come here; a miss gets the worst value of each metric elsewhere.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from faces.common.errors import DataError
from recognizer import impostors, metrics, standing
from recognizer.comparison import Tally

RANKS = (1, 5, 10)
EER = "eer"


def worst(metric: str) -> float:
    """The outcome of a probe that could not be processed."""
    return 1.0 if metric == EER else 0.0


def accuracy(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N, classes), (N,) -> (N,): 1 where the label's logit is above all others."""
    return metrics.correct(logits, labels).astype(np.float64)


def rank_k(draws: Sequence[Tally], k: int) -> np.ndarray:
    """(P,): in how many of the draws the own subject was among the k most alike.

    Raises DataError where the gallery has no more than k people.
    """
    if draws[0].people <= k:
        raise DataError(f"of {draws[0].people} gallery people everybody is among the first {k}")
    return np.mean([draw.ranks <= k for draw in draws], axis=0)


def auc(draws: Sequence[Tally]) -> np.ndarray:
    """(P,): the share of all impostor scores below the probe's genuine score, ties half."""
    return np.mean([standing.placements(draw.standing) for draw in draws], axis=0)


def verification(draws: Sequence[Tally], far: float) -> np.ndarray:
    """(P,): in how many draws the genuine pair was accepted where at most `far` impostors are.

    Raises DataError where FAR x impostor pairs < 10.
    """
    return np.mean([standing.accepted(draw.standing, far) for draw in draws], axis=0)


def equal_error(draws: Sequence[Tally]) -> np.ndarray:
    """(P,): the probe's own errors where misses are as frequent as false accepts; lower is better.

    Half of whether its genuine pair is missed there, half of the share of its impostor pairs that
    is accepted. Either half alone has the EER as its mean; together they also tell in which probes
    a system errs that mistakes others for them.
    """
    return np.mean([(_missed(draw) + draw.false_accepts) / 2 for draw in draws], axis=0)


def _missed(draw: Tally) -> np.ndarray:
    reached = [draw.standing.genuine >= threshold for threshold in draw.crossing.thresholds]
    return 1 - draw.crossing.mixed(*reached)


class Unseen(NamedTuple):
    """{metric: (P,) values}, {metric: (P,) parts of mean 0} for some of them, {left out: why}."""

    values: dict[str, np.ndarray]
    as_impostor: dict[str, np.ndarray]
    omitted: dict[str, str]


def unseen(draws: Sequence[Tally], fars: Sequence[float]) -> Unseen:
    """Every metric that the draws allow; they have counted at these `fars`."""
    wanted = {f"rank{k}": lambda k=k: rank_k(draws, k) for k in RANKS}
    wanted |= {"auc": lambda: auc(draws), EER: lambda: equal_error(draws)}
    wanted |= {f"vr@far={far:g}": lambda far=far: verification(draws, far) for far in fars}
    values, omitted = {}, {}
    for metric, compute in wanted.items():
        try:
            values[metric] = compute()
        except DataError as error:
            omitted[metric] = str(error)
    parts = {metric: part for metric, part in _as_impostor(draws, fars).items() if metric in values}
    return Unseen(values, parts, omitted)


def _as_impostor(draws: Sequence[Tally], fars: Sequence[float]) -> dict[str, np.ndarray]:
    """What each probe's person does to a metric as an impostor, averaged over draws.

    A rank has none: it is among the people of this gallery.
    """
    found = {
        "auc": [impostors.of_area(each.standing, each.outscored, each.own) for each in draws],
        EER: [
            impostors.of_equal_error(each.standing, each.crossing, each.at_crossing, each.own)
            for each in draws
        ],
    }
    for far in fars:
        found[f"vr@far={far:g}"] = [
            impostors.of_rate(each.standing, each.at_far[far], each.own) for each in draws
        ]
    # Rounded, since sums in another order of probes differ in the last bits.
    return {metric: np.mean(parts, axis=0).round(12) for metric, parts in found.items()}
