"""What a person sees while a run goes on, and the `events.jsonl` that is always written.

On a terminal: a line per running stage and one for the whole run, with the time left. Elsewhere:
one line per 30 seconds and one per finished stage, so that a cluster's log stays short.
"""

import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench.store import Stage

LOG_EVERY_SECONDS = 30
SHOWN_VALUES = 3


class Display:
    """Follows the stages of one run. Use it as a context manager."""

    def __init__(self, console: Console, events: Path) -> None:
        self.console, self.events = console, events
        self.left = WorkLeft()
        self._bars = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._tasks: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._last_log = time.monotonic()

    def __enter__(self) -> "Display":
        self._bars.start()
        return self

    def __exit__(self, *_) -> None:
        self._bars.stop()

    def expect(self, stages: Iterable[Stage]) -> None:
        """Says which stages will run, for the time left of the whole run."""
        stages = list(stages)
        self.left.expect(stages)
        if stages:
            self._tasks[""] = self._bars.add_task("whole run", total=self.left.total, note="")

    def cached(self, stage: Stage) -> None:
        """A stage was there already."""
        self.event("cached", stage=stage.name, key=stage.key)

    def started(self, stage: Stage) -> None:
        """A stage begins."""
        self.left.started(stage)
        self._names[stage.key] = stage.name
        self._tasks[stage.key] = self._bars.add_task(stage.name, total=None, note="")
        self.event("started", stage=stage.name, key=stage.key)

    def progress(self, key: str, done: int, total: int, values: Mapping[str, float]) -> None:
        """A stage tells how far it is."""
        if key not in self._tasks:  # a late message of a stage that has finished
            return
        self.left.progress(key, done / max(1, total))
        seconds = self.left.seconds_of(key)
        note = " ".join(
            f"{name} {value:.3g}" for name, value in list(values.items())[:SHOWN_VALUES]
        )
        note = f"{done}/{total}  {clock(seconds)} left  {note}"
        self._bars.update(self._tasks[key], total=total, completed=done, note=note)
        whole = f"{clock(self.left.seconds())} left"
        self._bars.update(self._tasks[""], completed=self.left.done(), note=whole)
        if not self.console.is_terminal and time.monotonic() - self._last_log > LOG_EVERY_SECONDS:
            self._last_log = time.monotonic()
            self.console.print(f"{self._names[key]}: {note}; run: {whole}", highlight=False)

    def finished(self, stage: Stage, seconds: float) -> None:
        """A stage is complete."""
        self._close(stage)
        self.console.print(f"[green]done[/]    {stage.name} in {clock(seconds)}", highlight=False)
        self.event("finished", stage=stage.name, key=stage.key, seconds=round(seconds, 2))

    def failed(self, stage: Stage, error: BaseException) -> None:
        """A stage failed; what does not need it goes on."""
        self._close(stage)
        self.console.print(f"[red]failed[/]  {stage.name}: {type(error).__name__}", highlight=False)
        self.event("failed", stage=stage.name, key=stage.key, error=str(error))

    def _close(self, stage: Stage) -> None:
        self.left.finished(stage)
        self._bars.remove_task(self._tasks.pop(stage.key))

    def event(self, kind: str, **fields) -> None:
        """Appends one line to events.jsonl."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": kind}
        with open(self.events, "a", encoding="utf-8") as file:
            file.write(json.dumps(line | fields) + "\n")


class WorkLeft:
    """Time left, from each stage's expected effort and how fast efforts are done here."""

    def __init__(self) -> None:
        self.total = 0.0
        self._effort: dict[str, float] = {}
        self._share: dict[str, float] = {}
        self._began: dict[str, float] = {}
        self._start = time.monotonic()

    def expect(self, stages: Iterable[Stage]) -> None:
        """`effort` is in seconds of one core of the reference machine; only ratios matter."""
        self._effort = {stage.key: stage.effort for stage in stages}
        self.total = sum(self._effort.values())
        self._start = time.monotonic()

    def started(self, stage: Stage) -> None:
        self._began[stage.key] = time.monotonic()
        self._share[stage.key] = 0.0

    def progress(self, key: str, share: float) -> None:
        self._share[key] = share

    def finished(self, stage: Stage) -> None:
        self._share[stage.key] = 1.0

    def done(self) -> float:
        """Effort done so far, in the unit of `effort`."""
        return sum(self._effort.get(key, 0.0) * share for key, share in self._share.items())

    def seconds(self) -> float | None:
        """Seconds left of the whole run, or None while nothing can be said."""
        done = self.done()
        elapsed = time.monotonic() - self._start
        return elapsed / done * (self.total - done) if done > 0.02 * self.total else None

    def seconds_of(self, key: str) -> float | None:
        """Seconds left of one stage."""
        share = self._share[key]
        return (time.monotonic() - self._began[key]) * (1 - share) / share if share else None


def clock(seconds: float | None) -> str:
    """Seconds as h:mm:ss or m:ss; a dash where they are unknown."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
