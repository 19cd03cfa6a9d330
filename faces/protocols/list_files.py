"""Finds and reads protocol list files; upper and lower case in their names do not matter."""

from collections.abc import Iterator
from pathlib import Path

from faces.common.disk_faults import reading
from faces.common.errors import DataError
from faces.protocols.lists import Line, parse

FOLDER = "protocols"
LARGEST_BYTES = 64 << 20  # a hundred times the longest list of any known set


def read_list(root: Path, name: str) -> tuple[str, list[Line]]:
    """Return the place below `root` and the lines of a list such as "vis_train_1.txt".

    Raises DataError where there is no such list, more than one, or one that cannot be read.
    """
    path = _find_list(root, name)
    place = path.relative_to(root).as_posix()
    try:
        with reading(path, DataError):
            if path.stat().st_size > LARGEST_BYTES:
                raise DataError(
                    f"{path}: too large for a protocol list; put the original in its place"
                )
            return place, parse(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the file") from error


def _find_list(root: Path, name: str) -> Path:
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


def _any_case(folder: Path, name: str) -> Iterator[Path]:
    """Yield the entries of a folder that have this name in any case. Raises DataError."""
    try:
        with reading(folder, DataError):
            entries = sorted(folder.iterdir())
    except OSError:
        return
    yield from (entry for entry in entries if entry.name.casefold() == name.casefold())
