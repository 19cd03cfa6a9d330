"""Estimates how fast stages go and how long they will take, from what they report."""

import time
from collections import deque
from collections.abc import Iterable

from bench.running.store import Stage

WINDOW_SECONDS = 30.0  # rates are of the latest time: the number of parallel stages changes
GRAIN_SECONDS = 0.2


class Pace:
    """The rate of one stage in steps or images per second, over the latest WINDOW_SECONDS.

    A training that goes on from a checkpoint starts to count there; a count that falls back, as of
    the next kind of images, starts anew.
    """

    def __init__(self) -> None:
        self._told: deque[tuple[float, int]] = deque()  # (time, done), the oldest first
        self._latest = (0.0, 0)

    def tell(self, done: int) -> None:
        """`done` so far, now."""
        now = time.monotonic()
        if done < self._latest[1]:
            self._told.clear()
        self._latest = (now, done)
        if not self._told or now - self._told[-1][0] >= GRAIN_SECONDS:
            self._told.append(self._latest)
        while len(self._told) > 2 and now - self._told[1][0] >= WINDOW_SECONDS:
            self._told.popleft()

    @property
    def per_second(self) -> float | None:
        """None while nothing can be said."""
        if not self._told:
            return None
        (began, before), (now, done) = self._told[0], self._latest
        return (done - before) / (now - began) if done > before and now > began else None

    def seconds_for(self, count: int) -> float | None:
        """Gives how long `count` more take; None while nothing can be said."""
        return count / self.per_second if self.per_second else None


class WorkLeft:
    """Time left of a whole run, from each stage's expected effort and how fast efforts are done."""

    def __init__(self) -> None:
        self.total = 0.0
        self._effort: dict[str, float] = {}
        self._share: dict[str, float] = {}
        self._first: dict[str, float] = {}  # shares that were done before, by an interrupted run
        self._start = time.monotonic()

    def expect(self, stages: Iterable[Stage]) -> None:
        """`effort` is in seconds of one core of the reference machine; only ratios matter."""
        self._effort = {stage.key: stage.effort for stage in stages}
        self.total = sum(self._effort.values())
        self._start = time.monotonic()

    def started(self, stage: Stage) -> None:
        self._share[stage.key] = 0.0

    def progress(self, key: str, share: float, first: bool = False) -> None:
        """A stage is so far; `first`: with what it had when it started, which took no time now."""
        if first:
            self._first[key] = share
        self._share[key] = max(share, self._share.get(key, 0.0))

    def finished(self, stage: Stage) -> None:
        self._share[stage.key] = 1.0

    def done(self) -> float:
        """Effort done so far, in the unit of `effort`."""
        return self._sum(self._share)

    def seconds(self) -> float | None:
        """Gives seconds left, or None while nothing can be said."""
        made = self.done() - self._sum(self._first)
        elapsed = time.monotonic() - self._start
        return elapsed / made * (self.total - self.done()) if made > 0.02 * self.total else None

    def _sum(self, shares: dict[str, float]) -> float:
        return sum(self._effort.get(key, 0.0) * share for key, share in shares.items())


def clock(seconds: float | None) -> str:
    """Gives seconds as h:mm:ss or m:ss; a dash where they are unknown."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
