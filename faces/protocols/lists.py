r"""Parses the lines of CASIA's protocol lists: one image path per line.

A line reads `s2\NIR\10153\001.bmp`: session, folder of the spectrum, subject, shot. Copies of the
data set also contain slashes, LF, CRLF or both in one file, a byte order mark, blank lines,
trailing spaces, a column with a label after the path, and a longer path before the session.
"""

import re
from dataclasses import dataclass

SUFFIX_OF_CROPPED = "_128x128"
LONGEST_LINE = 4096  # bytes; no file system has longer paths
SHOWN = 200  # how many characters of a line messages and tables show


@dataclass(frozen=True)
class Line:
    """A line of a list that is not blank; `path` is empty if there is a `problem`."""

    number: int  # from 1, blank lines counted
    text: str  # as listed, what cannot be printed escaped
    path: tuple[str, ...] = ()  # session, folder, subject, file name
    problem: str = ""

    @property
    def shot(self) -> str:
        """The shot's name in the layout `casia`, such as "s2-001"."""
        return f"{self.path[0].lower()}-{stem_and_suffix(self.path[3])[0]}"


def parse(content: bytes) -> list[Line]:
    """Parse a list file into its lines that are not blank, in order. Never raises."""
    lines = re.split(rb"\r\n|\n|\r", content.removeprefix(b"\xef\xbb\xbf"))
    numbered = enumerate((line.strip() for line in lines), start=1)
    return [parse_line(number, line) for number, line in numbered if line]


def parse_line(number: int, line: bytes) -> Line:
    """Parse one line, given without its end and with its number in the file."""
    text = _printable(line[: SHOWN + 1])
    if len(line) > LONGEST_LINE:
        return Line(number, text, problem="longer than any path")
    if b"\0" in line:
        return Line(number, text, problem="holds a NUL byte")
    try:
        path = split_path(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Line(number, text, problem="is no UTF-8 text")
    if not path:
        return Line(number, text, problem=r"not of the form session\spectrum\subject\shot")
    return Line(number, text, path)


def split_path(text: str) -> tuple[str, ...]:
    """Split a path into session, folder, subject and file name; () where it has fewer parts.

    A label after the file name is left out.
    """
    parts = [part for part in re.split(r"[\\/]+", text.strip()) if part not in ("", ".")]
    name = _without_label(parts[-1]) if len(parts) >= 4 else ""
    return (*parts[-4:-1], name) if name else ()


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


def _printable(line: bytes) -> str:
    """Decode the first SHOWN characters of a line and escapes those that cannot be printed."""
    text = line.decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:SHOWN])
    return shown + "…" * (len(text) > SHOWN)
