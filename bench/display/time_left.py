"""Estimates the rates of stages and the time left, from their reports."""

import time
from collections import deque
from collections.abc import Iterable

from bench.running.store import Stage

WINDOW_SECONDS = 30.0  # rates are recent: the number of parallel stages changes
GRAIN_SECONDS = 0.2


class Pace:
    """The rate of one stage in steps or images per second, over the latest WINDOW_SECONDS.

    A training that goes on from a checkpoint is counted from there. A count that falls, as with the
    next kind of images, starts again.
    """

    def __init__(self) -> None:
        self._told: deque[tuple[float, int]] = deque()  # (time, done), the oldest first
        self._latest = (0.0, 0)

    def tell(self, done: int) -> None:
        """Take a report: `done` steps or images so far."""
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
        """Return the rate, or None while it is unknown."""
        if not self._told:
            return None
        (began, before), (now, done) = self._told[0], self._latest
        return (done - before) / (now - began) if done > before and now > began else None

    def seconds_for(self, count: int) -> float | None:
        """Return the seconds that `count` more take, or None while the rate is unknown."""
        return count / self.per_second if self.per_second else None


class WorkLeft:
    """The time left of a run, from the stages' expected efforts and the rate of effort so far."""

    def __init__(self) -> None:
        self.total = 0.0
        self._effort: dict[str, float] = {}
        self._share: dict[str, float] = {}
        self._first: dict[str, float] = {}  # shares that an interrupted run had done before
        self._start = time.monotonic()

    def expect(self, stages: Iterable[Stage]) -> None:
        """Take the stages to run. Of their `effort` only ratios matter."""
        self._effort = {stage.key: stage.effort for stage in stages}
        self.total = sum(self._effort.values())
        self._start = time.monotonic()

    def started(self, stage: Stage) -> None:
        """Note that a stage begins."""
        self._share[stage.key] = 0.0

    def progress(self, key: str, share: float, first: bool = False) -> None:
        """Note the share of a stage that is done; `first`: it was done before this run."""
        if first:
            self._first[key] = share
        self._share[key] = max(share, self._share.get(key, 0.0))

    def finished(self, stage: Stage) -> None:
        """Note that a stage is complete."""
        self._share[stage.key] = 1.0

    def done(self) -> float:
        """Return the effort done so far."""
        return self._sum(self._share)

    def seconds(self) -> float | None:
        """Return the seconds left, or None while too little is done to tell."""
        done_now = self.done() - self._sum(self._first)
        elapsed = time.monotonic() - self._start
        if done_now <= 0.02 * self.total:
            return None
        return elapsed / done_now * (self.total - self.done())

    def _sum(self, shares: dict[str, float]) -> float:
        return sum(self._effort.get(key, 0.0) * share for key, share in shares.items())


def clock(seconds: float | None) -> str:
    """Return seconds as "h:mm:ss" or "m:ss"; "-" if they are unknown."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
