"""Splits the text of list files into lines and paths, and shows lines in messages."""

import re
from collections.abc import Iterator

LONGEST_LINE = 4096  # bytes; no file system has longer paths
SHOWN = 200  # how many characters of a line messages and tables show
NO_TEXT = "is no UTF-8 text"


def numbered_lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, each with its number from 1; blank lines are counted.

    Lines may end in LF, CR or both, also in one file; a byte order mark is left out.
    """
    lines = re.split(rb"\r\n|\n|\r", content.removeprefix(b"\xef\xbb\xbf"))
    return ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def problem_of(line: bytes) -> str:
    """Return why a line can name no file, or ""."""
    if len(line) > LONGEST_LINE:
        return "longer than any path"
    return "holds a NUL byte" if b"\0" in line else ""


def path_parts(path: str) -> tuple[str, ...]:
    """Split a path at slashes of both kinds, from the first folder to the file name."""
    return tuple(part for part in re.split(r"[\\/]+", path) if part not in ("", "."))


def printable(line: bytes) -> str:
    """Decode the first SHOWN characters of a line and escape those that cannot be printed."""
    text = line[: 4 * SHOWN + 4].decode("utf-8", "backslashreplace")
    shortened = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:SHOWN])
    return shortened + "…" * (len(text) > SHOWN)
