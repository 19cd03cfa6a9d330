"""Handles a weight's files in the cache: the original, the converted file, and their hashes.

Beside a converted file is its hash, `<file>.sha256` in the format of `sha256sum -c`. It is written
last; a file without it counts as missing and is made again. Where the table does not have the whole
hash of an original, the hash of the first original that fitted its network is stored in the same
way and checked from then on.
"""

import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from safetensors.torch import save_file
from torch import Tensor

import faces.weights.structure as structure
from faces.common import files
from faces.common.disk_faults import ANOTHER_CACHE, fault_of, reading
from faces.common.errors import MissingError, TamperedError
from faces.common.files import write_text, written_aside
from faces.weights.web_pages import is_web_page
from faces.weights.weight import Weight

UNREADABLE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, EOFError,
              BadZipFile, pickle.UnpicklingError, TamperedError)  # fmt: skip
DIGITS = 12  # of a hash, in messages
FETCH_AGAIN = "delete it, and it will be fetched again"


@dataclass(frozen=True)
class Cached:
    """One weight in one cache folder."""

    weight: Weight
    folder: Path

    @property
    def path(self) -> Path:
        """The file that is used."""
        return self.folder / self.weight.stored_name

    @property
    def original(self) -> Path:
        """Where the published file may be put by hand."""
        return self.folder / self.weight.original_name

    @property
    def converts(self) -> bool:
        return self.weight.read is not None

    def is_complete(self) -> bool:
        """Tell whether the file exists; its hash is not checked. Raises MissingError."""
        with reading(self.path, MissingError, ANOTHER_CACHE):
            return self.path.exists() and (not self.converts or _hash_file(self.path).exists())

    def known_sha256(self) -> str:
        """Return the known part of the original's hash: the table's, or that of the first copy.

        Raises MissingError where the latter cannot be read.
        """
        note = _hash_file(self.original)
        with reading(note, MissingError, ANOTHER_CACHE):
            is_noted = not self.weight.is_pinned and note.exists()
            return _read_hash(note) if is_noted else self.weight.sha256

    def problem(self) -> str | None:
        """Return what is wrong with the file that is used, in words. Raises OSError as `_wrong`."""
        if self.converts:
            return _wrong(self.path, _read_hash(_hash_file(self.path)))
        return self.original_problem(self.path)

    def original_problem(self, path: Path) -> str | None:
        """Return what is wrong with a copy of the published file, in words.

        Raises OSError where it may be sound, but cannot be read.
        """
        problem = _wrong(path, self.known_sha256(), self.weight.size_bytes)
        if problem and self.known_sha256() != self.weight.sha256:
            problem += f", which {_hash_file(self.original)} notes of the first copy"
        return problem

    def check(self) -> None:
        """Raise TamperedError unless the file that is used is the one that was stored.

        Raises MissingError where it cannot be read.
        """
        with reading(self.path, MissingError, ANOTHER_CACHE):
            problem = self.problem()
        if problem:
            raise TamperedError(f"{self.path}: fails its check ({problem}); {FETCH_AGAIN}")

    def check_original(self, path: Path, remedy: str) -> None:
        """Raise TamperedError, with the remedy, unless a file is the published one.

        Raises MissingError where it cannot be read.
        """
        with reading(path, MissingError, ANOTHER_CACHE):
            problem = self.original_problem(path)
        if problem:
            raise TamperedError(
                f"{path}: not the weights of {self.weight.name} ({problem}); {remedy}"
            )

    def store(self, original: Path) -> None:
        """Convert a checked file into the cache, or copies it; its hash is written last."""
        if self.converts:
            self._convert(original)
            return
        if original != self.path:
            files.copy(original, self.path)
        self._note_first(original)

    def _convert(self, original: Path) -> None:
        _hash_file(self.path).unlink(missing_ok=True)
        state = self._state(original)
        self._note_first(original)
        about = {"input": self.weight.input, "provenance": self._provenance(original)}
        with written_aside(self.path) as aside:
            save_file(state, aside, about)
        _write_hash(self.path)

    def _state(self, original: Path) -> dict[str, Tensor]:
        """Read the original's weights; their names and shapes are those of the network.

        Raises TamperedError for any other file.
        """
        assert self.weight.read is not None, "only weights with a reader are converted"
        try:
            with reading(original, MissingError, ANOTHER_CACHE):
                state = self.weight.read(original)
            if self.weight.shapes:
                structure.check(state, self.weight.shapes())
        except UNREADABLE as error:
            raise TamperedError(
                f"{original}: not the weights of {self.weight.name} ({_in_words(error)}); "
                "delete it and get it again"
            ) from error
        return state

    def _note_first(self, original: Path) -> None:
        note = _hash_file(self.original)
        if not self.weight.is_pinned and not note.exists():
            write_text(note, f"{files.sha256(original)}  {self.original.name}\n")

    def _provenance(self, original: Path) -> str:
        """Return origin, hash and licence as JSON."""
        provenance = {
            "name": self.weight.name,
            "origin": self.weight.origin,
            "sha256": files.sha256(original),
            "licence": self.weight.licence,
        }
        return json.dumps(provenance, sort_keys=True)


def _hash_file(path: Path) -> Path:
    """Return the path of the file with a file's hash."""
    return path.with_name(f"{path.name}.sha256")


def _read_hash(path: Path) -> str:
    """Read the hash in a hash file; "nothing", which fits no file, if there is none.

    Raises OSError where it may not be read.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        if fault_of(error):
            raise
        text = ""
    return text.partition(" ")[0] or "nothing"


def _write_hash(path: Path) -> None:
    write_text(_hash_file(path), f"{files.sha256(path)}  {path.name}\n")


def _wrong(path: Path, sha256: str, size_bytes: int | None = None) -> str | None:
    """Return what is wrong with a file, in words, or None.

    sha256: the hash or its first digits; "" fits every file. Raises OSError where the file may be
    sound, but cannot be read.
    """
    try:
        found_bytes, page = path.stat().st_size, is_web_page(path)
        found = files.sha256(path)
    except OSError as error:
        if fault_of(error):
            raise
        return f"cannot be read: {error.strerror}"
    if page:
        return "a web page"
    if size_bytes not in (None, found_bytes):
        return f"{found_bytes} bytes instead of {size_bytes}"
    if not found.startswith(sha256):
        return f"SHA-256 {found[:DIGITS]} instead of {sha256[:DIGITS]}"
    return None


def _in_words(error: Exception) -> str:
    """Return the first line of an error's message, cut to 200 characters."""
    if isinstance(error, KeyError):
        return f"lacks {error.args[0] if error.args else 'something'}"
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
