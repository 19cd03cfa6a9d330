"""Shows a long task that is no stage: as a bar on a terminal, else as a line per 30 s."""

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
def shown(console: Console, task: str, in_bytes: bool = False) -> Iterator[progress.Progress]:
    """Yield a function that shows the progress of a task; a total of 0 is unknown."""
    amount = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(24), amount, TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        bar = bars.add_task(task, total=None)
        last_line = time.monotonic()

        def show(done: int, total: int, _) -> None:
            nonlocal last_line
            bars.update(bar, completed=done, total=total or None)
            if not console.is_terminal and time.monotonic() - last_line >= LOG_EVERY_SECONDS:
                last_line = time.monotonic()
                console.print(f"{task}: {_amount(done, total, in_bytes)}", highlight=False)

        yield show


def _amount(done: int, total: int, in_bytes: bool) -> str:
    words = [decimal(number) if in_bytes else f"{number:,}" for number in (done, total)]
    return " of ".join(words if total else words[:1])
