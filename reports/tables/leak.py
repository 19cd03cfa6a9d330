"""Makes the table on the leak: training sets of leaky translators against clean ones."""

import pandas as pd

from reports.summary import Comparison, Summary
from reports.tables.accuracy import difference_columns, header
from reports.tables.formats import Table
from reports.words import NONE, number, p_value, protocol, with_interval

NOTE = (
    "Clean: the translator never saw what is tested. Leaky: it did, all else being equal. Then the "
    "difference [95 % interval] and its p after Holm's adjustment over these comparisons."
)


def leak_tables(summary: Summary) -> list[Table]:
    """Return one table per protocol: a row per leaky training set, a column per metric."""
    return [table for task in summary.protocols() if (table := _leak_table(summary, task)).rows]


def _leak_table(summary: Summary, task: str) -> Table:
    names = summary.metrics(task)
    found = {
        (comparison.training_set, comparison.baseline, name): comparison
        for name in names
        for comparison in summary.leaks(task, name)
    }
    pairs = dict.fromkeys(key[:2] for key in found)
    return Table(
        title=f"What the leak is worth: {protocol(task)}",
        header=("training sets", *(header(summary.metric(name)) for name in names)),
        rows=tuple(
            ((leaky, f"leaky, against {clean}"),
             *(_cell(summary, found.get((leaky, clean, name))) for name in names))
            for leaky, clean in pairs
        ),
        note=NOTE,
    )  # fmt: skip


def _cell(summary: Summary, comparison: Comparison | None) -> tuple[str, ...]:
    """Return "clean 37.9, leaky 41.0", "+3.1 [0.2, 6.0]", "p 0.012"."""
    if comparison is None:
        return (NONE,)
    clean, leaky = (number(value, comparison.record) for value in summary.means_of(comparison))
    return (
        f"clean {clean}, leaky {leaky}",
        with_interval(comparison.estimate, comparison.record, signed=True),
        f"p {p_value(comparison.p_adjusted)}",
    )


def leak_frame(summary: Summary) -> pd.DataFrame:
    """Return the numbers behind the tables, one row per leaky training set, protocol and metric."""
    return pd.DataFrame(
        [
            _leak_row(summary, comparison)
            for task in summary.protocols()
            for name in summary.metrics(task)
            for comparison in summary.leaks(task, name)
        ]
    )


def _leak_row(summary: Summary, comparison: Comparison) -> dict[str, str | float]:
    clean, leaky = summary.means_of(comparison)
    row: dict[str, str | float] = {"protocol": comparison.protocol, "metric": comparison.metric}
    row |= {"clean_set": comparison.baseline, "leaky_set": comparison.training_set}
    row |= {"clean": clean, "leaky": leaky}
    return row | difference_columns(comparison.estimate, comparison.p_adjusted)
