"""Defines the record of a metric: its name, how it is printed, its better direction, its bounds.

The record of a metric stands in the file that computes it, and the code that prints looks it up
there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["higher", "lower", ""]
Prominence = Literal["headline", "leading", "side effect", ""]


@dataclass(frozen=True)
class Metric:
    """The description of a metric.

    `label` is its printed name. Printed numbers are `scale` times the value, with `digits` digits
    after the point, in `unit`. `better` is the better direction, or "" if neither is better.
    `low` and `high` are the bounds of its values, at which intervals are cut; None: no bound.
    `needs` names what it cannot be computed without. `group` is the figure in which it is drawn,
    `place` its place there. `prominence`: the report's answer is about the headline metrics, its
    first table shows the leading ones, and side effects are mentioned beside the answer.
    `hit_or_miss`: the outcome of a probe is 0 or 1, so that McNemar's test can be made.
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
        """Return -1 for a metric that is better when lower, 1 for all others."""
        return -1 if self.better == "lower" else 1

    @property
    def worst(self) -> float | None:
        """The worst possible value, or None where the record gives no bound or direction."""
        return {"higher": self.low, "lower": self.high, "": None}[self.better]

    def cut(self, low: float, high: float) -> tuple[float, float]:
        """Clip the ends of an interval to the bounds; NaN stays NaN."""
        if self.low is not None and low == low:
            low = max(self.low, low)
        if self.high is not None and high == high:
            high = min(self.high, high)
        return low, high


def share(name: str, label: str, **others: Any) -> Metric:
    """Return the record of a share from 0 to 1 that is printed in per cent."""
    return Metric(name, label, unit="%", scale=100.0, digits=1, low=0.0, high=1.0, **others)


def unknown(name: str) -> Metric:
    """Return the record of a metric that is not described: it is printed under its own name."""
    return Metric(name, name, better="")


def metric_of(row: Mapping[str, Any]) -> Metric:
    """Return the record from a row that `dataclasses.asdict` made, also after JSON."""
    return Metric(**{**row, "needs": tuple(row.get("needs", ()))})


def by_name(records: Iterable[Metric]) -> dict[str, Metric]:
    """Return the records by their names; the first of several of one name."""
    found: dict[str, Metric] = {}
    for record in records:
        found.setdefault(record.name, record)
    return found
