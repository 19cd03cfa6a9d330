"""Marks functions as stages, each with its version beside it.

    @stage(version=3)
    def score(job: Job) -> None: ...

A stage's version is part of its key. It is raised when the function, or anything that it calls,
starts to write other bytes for the same settings and inputs; `tests/fingerprints` notices changes.
"""

from collections.abc import Callable
from typing import TypeVar

ATTRIBUTE = "stage_version"
Run = TypeVar("Run", bound=Callable[..., None])


def stage(*, version: int) -> Callable[[Run], Run]:
    """Marks a function as a stage of this version, a whole number from 1."""

    def mark(run: Run) -> Run:
        setattr(run, ATTRIBUTE, version)
        return run

    return mark


def version_of(run: Callable[..., None]) -> int:
    """Gives the version a function was marked with; 1 for a function that is not marked."""
    return getattr(run, ATTRIBUTE, 1)


def is_stage(thing: object) -> bool:
    """Tells whether something is a function that was marked as a stage."""
    return hasattr(thing, ATTRIBUTE)
