"""Defines the record of a metric: its name, how it is printed, its better direction, its bounds.

Whoever measures keeps the records of what it measures; whoever prints looks them up there. So a
metric is described once, in the file that computes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["higher", "lower", ""]
Prominence = Literal["headline", "leading", "side effect", ""]


@dataclass(frozen=True)
class Metric:
    """What there is to know of a metric beside its values.

    `label` names it in print. Printed numbers are `scale` times the value, with `digits` after the
    point, in `unit`. `better` is the better direction, or "" if neither is better. Intervals end at
    `low` and `high`, beyond which no value lies; None: they are not cut. `needs` are short words
    for what it cannot be computed without. `group` is the figure in which it is drawn, `place` its
    place there. `prominence`: a headline is what the report's answer is about, what is leading
    stands in the first table, and a side effect is told of beside the answer. `hit_or_miss`: a
    probe is a hit or a miss, so that McNemar's test can be made. Equal records compare equal.
    """

    name: str
    label: str
    description: str = ""
    unit: str = ""
    scale: float = 1.0
    digits: int = 3
    better: Direction = "higher"
    low: float | None = None
    high: float | None = None
    needs: tuple[str, ...] = ()
    group: str = ""
    place: float = 0.0
    prominence: Prominence = ""
    hit_or_miss: bool = False

    @property
    def sign(self) -> int:
        """Gives -1 for a metric that is better when lower, 1 for all others."""
        return -1 if self.better == "lower" else 1

    @property
    def worst(self) -> float | None:
        """The worst value that there is, or None where the record gives no bound or direction."""
        return {"higher": self.low, "lower": self.high, "": None}[self.better]

    def cut(self, low: float, high: float) -> tuple[float, float]:
        """Gives the ends of an interval, moved to the bounds; NaN stays NaN."""
        if self.low is not None and low == low:
            low = max(self.low, low)
        if self.high is not None and high == high:
            high = min(self.high, high)
        return low, high


def share(name: str, label: str, **others: Any) -> Metric:
    """Gives the record of a share from 0 to 1 that is printed in per cent."""
    return Metric(name, label, unit="%", scale=100.0, digits=1, low=0.0, high=1.0, **others)


def unknown(name: str) -> Metric:
    """Gives a record for a metric of which nothing is known: it is printed under its own name."""
    return Metric(name, name, better="")


def metric_of(row: Mapping[str, Any]) -> Metric:
    """Gives the record that `dataclasses.asdict` made a row of, also after JSON."""
    return Metric(**{**row, "needs": tuple(row.get("needs", ()))})


def by_name(records: Iterable[Metric]) -> dict[str, Metric]:
    """Gives the records by their names; the first of several of one name."""
    found: dict[str, Metric] = {}
    for record in records:
        found.setdefault(record.name, record)
    return found
