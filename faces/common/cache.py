"""Finds the folder of downloaded weights: one per user, never a shared temporary folder."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return `$BENCH_CACHE`, else `$XDG_CACHE_HOME/nirbench`, else `~/.cache/nirbench`."""
    if named := os.environ.get("BENCH_CACHE"):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "nirbench"
