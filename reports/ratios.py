"""Computes the ratio of two effects with an interval, by Fieller's method.

Fieller 1954, "Some problems in interval estimation": a ratio r of effect A to effect B is inside
the interval where the contrast A - r B cannot be told from zero. So the interval is made by the
same tests as those of A and of B, whatever they draw. Where B itself cannot be told from zero, the
interval has no end on one side or on both: the data do not say what share of it A is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from reports.words import WithInterval

NOTHING_ABOVE = 1e9  # a ratio at which nothing but the effect below is left of the contrast
FARTHEST = 1e4  # a ratio beyond this has no end that would tell anything
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Ratio:
    """A ratio and the ends of its interval; an end that there is not is infinite."""

    value: float
    low: float
    high: float

    @property
    def bounded(self) -> bool:
        """Tell whether the interval has both ends."""
        return bool(np.isfinite([self.low, self.high]).all())


def ratio(above: float, below: float, contrast: Callable[[float], WithInterval]) -> Ratio:
    """Return above / below with its interval.

    `contrast(r)` estimates above - r * below. Where `below` cannot be told from zero, or there is
    no interval, both ends are infinite; where it is zero the value is NaN.
    """
    if below == 0:
        return Ratio(np.nan, -np.inf, np.inf)
    value = above / below
    if not _excess(contrast(NOTHING_ABOVE)) > 0:  # also where there is no interval
        return Ratio(value, -np.inf, np.inf)
    return Ratio(value, _end(contrast, value, -1), _end(contrast, value, 1))


def _excess(found: WithInterval) -> float:
    """Return how far zero lies outside of an interval; negative inside, NaN without an interval."""
    return max(found.low, -found.high)


def _end(contrast: Callable[[float], WithInterval], value: float, direction: int) -> float:
    """Return the first ratio in a direction (1 or -1) at which the contrast excludes zero."""

    def excess(step: float) -> float:
        return _excess(contrast(value + direction * step))

    if excess(0) >= 0:  # a contrast without any spread, or too few people for one
        return value
    step = 0.05
    while excess(step) <= 0:
        step *= 2
        if step > FARTHEST:
            return direction * np.inf
    return value + direction * float(optimize.brentq(excess, 0, step, xtol=TOLERANCE))
