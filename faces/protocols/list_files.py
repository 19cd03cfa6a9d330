"""Finds and reads the files of protocol lists."""

import re
from collections.abc import Iterator
from pathlib import Path

from faces.common.disk_faults import reading
from faces.common.errors import DataError

FOLDER = "protocols"
LARGEST_BYTES = 64 << 20  # a hundred times the longest list of any known set


def read_bytes(path: Path) -> bytes:
    """Read a list file. Raises DataError where it is too large or cannot be read."""
    try:
        with reading(path, DataError):
            if path.stat().st_size > LARGEST_BYTES:
                raise DataError(
                    f"{path}: too large for a protocol list; put the original in its place"
                )
            return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the file") from error


def shown(path: Path, root: Path) -> str:
    """Return a list's path below the data set's folder, or all of it for a list elsewhere."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def find_list(root: Path, name: str) -> Path:
    """Return the path of a list in the folder `protocols`; case is ignored unless it decides.

    Raises DataError where there is no such list, or more than one.
    """
    found = [path for folder in _any_case(root, FOLDER) for path in _any_case(folder, name)]
    exact = [path for path in found if path.name == name] or found
    if not exact:
        raise DataError(
            f"{root / FOLDER / name}: no such protocol list; copy the data set's folder "
            f"`{FOLDER}` there"
        )
    if len(exact) > 1:
        named = ", ".join(str(path) for path in exact)
        raise DataError(f"more than one protocol list {name}: {named}; keep one")
    return exact[0]


def find_lists(root: Path, pattern: str, fold: int | None) -> list[Path]:
    """Return the lists that a pattern such as "protocols/*train*_{fold}.*" means, sorted by name.

    `*` stands for any characters within one name, `{fold}` for the fold's number, with or without
    leading zeros and never for a part of a longer number; without folds it stands for nothing. The
    pattern is below `root`, or the whole path. Raises DataError where there is no such list.
    """
    parent, _, name = pattern.replace("\\", "/").rpartition("/")
    folder = root / parent.replace("{fold}", "" if fold is None else str(fold))
    wanted = _expression(name, fold)
    try:
        with reading(folder, DataError):
            found = sorted(path for path in folder.iterdir() if wanted.fullmatch(path.name))
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be read ({error.strerror}); copy the lists there, or say where they "
            "are by the settings `lists`"
        ) from None
    if not found:
        of_fold = "" if fold is None else f" for fold {fold}"
        raise DataError(
            f"{folder}: no list is called {name}{of_fold}; copy the lists there, or say how they "
            "are called by the settings `lists`"
        )
    return found


def _expression(name: str, fold: int | None) -> re.Pattern[str]:
    """Return the expression that the names of a pattern match."""
    number = "" if fold is None else rf"(?<!\d)0*{fold}(?!\d)"
    pieces = {"*": "[^/]*", "{fold}": number}
    texts = re.split(r"(\*|\{fold\})", name)
    return re.compile("".join(pieces.get(text, re.escape(text)) for text in texts))


def _any_case(folder: Path, name: str) -> Iterator[Path]:
    """Yield the entries of a folder that have this name in any case. Raises DataError."""
    try:
        with reading(folder, DataError):
            entries = sorted(folder.iterdir())
    except OSError:
        return
    yield from (entry for entry in entries if entry.name.casefold() == name.casefold())
