"""Defines how a long loop reports its progress: by calls of `progress(done, total, values)`.

`values` are the current values of named numbers, such as losses. Loops call it often; the receiver
decides how often to show it.
"""

from collections.abc import Callable, Mapping

Progress = Callable[[int, int, Mapping[str, float]], None]


class JoinedProgress:
    """A receiver that reports several loops in a row as one loop of `total`.

    A loop ends when it reports that it has done its own total.
    """

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total = progress, total
        self.before = 0  # done by the loops that have ended

    def __call__(self, done: int, total: int, values: Mapping[str, float]) -> None:
        self.progress(self.before + done, self.total, values)
        if done == total:
            self.before += total


def silent(done: int, total: int, values: Mapping[str, float]) -> None:
    """Show nothing."""
