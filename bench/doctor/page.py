"""Prints the sections of the page, and at the end the problems with their remedies.

Each text is printed on one line, whatever file names contain: markup is ignored, and letters that
cannot be printed are escaped. Tables fit the terminal; entries and problems may be longer than its
lines, so that paths can be copied and searched for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

LABEL_WIDTH = 14


@dataclass(frozen=True)
class Problem:
    """A problem, its place, and the remedy. `exit_code`: 0 if a run works all the same."""

    text: str
    exit_code: int = 0


@dataclass(frozen=True)
class Section:
    """A section: entries are a label and a text; the first row of the table is its head."""

    title: str
    entries: Sequence[tuple[str, str]] = ()
    table: Sequence[Sequence[str]] = ()
    problems: Sequence[Problem] = ()


def show(sections: Iterable[Section], console: Console) -> int:
    """Print the sections as they come, then the problems; return the exit code."""
    problems: list[Problem] = []
    for section in sections:
        _show_section(section, console)
        problems += section.problems
    problems.sort(key=lambda problem: problem.exit_code == 0)
    _title("What to do", console)
    if not problems:
        _line("  nothing: all is well", console)
    for number, problem in enumerate(problems, start=1):
        _line(f"{number:>3}. ", console, problem)
    return min((problem.exit_code for problem in problems if problem.exit_code), default=0)


def _show_section(section: Section, console: Console) -> None:
    """Print one section without its problems."""
    _title(section.title, console)
    for label, text in section.entries:
        _line(f"  {label:<{LABEL_WIDTH}} {text}", console)
    if section.table:
        console.print(Padding(_table(section.table, console), (0, 0, 0, 2), expand=False))


def _title(text: str, console: Console) -> None:
    console.print()
    console.print(Text(_printable(text, console), "bold"), soft_wrap=True)


def _line(text: str, console: Console, problem: Problem | None = None) -> None:
    line = Text(_printable(text, console))
    if problem:
        stops = problem.exit_code != 0
        line.append("stops a run: " if stops else "note: ", "bold red" if stops else "yellow")
        line.append(_printable(problem.text, console))
    console.print(line, soft_wrap=True)


def _table(rows: Sequence[Sequence[str]], console: Console) -> Table:
    head, *body = ([Text(_printable(cell, console)) for cell in row] for row in rows)
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    for number, cell in enumerate(head):
        shown = [row[number].plain for row in body]
        side: Literal["left", "right"] = "right" if _numbers(shown) else "left"
        table.add_column(cell, justify=side, overflow="fold", no_wrap=number == 0)
    for row in body:
        table.add_row(*row)
    return table


def _numbers(texts: Sequence[str]) -> bool:
    return all(text[:1].isdigit() or text in ("", "-") for text in texts)


def _printable(text: str, console: Console) -> str:
    """Escape the letters that the terminal cannot or must not print, line breaks included."""
    safe = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return safe.encode(console.encoding, "backslashreplace").decode(console.encoding)
