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
    """Mark a function as a stage of this version, a whole number from 1."""

    def mark(run: Run) -> Run:
        setattr(run, ATTRIBUTE, version)
        return run

    return mark


def version_of(run: Callable[..., None]) -> int:
    """Return the version a function was marked with. Raises TypeError if it is not marked."""
    if not is_stage(run):
        name = f"{run.__module__}.{getattr(run, '__qualname__', repr(run))}"
        raise TypeError(
            f"{name}: is not marked as a stage, so it has no version; write @stage(version=1) "
            "above it (bench/running/versions.py)"
        )
    return getattr(run, ATTRIBUTE)


def is_stage(value: object) -> bool:
    """Tell whether a value is a function that was marked as a stage."""
    return hasattr(value, ATTRIBUTE)
