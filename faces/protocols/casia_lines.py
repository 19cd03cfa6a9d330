r"""Parses the lines of CASIA's protocol lists: one image path per line.

A line reads `s2\NIR\10153\001.bmp`: session, folder of the spectrum, subject, shot. Copies of the
data set also contain slashes, LF, CRLF or both in one file, a byte order mark, blank lines,
trailing spaces, a column with a label after the path, and a longer path before the session. Flat
copies name the same four in one file name: `NIR/s2_NIR_10153_001.jpg`.
"""

import re
from dataclasses import dataclass

from faces.casia_names import FLAT_NAME
from faces.protocols.list_text import (
    NO_TEXT,
    numbered_lines,
    path_parts,
    printable,
    problem_of,
)

SUFFIX_OF_CROPPED = "_128x128"
FLAT = re.compile(FLAT_NAME, re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Line:
    """A line of a list that is not blank; `path` is empty if there is a `problem`."""

    number: int  # from 1, blank lines counted
    text: str  # as listed, what cannot be printed escaped
    path: tuple[str, ...] = ()  # session, folder, subject, file name
    problem: str = ""

    @property
    def place(self) -> tuple[str, str, str] | tuple[()]:
        """Subject, shot as in the layout `casia`, such as "s2-001", and path; () for a problem."""
        if not self.path:
            return ()
        shot = f"{self.path[0].lower()}-{stem_and_suffix(self.path[3])[0]}"
        return self.path[2], shot, "/".join(self.path)


def parse(content: bytes) -> list[Line]:
    """Parse a list file into its lines that are not blank, in order. Never raises."""
    return [parse_line(number, line.strip()) for number, line in numbered_lines(content)]


def parse_line(number: int, line: bytes) -> Line:
    """Parse one line, given without its end and with its number in the file."""
    text = printable(line)
    if problem := problem_of(line):
        return Line(number, text, problem=problem)
    try:
        path = split_path(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Line(number, text, problem=NO_TEXT)
    if not path:
        return Line(number, text, problem=r"not of the form session\spectrum\subject\shot")
    return Line(number, text, path)


def split_path(text: str) -> tuple[str, ...]:
    """Split a path into session, folder, subject and file name; () where it has fewer parts.

    A label after the file name is left out.
    """
    parts = path_parts(text.strip())
    name = _without_label(parts[-1]) if parts else ""
    if flat := FLAT.fullmatch(name):
        return flat.groups()
    return (*parts[-4:-1], name) if name and len(parts) >= 4 else ()


def _without_label(name: str) -> str:
    """Return a file name without the columns behind it: "001.bmp 17" => "001.bmp".

    The last word with a dot ends the name, so that "001 copy.bmp" stays what it is.
    """
    words = list(re.finditer(r"[^\s,;]+", name))
    dotted = [word for word in words if "." in word.group()]
    last = dotted[-1:] or words[:1]
    return name[: last[0].end()] if last else ""


def stem_and_suffix(name: str) -> tuple[str, str]:
    """Split a file name: "001.BMP" => ("001", "bmp")."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, suffix.casefold()) if dot else (name, "")
