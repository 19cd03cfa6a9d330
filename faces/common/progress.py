"""Defines how a long loop tells its progress: a callable `progress(done, total, values)`.

`values` are named numbers of the moment, such as losses. Loops call it often; the receiver
decides how rarely to show it.
"""

from collections.abc import Callable, Mapping

Progress = Callable[[int, int, Mapping[str, float]], None]


class Whole:
    """A receiver for loops that follow each other, told on as one loop of `total`.

    A loop is over when it tells that it has done its own total.
    """

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total = progress, total
        self.before = 0  # done by the loops that are over

    def __call__(self, done: int, total: int, values: Mapping[str, float]) -> None:
        self.progress(self.before + done, self.total, values)
        if done == total:
            self.before += total


def silent(done: int, total: int, values: Mapping[str, float]) -> None:
    """A progress receiver that shows nothing."""
