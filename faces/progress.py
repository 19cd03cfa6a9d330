"""How a long loop tells what it does: a callable `progress(done, total, values)`.

`values` are named numbers of the moment, such as losses. Loops call it often; the receiver
decides how rarely to show it.
"""

from collections.abc import Callable, Mapping

Progress = Callable[[int, int, Mapping[str, float]], None]


def silent(done: int, total: int, values: Mapping[str, float]) -> None:
    """A progress receiver that shows nothing."""
