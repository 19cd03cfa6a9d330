"""Folds of a protocol: which there are, and the mean and standard deviation over them."""

from dataclasses import dataclass

import pandas as pd

CELL = ["training_set", "protocol", "metric"]


@dataclass(frozen=True)
class Spread:
    """The mean of the folds' values, their standard deviation (over n - 1), and how many folds."""

    mean: float
    std: float
    folds: int


def fold_numbers(table: pd.DataFrame) -> list[int]:
    """Return the folds in a table, sorted; none without a column `fold`, or with an empty one."""
    return sorted(set(table["fold"].dropna().astype(int))) if "fold" in table else []


def whole_folds(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with `fold` as whole numbers or missing; without `fold` if it is empty."""
    if not fold_numbers(table):
        return table.drop(columns="fold", errors="ignore")
    return table.assign(fold=table["fold"].astype(float).astype("Int64"))


def first_fold(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first fold; the same table where there are no folds."""
    folds = fold_numbers(table)
    return table[table["fold"] == folds[0]] if folds else table


def which_fold(outcomes: pd.DataFrame) -> str:
    """Return a sentence for captions of pictures that show one of several folds, else ""."""
    folds = fold_numbers(outcomes)
    return f"Fold {folds[0]}, the first of {len(folds)}." if len(folds) > 1 else ""


def over_folds(recognition: pd.DataFrame) -> dict[tuple[str, str, str], Spread]:
    """Return the Spread of each (training set, protocol, metric) that has two folds or more.

    `recognition` has one row per seed and fold. Seeds are averaged within a fold first, so that the
    deviation is that over folds, as published for protocols of ten folds.
    """
    if "fold" not in recognition:
        return {}
    rows = recognition.dropna(subset="fold")
    per_fold = rows.groupby([*CELL, "fold"], sort=False)["value"].mean()
    table = per_fold.groupby(CELL, sort=False).agg(["mean", "std", "size"])
    columns = (table[name] for name in ("mean", "std", "size"))
    return {
        key: Spread(float(mean), float(std), int(count))
        for key, mean, std, count in zip(table.index, *columns, strict=True)
        if count > 1
    }
