"""The table of what failed in a run: each stage, its step, the reason, and what was not made."""

from collections.abc import Mapping
from typing import Any

from faces.common.evenly_spaced import first_few
from reports.tables.formats import Table
from reports.words import NONE

HEADER = ("stage", "step", "why it failed", "not made because of it")
MOST_NAMED = 12  # stages named in a cell; a failed seed of a large run stops hundreds
NOTE = (
    "Everything else was finished and is reported. Comparisons are made over the seeds that both "
    "training sets have. The same command tries the failed stages again."
)


def failure_tables(provenance: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return one table with a row per failed stage; none where nothing failed."""
    rows = provenance.get("failures", ())
    if not rows:
        return ()
    return (Table("Stages that failed", HEADER, tuple(_failure_row(row) for row in rows), NOTE),)


def _failure_row(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return the cells of one failure."""
    step = NONE if row["step"] is None else str(row["step"])
    return (
        (row["stage"],),
        (step,),
        (row["reason"],),
        (first_few(row["stopped"], MOST_NAMED) or NONE,),
    )
