"""Defines the interface of a display: what an engine tells of the stages that it runs."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from bench.running.store import Stage


class Display(Protocol):
    """Is told what happens; `bench.display.progress` shows it on a terminal."""

    def cached(self, stage: Stage) -> None:
        """The stage was there before."""

    def expect(self, stages: Iterable[Stage]) -> None:
        """These stages are still to be made."""

    def started(self, stage: Stage) -> None:
        """The stage has begun."""

    def progress(self, key: str, done: int, total: int, values: Mapping[str, float]) -> None:
        """The stage of this key has done so many of `total` steps; `values` are its losses."""

    def finished(self, stage: Stage, seconds: float) -> None:
        """The stage is there, after so many seconds."""

    def failed(self, stage: Stage, error: BaseException) -> None:
        """The stage has raised an error."""

    def tick(self) -> None:
        """Some time has passed, and nothing else may have happened."""
