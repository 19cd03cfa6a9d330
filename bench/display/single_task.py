"""Shows one long piece of work outside the stages: a bar on a terminal, else a line per 30 s."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from bench.display.progress import LOG_EVERY_SECONDS
from faces.common import progress


@contextmanager
def shown(console: Console, what: str, in_bytes: bool = False) -> Iterator[progress.Progress]:
    """A progress receiver that says what is done, and how much of it; a total of 0 is unknown."""
    amount = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(24), amount, TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        task = bars.add_task(what, total=None)
        told = time.monotonic()

        def show(done: int, total: int, _) -> None:
            nonlocal told
            bars.update(task, completed=done, total=total or None)
            if not console.is_terminal and time.monotonic() - told >= LOG_EVERY_SECONDS:
                told = time.monotonic()
                console.print(f"{what}: {_amount(done, total, in_bytes)}", highlight=False)

        yield show


def _amount(done: int, total: int, in_bytes: bool) -> str:
    words = [decimal(number) if in_bytes else f"{number:,}" for number in (done, total)]
    return " of ".join(words if total else words[:1])
