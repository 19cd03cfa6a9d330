"""Defines the columns of the lines of running stages on a terminal."""

from typing import Any, Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

WIDE_TERMINAL = 100  # columns; on a narrower one there are no bars, to leave room for losses
EMPTY: dict[str, Any] = {"count": "", "left": "", "rate": "", "note": ""}


def bars(console: Console) -> Progress:
    """Return bars with one line per task; losses are cut where the line ends."""
    wide = console.width >= WIDE_TERMINAL
    columns = [
        _column("{task.description}", 28 if wide else 22, "left"),
        *([BarColumn(bar_width=12)] if wide else []),
        _column("{task.fields[count]}", 13),
        _column("{task.fields[left]}", 12),
        _column("{task.fields[rate]}", 15 if wide else 13),
        TextColumn("{task.fields[note]}", markup=False, table_column=_narrow(ratio=1)),
    ]
    return Progress(
        *columns,
        console=console,
        refresh_per_second=4,
        disable=not console.is_terminal,
        transient=True,
        expand=True,
    )


def _column(text: str, width: int, justify: Literal["left", "right"] = "right") -> TextColumn:
    return TextColumn(text, justify=justify, markup=False, table_column=_narrow(width=width))


def _narrow(width: int | None = None, ratio: int | None = None) -> Column:
    """Return a column of a width in characters, or of a share; its text is cut, never wrapped."""
    return Column(no_wrap=True, overflow="ellipsis", width=width, ratio=ratio)
