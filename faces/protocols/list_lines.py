r"""Parses the lines of any protocol list: CSV with or without a head, or a path and a label.

path,subject            VIS/Ann Lee/1.png 17
VIS/7/1.png,7           NIR\7\x.bmp
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faces.common.errors import DataError
from faces.common.evenly_spaced import first_few
from faces.protocols.list_text import (
    LONGEST_LINE,
    NO_TEXT,
    numbered_lines,
    path_parts,
    printable,
    problem_of,
)

PATH_COLUMNS = ("path", "file", "filename", "image", "source")
LABEL_COLUMNS = ("subject", "label", "identity", "person", "subject_id", "reference_id",
                 "template_id", "client_id", "id")  # fmt: skip
DELIMITERS = "\t,;"
NAME_WITH_SUFFIX = re.compile(r"\S+\.\w*[A-Za-z]\w*(?=\s|$)")


@dataclass(frozen=True)
class Line:
    """A line of a list that is not blank; `path` is empty if there is a `problem`.

    path: parts from the first folder to the file name. label: who is shown, as the list says, or
    "". number: from 1, blank lines counted. text: as listed, what cannot be printed escaped.
    """

    number: int
    text: str
    path: tuple[str, ...] = ()
    label: str = ""
    problem: str = ""


def parse(content: bytes, path_column: str = "") -> list[Line]:
    """Parse a list file into its lines that are not blank, in order.

    A first line that names the column `path_column`, or else one of PATH_COLUMNS, is a head.
    `path_column` may also be a number, counted from 1, where there is no head. Raises DataError
    where it is neither, and no other error.
    """
    numbered = list(numbered_lines(content))
    delimiter = _delimiter([text for _, text in numbered])
    rows = [_fields(text, delimiter) for _, text in numbered]
    head = [name.strip().casefold() for name in rows[0]] if rows else []
    path_at, label_at, heads = _columns(head, path_column)
    return [
        _line(number, text, (_at(row, path_at), _at(row, label_at)))
        for (number, text), row in list(zip(numbered, rows, strict=True))[heads:]
    ]


def _columns(head: Sequence[str], path_column: str) -> tuple[int, int | None, int]:
    """Return the places of path and label, and how many first lines are no images: 0 or 1."""
    wanted = (path_column.casefold(),) if path_column else PATH_COLUMNS
    path_at = _first(head, wanted)
    if path_at is not None:
        return path_at, _first(head, LABEL_COLUMNS), 1
    if path_column and not path_column.isdecimal():
        raise DataError(
            f"no column {path_column}, only {first_few(head)}; mend the setting lists.path_column"
        )
    path_at = max(int(path_column or 1) - 1, 0)
    return path_at, 1 if path_at == 0 else None, 0


def _delimiter(texts: Sequence[bytes]) -> str:
    """Return what separates columns: the first of DELIMITERS that every line has, else ""."""
    return next((d for d in DELIMITERS if texts and all(d.encode() in text for text in texts)), "")


def _fields(text: bytes, delimiter: str) -> list[str]:
    """Split a line into its columns; bytes that are not UTF-8 stay recognizable."""
    if len(text) > LONGEST_LINE:
        return []
    line = text.decode("utf-8", "surrogateescape").strip()
    if delimiter:
        return next(csv.reader([line.replace("\0", "?")], delimiter=delimiter), [])
    return list(_path_and_label(line))


def _path_and_label(line: str) -> Iterator[str]:
    """Yield the path, then the label behind it: "VIS/Ann Lee/1.png 17" => path, "17".

    The last word with a suffix ends the path; without any, the last word is the label if it is a
    number.
    """
    names = list(NAME_WITH_SUFFIX.finditer(line))
    number = re.search(r"\s+(\d+)$", line)
    end = names[-1].end() if names else number.start() if number else len(line)
    yield line[:end]
    yield line[end:].strip()


def _first(head: Sequence[str], names: Sequence[str]) -> int | None:
    """Return where the head has the first of these names, or None."""
    return next((head.index(name) for name in names if name in head), None)


def _at(row: Sequence[str], position: int | None) -> str:
    return row[position].strip() if position is not None and position < len(row) else ""


def _line(number: int, text: bytes, path_and_label: tuple[str, str]) -> Line:
    """Make a line of its path and label, or of the reason why it has none."""
    path, label = path_and_label
    parts, problem = path_parts(path), problem_of(text)
    if not problem and any("\udc80" <= letter <= "\udcff" for letter in path):
        problem = NO_TEXT  # surrogateescape shows bytes so
    problem = problem or ("" if parts else "names no file")
    return Line(number, printable(text), () if problem else parts, label, problem)
