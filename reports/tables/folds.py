"""The table over folds: mean and standard deviation, the form in which benchmarks publish."""

import pandas as pd

from reports.summary import Summary
from reports.tables.accuracy import header, row_name
from reports.tables.formats import Table
from reports.words import NONE, number, protocol


def fold_tables(summary: Summary) -> list[Table]:
    """Return one table per protocol that was scored in several folds: a row per training set."""
    protocols = {task for _, task, _ in summary.over_folds}
    return [_fold_table(summary, task) for task in summary.protocols() if task in protocols]


def _fold_table(summary: Summary, task: str) -> Table:
    names = summary.metrics(task)
    most = max(spread.folds for key, spread in summary.over_folds.items() if key[1] == task)
    return Table(
        title=f"Over folds, as published: {protocol(task)}",
        header=("training set", *(header(summary.metric(name)) for name in names)),
        rows=tuple(
            (
                row_name(training_set),
                *(_cell(summary, (training_set.name, task, name)) for name in names),
            )
            for training_set in summary.training_sets
        ),
        note=(
            f"Mean ± standard deviation (over n − 1) of {most} folds; seeds are averaged within a "
            "fold first. Folds count alike here, probes in the tables above."
        ),
    )


def _cell(summary: Summary, key: tuple[str, str, str]) -> tuple[str, ...]:
    """Return "96.7 ± 0.4"; a dash where there are no folds."""
    spread, record = summary.over_folds.get(key), summary.metric(key[2])
    if spread is None:
        return (NONE,)
    return (f"{number(spread.mean, record)} ± {number(spread.std, record)}",)


def fold_frame(summary: Summary) -> pd.DataFrame:
    """Return the numbers behind the tables, one row per training set, protocol and metric."""
    roles = {training_set.name: training_set.role for training_set in summary.training_sets}
    return pd.DataFrame(
        [
            {"protocol": task, "metric": name, "training_set": training_set,
             "role": roles[training_set], "fold_mean": spread.mean, "fold_std": spread.std,
             "folds": spread.folds}
            for (training_set, task, name), spread in summary.over_folds.items()
        ]
    )  # fmt: skip
