"""Finds a weight's file on this machine, and checks it; nothing is downloaded or converted.

The copy in the cache comes first, then the file in an installed package. `bench.weights` converts
and fetches what is missing.
"""

import importlib.metadata
from pathlib import Path

from faces.common.errors import MissingError
from faces.weights.cached import Cached
from faces.weights.weight import PackagedFile, Weight


def checked_file(weight: Weight, cache: Path) -> Path:
    """Gives the file of a weight that is used as published, its hash checked.

    `cache` is the user's cache folder. Raises MissingError where there is no such file, and
    TamperedError where the one in the cache is another than the published one.
    """
    cached = Cached(weight, cache / "weights")
    if cached.original.exists():
        cached.check_original(cached.original, "delete it, and put the published file there")
        return cached.original
    if installed := installed_file(cached):
        return installed
    raise MissingError(
        f"weight {weight.name}: {weight.original_name} is neither in {cached.folder} nor in an "
        f"installed package; run `bench fetch {weight.name}`"
    )


def installed_file(cached: Cached) -> Path | None:
    """Gives the published file in an installed package, if it is the right one."""
    packaged = cached.weight.packaged
    path = file_in_package(packaged) if packaged else None
    return path if path and cached.original_problem(path) is None else None


def file_in_package(file: PackagedFile) -> Path | None:
    """Gives a file of an installed package of any version, without importing the package."""
    try:
        distribution = importlib.metadata.distribution(file.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(file.path)))
    return path if path.is_file() else None
