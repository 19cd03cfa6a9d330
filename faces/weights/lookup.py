"""Finds a weight's file on this machine, and checks it; nothing is downloaded or converted.

The copy in the cache comes first, then the file in an installed package. `bench.weights` converts
and fetches what is missing.
"""

import difflib
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path

from faces.common.disk_faults import reading
from faces.common.errors import MissingError, UsageError
from faces.weights.cached import ANOTHER_CACHE, Cached
from faces.weights.weight import PackagedFile, Weight


def find(name: str, rows: Sequence[Weight]) -> Weight:
    """Return the row of a name. Raises UsageError with the nearest name if there is none."""
    by_name = {weight.name: weight for weight in rows}
    if name not in by_name:
        close = difflib.get_close_matches(name, by_name, n=1, cutoff=0)
        raise UsageError(f"weight {name!r}: unknown; did you mean {close[0]}?")
    return by_name[name]


def checked_file(weight: Weight, cache: Path) -> Path:
    """Return the published file of a weight, its hash checked; `cache` is the user's cache folder.

    Raises MissingError where there is none or it cannot be read, and TamperedError as `local_file`
    does.
    """
    cached = Cached(weight, cache / "weights")
    if found := local_file(cached):
        return found
    raise MissingError(
        f"weight {weight.name}: {weight.original_name} is neither in {cached.folder} nor in an "
        f"installed package; run `bench fetch {weight.name}`"
    )


def local_file(cached: Cached) -> Path | None:
    """Return the published file if it is on this machine: put into the cache by hand, or installed.

    Raises TamperedError where the file in the cache is not the published one, MissingError where it
    cannot be read.
    """
    with reading(cached.original, MissingError, ANOTHER_CACHE):
        is_put_there = cached.original.exists()
    if is_put_there:
        cached.check_original(cached.original, "delete it, and put the published file there")
        return cached.original
    return installed_file(cached)


def installed_file(cached: Cached) -> Path | None:
    """Return the published file in an installed package, if it is the right one."""
    packaged = cached.weight.packaged
    path = file_in_package(packaged) if packaged else None
    try:
        return path if path and cached.original_problem(path) is None else None
    except OSError:  # it cannot be read, but perhaps downloaded
        return None


def file_in_package(file: PackagedFile) -> Path | None:
    """Return a file of an installed package of any version, without importing the package."""
    try:
        distribution = importlib.metadata.distribution(file.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(file.path)))
    return path if path.is_file() else None
