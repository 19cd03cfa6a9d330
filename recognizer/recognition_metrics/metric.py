"""Defines a recognition metric: its record, and a function of the outcomes of all probes.

Every metric is the mean of one value per probe, so that training sets can be compared probe by
probe. A probe without a found face gets the worst value, so each record has that bound. A metric of
matching may say otherwise, and may leave out probes that it is not about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from faces.common.errors import UsageError
from faces.common.metric import Metric
from recognizer.comparison import Tally

LAST = 1000  # the order of metrics that state none


@dataclass(frozen=True)
class Recorded:
    """A metric with its record; the smallest `order` comes first.

    Raises UsageError where the record gives no worst value.
    """

    record: Metric
    order: int = LAST

    def __post_init__(self) -> None:
        if self.record.worst is None:
            raise UsageError(
                f"recognition metric {self.record.name!r}: its record gives no worst value, which "
                "a probe without a face needs; state better, low and high in its file"
            )

    @property
    def name(self) -> str:
        """The name of its record."""
        return self.record.name


@dataclass(frozen=True, kw_only=True)
class MatchingMetric(Recorded):
    """A metric of matching probes of unseen people to one draw of the gallery.

    `outcomes`: the results of a comparison (`Tally`) => (P,) float or bool, one value per probe
    from `record.low` to `record.high`, NaN for one that the metric is not about; it raises
    DataError if there are too few pairs, and then the metric is left out. `of_misses`: `Tally` =>
    (M,) float or bool, the same for the M misses; None: all have the worst value. `as_impostor`:
    `Tally` => (P,) float64, the influence of each probe's person on the metric as an impostor
    (recognizer/impostors.py); None if there is none. All misses have the one influence that makes
    the mean 0.
    """

    outcomes: Callable[[Tally], np.ndarray]
    of_misses: Callable[[Tally], np.ndarray] | None = None
    as_impostor: Callable[[Tally], np.ndarray] | None = None

    def at(self, fars: Sequence[float]) -> Sequence["MatchingMetric"]:
        """Return the metric itself, which does not depend on false accept rates."""
        return (self,)


def left_out(tally: Tally) -> np.ndarray:
    """Return NaN for every miss, for a metric that is not about them: (M,) float64."""
    return np.full(tally.misses, np.nan)


@dataclass(frozen=True, kw_only=True)
class ClassificationMetric(Recorded):
    """A metric of classifying held-out images of the training people, of one spectrum.

    `outcomes`: (N, classes) float logits, (N,) int labels => (N,) float or bool.
    """

    spectrum: str
    outcomes: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def at(self, fars: Sequence[float]) -> Sequence["ClassificationMetric"]:
        """Return the metric itself, which does not depend on false accept rates."""
        return (self,)


@dataclass(frozen=True)
class RateMetric:
    """A metric for each false accept rate of the settings."""

    name: str
    at_far: Callable[[float], MatchingMetric]
    order: int = LAST

    def at(self, fars: Sequence[float]) -> Sequence[MatchingMetric]:
        """Return one metric for each rate."""
        return [self.at_far(far) for far in fars]


class RecognitionMetric(Protocol):
    """Any of the three forms."""

    @property
    def name(self) -> str: ...

    @property
    def order(self) -> int: ...

    def at(
        self, fars: Sequence[float]
    ) -> Sequence[MatchingMetric] | Sequence[ClassificationMetric]: ...
