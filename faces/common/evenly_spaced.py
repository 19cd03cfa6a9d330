"""Picks evenly spaced rows of a table, and the first few names for a message."""

from collections.abc import Sequence

import numpy as np


def evenly(total: int, most: int) -> np.ndarray:
    """At most `most` of the numbers below `total`, spread evenly, the first and last among them."""
    return np.linspace(0, total - 1, min(most, total)).round().astype(int)


def first_few(names: Sequence[str], most: int = 10, separator: str = ", ") -> str:
    """Gives the first of the names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return separator.join(names[:most]) + more
