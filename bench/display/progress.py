"""Shows the progress of a run, and writes it to `events.jsonl`.

On a terminal: a line per running stage with rate, losses and time left, and one for the whole run;
above them a line per finished stage. Elsewhere: one line per 30 seconds with the running stages and
those finished since the last line, so that a cluster's log stays short.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import TaskID
from rich.text import Text

from bench.display.bar_columns import EMPTY, bars
from bench.display.events import Events
from bench.display.tensorboard import Scalars
from bench.display.time_left import Pace, WorkLeft, clock
from bench.running.store import Stage

LOG_EVERY_SECONDS = 30
SHOW_EVERY_SECONDS = 1  # to be read, numbers must not change faster
SHOWN_VALUES = 4
TRAININGS = ("pretrain", "translator", "finetune")  # stages that count steps; others count images


@dataclass
class Running:
    """A running stage and its latest report. `bar` is its line on a terminal."""

    name: str
    bar: TaskID
    pace: Pace = field(default_factory=Pace)
    done: int = 0
    total: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    shown: float = float("-inf")  # when its line was last renewed
    logged: float = field(default_factory=lambda: time.monotonic())  # when it last was an event

    def tell(self, done: int, total: int, values: Mapping[str, float]) -> None:
        """Take a report: `done` of `total` steps, and the losses."""
        self.pace.tell(done)
        self.done, self.total, self.values = done, total, values

    @property
    def left(self) -> str:
        """Return the time left, as "4:05 left"."""
        return _left_text(self.pace.seconds_for(self.total - self.done))

    @property
    def rate(self) -> str:
        """Return the rate, as "3.2 steps/s"."""
        if self.pace.per_second is None:
            return ""
        unit = "steps" if self.name.split(":")[0] in TRAININGS else "images"
        return f"{self.pace.per_second:.3g} {unit}/s"

    @property
    def losses(self) -> str:
        """Return the first losses with their names."""
        return " ".join(f"{k} {v:.3g}" for k, v in list(self.values.items())[:SHOWN_VALUES])

    @property
    def line(self) -> str:
        """Return everything in one line, for a log."""
        if self.total <= 1:
            return self.name
        parts = (f"{self.name} {self.done}/{self.total}", self.rate, self.losses, self.left)
        return " ".join(part for part in parts if part)


class Display:
    """Shows the stages of one run. Use it as a context manager."""

    def __init__(self, console: Console, events: Path, scalars: Path | None = None) -> None:
        self.console = console
        self.scalars = Scalars(scalars, self.tell) if scalars else None
        self.left = WorkLeft()
        self._events = Events(events, self.tell)
        self._bars = bars(console)
        self._running: dict[str, Running] = {}
        self._whole: TaskID | None = None
        self._expected = self._complete = 0
        self._since: list[str] = []  # stages finished since the last line of a log
        self._began = self._last_log = time.monotonic()

    def __enter__(self) -> "Display":
        self._bars.start()
        return self

    def __exit__(self, *_) -> None:
        self._bars.stop()
        if self._since:
            self._log()
        if self.scalars is not None:
            self.scalars.close()

    def tell(self, sentence: str) -> None:
        """Print a sentence above the bars."""
        self.console.print(Text(sentence), soft_wrap=True)

    def event(self, event: str, **fields) -> None:
        """Append one line to events.jsonl."""
        self._events.write(event, **fields)

    def expect(self, stages: Iterable[Stage]) -> None:
        """Note the stages that will run, for the time left of the whole run."""
        stages = list(stages)
        self.left.expect(stages)
        self._expected = len(stages)
        if stages:
            self._whole = self._bars.add_task("whole run", total=self.left.total, **EMPTY)
            self._renew_whole()

    def cached(self, stage: Stage) -> None:
        """Write the event of a stage that was made before."""
        self.event("cached", stage=stage.name, key=stage.key)

    def started(self, stage: Stage) -> None:
        """Show that a stage begins."""
        self.left.started(stage)
        bar = self._bars.add_task(stage.name, total=None, **EMPTY)
        self._running[stage.key] = Running(stage.name, bar)
        self.event("started", stage=stage.name, key=stage.key)

    def progress(self, key: str, done: int, total: int, values: Mapping[str, float]) -> None:
        """Show the progress of a stage."""
        stage = self._running.get(key)
        if stage is None:  # it has finished, and the message is late
            return
        self.left.progress(key, done / max(1, total), first=not stage.total and done < total)
        stage.tell(done, total, values)
        if self.scalars is not None and values:
            self.scalars.add(stage.name, done, values)
        now = time.monotonic()
        if now - stage.logged >= LOG_EVERY_SECONDS:
            stage.logged = now
            rounded = {name: float(f"{value:.6g}") for name, value in values.items()}
            self.event(
                "progress", stage=stage.name, key=key, done=done, total=total, values=rounded
            )
        if now - stage.shown >= SHOW_EVERY_SECONDS:
            stage.shown = now
            self._renew(stage)
        self.tick()

    def tick(self) -> None:
        """Print a line if it is time for one, where there is no terminal."""
        if time.monotonic() - self._last_log >= LOG_EVERY_SECONDS:
            self._log()

    def finished(self, stage: Stage, seconds: float) -> None:
        """Show that a stage is complete."""
        self._close(stage)
        self._complete += 1
        self._since.append(stage.name)
        if self.console.is_terminal:
            self._say("done", "green", f"{stage.name} in {clock(seconds)}")
        self._renew_whole()
        self.event("finished", stage=stage.name, key=stage.key, seconds=round(seconds, 2))

    def failed(self, stage: Stage, error: BaseException) -> None:
        """Show that a stage failed; stages that do not need it go on."""
        self._close(stage)
        self._say("failed", "red", f"{stage.name}: {type(error).__name__}")
        self.event("failed", stage=stage.name, key=stage.key, error=str(error))

    def reporting(self, complete: bool = True) -> None:
        """Show that the report is being written; `complete`: no stage failed."""
        self._bars.add_task("report", total=None, **EMPTY)
        if not self.console.is_terminal:
            if self._since:
                self._log()
            state = "all stages are there" if complete else "some stages failed"
            self.tell(f"{state}; the report is being written")
        self.event("report")

    def _say(self, word: str, style: str, text: str) -> None:
        """Print a line that begins with a coloured word."""
        self.console.print(Text.assemble((f"{word:<8}", style), text))

    def _close(self, stage: Stage) -> None:
        self.left.finished(stage)
        if self.scalars is not None:
            self.scalars.finish(stage.name)
        self._bars.remove_task(self._running.pop(stage.key).bar)

    def _renew(self, stage: Running) -> None:
        self._bars.update(
            stage.bar, total=stage.total, completed=stage.done,
            count=f"{stage.done:,}/{stage.total:,}", left=stage.left, rate=stage.rate,
            note=stage.losses,
        )  # fmt: skip
        self._renew_whole()

    def _renew_whole(self) -> None:
        if self._whole is not None:
            count, left = (
                f"{self._complete}/{self._expected} stages",
                _left_text(self.left.seconds()),
            )
            self._bars.update(self._whole, completed=self.left.done(), count=count, left=left)

    def _log(self) -> None:
        """Print one line on all stages, unless there is a terminal with bars."""
        self._last_log = time.monotonic()
        if self.console.is_terminal:
            return
        left = _left_text(self.left.seconds())
        parts = [f"{clock(self._last_log - self._began)}  {self._complete}/{self._expected} stages"]
        parts[0] += f", {left}" if left else ""
        parts += [stage.line for stage in self._running.values()]
        parts += [f"done: {', '.join(self._since)}"] if self._since else []
        self._since = []
        self.console.print(Text(" | ".join(parts)), soft_wrap=True)


def _left_text(seconds: float | None) -> str:
    """Return "4:05 left", or "" if the time is unknown."""
    return "" if seconds is None else f"{clock(seconds)} left"
