"""Defines the interface of a display, which an engine calls about the stages that it runs."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from bench.running.store import Stage


class Display(Protocol):
    """Receives the events of a run; `bench.display.progress` shows them on a terminal."""

    def cached(self, stage: Stage) -> None:
        """Note that the stage was made before."""

    def expect(self, stages: Iterable[Stage]) -> None:
        """Note that these stages have to be made."""

    def started(self, stage: Stage) -> None:
        """Note that the stage has begun."""

    def progress(self, key: str, done: int, total: int, values: Mapping[str, float]) -> None:
        """Note that the stage has done so many of `total` steps; `values` are its losses."""

    def finished(self, stage: Stage, seconds: float) -> None:
        """Note that the stage was made, in so many seconds."""

    def failed(self, stage: Stage, error: BaseException) -> None:
        """Note that the stage has raised an error."""

    def tick(self) -> None:
        """Note that some time has passed, even if there was no other event."""
