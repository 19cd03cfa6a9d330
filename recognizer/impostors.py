"""Computes the influence of a person as an impostor on a verification metric, to first order.

The tested people are a random sample, and the impostor pairs of each person influence the threshold
of a false accept rate (FAR). The outcomes of probes at a fixed threshold do not contain this
influence: intervals from them are too narrow, by a third at FAR 1 % with 60 people. So each probe
has, in addition to its outcome, a part of mean 0: the change of the metric when its person is drawn
once more, so that their impostor pairs count once more. It is Hajek's projection of a mean over
pairs of people (van der Vaart 1998, "Asymptotic Statistics", chapter 12) and, where the metric
depends on the threshold, the delta method with the slope of the ROC. A bootstrap over people
resamples the sum of outcome and part.
"""

from dataclasses import dataclass

import numpy as np

from faces.common.evenly_spaced import evenly
from recognizer.equal_error import Crossing
from recognizer.impostor_counts import ImpostorCounts

MOST_LEVELS = 4096


@dataclass(frozen=True)
class Pairs:
    """Counts over impostor pairs: (P,) int64 by probe and (G,) int64 by gallery person."""

    by_probe: np.ndarray
    by_person: np.ndarray


class Accepted:
    """Counts the impostor pairs accepted at some thresholds, block by block."""

    def __init__(self, thresholds: list[float], probes: int, people: int) -> None:
        self.thresholds = thresholds
        self._by_probe = np.zeros((len(thresholds), probes), np.int64)
        self._by_person = np.zeros((len(thresholds), people), np.int64)

    def add(self, rows: slice, block: np.ndarray) -> None:
        """Add the (n, G) scores of some probes; those of their own person are -inf."""
        for place, threshold in enumerate(self.thresholds):
            reached = block >= threshold
            self._by_probe[place, rows] = reached.sum(1)
            self._by_person[place] += reached.sum(0)

    def pairs(self, place: int) -> Pairs:
        """Return the counts of pairs accepted at one of the thresholds."""
        return Pairs(self._by_probe[place], self._by_person[place])


class Outscored:
    """Counts, over impostor pairs, the genuine scores that are lower, block by block.

    Of more genuine scores only MOST_LEVELS, evenly spaced in order, are used: three digits of a
    part are enough, and a search among fewer scores is several times faster.
    """

    def __init__(self, genuine: np.ndarray, people: int) -> None:
        places = evenly(len(genuine), MOST_LEVELS)
        self._levels, self._lower = np.sort(genuine)[places], np.append(places, len(genuine))
        self._by_probe = np.zeros(len(genuine), np.int64)
        self._by_person = np.zeros(people, np.int64)

    def add(self, rows: slice, block: np.ndarray) -> None:
        """Add the (n, G) scores of some probes; those of their own person are -inf."""
        lower = self._lower[np.searchsorted(self._levels, block)]
        self._by_probe[rows] = lower.sum(1)
        self._by_person += lower.sum(0)

    def pairs(self) -> Pairs:
        """Return the counts so far."""
        return Pairs(self._by_probe, self._by_person)


def parts(pairs: Pairs, own: np.ndarray) -> np.ndarray:
    """Return each probe's influence on the mean over all impostor pairs: (P,) float64 of mean 0.

    `own`: (P,) int, the gallery column of each probe's person. A person's pairs are those of their
    probes, and those of other people's probes with their gallery image, which are divided equally
    among their probes.
    """
    probes, others = len(own), len(pairs.by_person) - 1
    of_person = np.bincount(own, minlength=len(pairs.by_person))
    mean = pairs.by_probe.sum() / (probes * others)
    as_gallery = (pairs.by_person - (probes - of_person) * mean) / others
    influence = pairs.by_probe / others - mean + (as_gallery / np.maximum(of_person, 1))[own]
    return influence - influence.mean()


def standard_error(values: np.ndarray, own: np.ndarray) -> float:
    """Return the standard error, over the draw of people, of a mean of (P,) values of mean 0.

    `own`: (P,) int, the person of each value.
    """
    sums = np.bincount(own, values)
    people = len(np.unique(own))
    return float(np.sqrt((sums**2).sum() * people / max(1, people - 1)) / len(own))


def roc_slope(counts: ImpostorCounts, far: float, reach: float) -> float:
    """Return the slope of the ROC, dVR / dFAR, over FAR - reach to FAR + reach; 0 for reach 0."""
    ends = np.clip([far - reach, far + reach], 0, 1)
    if ends[0] == ends[1]:
        return 0.0
    ascending = np.sort(counts.reaching)
    rates = np.searchsorted(ascending, ends * counts.impostors, side="right") / len(ascending)
    return float((rates[1] - rates[0]) / (ends[1] - ends[0]))


def of_rate(counts: ImpostorCounts, pairs: Pairs, own: np.ndarray) -> np.ndarray:
    """Return the parts of VR at the FAR whose accepted `pairs` are given: (P,) float64.

    A person whose impostor pairs are accepted more often than others' raises the threshold, which
    lowers VR by the slope of the ROC times that. The slope is taken over the standard error of the
    FAR, the uncertainty of the threshold.
    """
    moved = parts(pairs, own)
    far = pairs.by_probe.sum() / counts.impostors
    return -roc_slope(counts, far, standard_error(moved, own)) * moved


def of_equal_error(
    counts: ImpostorCounts,
    crossing: Crossing,
    at: tuple[Pairs, Pairs],
    *,
    own: np.ndarray,
    misses: int = 0,
) -> np.ndarray:
    """Return the parts of EER, its first-order change without that of its outcomes: (P,) float64.

    With densities g and i of genuine and impostor scores at the threshold the EER changes by
    (i m + g f) / (i + g), where m and f are the changes of false rejects and false accepts there;
    g / i is the slope of the system's ROC, in which `misses` further genuine pairs are never
    accepted. An outcome is m, so its part is g (f - m) / (i + g). A miss has m = 1 and f = 0. The
    mean is 0 over probes and misses, so each miss has a part that makes it so.
    """
    everybody = len(own) + misses
    rejected = 1 - crossing.mixed(*(counts.genuine >= level for level in crossing.thresholds))
    moved = crossing.mixed(*(parts(pairs, own) for pairs in at))
    found_slope = roc_slope(counts, crossing.rate, standard_error(moved, own))
    slope = found_slope * len(own) / everybody
    # Parts are of a mean over all; `moved` are those of a mean over the probes that were found.
    change = slope * (moved * everybody / len(own) - rejected) / (1 + slope)
    of_misses = -slope / (1 + slope)
    return change - (change.sum() + misses * of_misses) / everybody


def of_false_matches(pairs: Pairs, own: np.ndarray) -> np.ndarray:
    """Return the parts of an FMR at a fixed threshold, from the `pairs` accepted: (P,) float64.

    The outcomes are the shares of each probe's impostors that are accepted. The part is what they
    lack: the influence of its person in the gallery.
    """
    accepted = pairs.by_probe / (len(pairs.by_person) - 1)
    return parts(pairs, own) - (accepted - accepted.mean())


def of_area(counts: ImpostorCounts, outscored: Pairs, own: np.ndarray) -> np.ndarray:
    """Return the parts of AUC, from the genuine scores below impostor pairs: (P,) float64."""
    return -parts(outscored, own) / len(counts.genuine)
