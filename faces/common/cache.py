"""Finds the folder of downloaded weights: one per user, never a shared temporary folder."""

import os
from pathlib import Path

from faces.common.errors import UsageError


def cache_folder() -> Path:
    """Return `$BENCH_CACHE`, else `$XDG_CACHE_HOME/nirbench`, else `~/.cache/nirbench`.

    Raises UsageError where a home folder is needed and none is known.
    """
    if named := os.environ.get("BENCH_CACHE"):
        return with_home(named, "BENCH_CACHE")
    if base := os.environ.get("XDG_CACHE_HOME"):
        return with_home(base, "XDG_CACHE_HOME") / "nirbench"
    return with_home("~/.cache", "cache", "set BENCH_CACHE to a folder") / "nirbench"


def with_home(path: str, setting: str, remedy: str = "write the path in full") -> Path:
    """Return a path in which `~` and `~name` are replaced by the home folder that they mean.

    Raises UsageError, which names the setting, where that folder is not known.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UsageError(f"{setting} {path}: no such home folder is known; {remedy}") from None
