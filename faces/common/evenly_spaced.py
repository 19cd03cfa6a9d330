"""Selects a few of many rows to show, and a few of many names for a message."""

from collections.abc import Sequence

import numpy as np


def evenly(total: int, most: int) -> np.ndarray:
    """Return at most `most` numbers from 0 to `total` - 1, spread evenly: (n,) int64, ascending.

    The first and the last number are among them.
    """
    return np.linspace(0, total - 1, min(most, total)).round().astype(int)


def first_few(names: Sequence[str], most: int = 10, separator: str = ", ") -> str:
    """Join the first `most` names, followed by how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return separator.join(names[:most]) + more
