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
    """Gives the folds in a table, sorted; none where it has no such column or nothing in it."""
    return sorted(set(table["fold"].dropna().astype(int))) if "fold" in table else []


def whole_folds(table: pd.DataFrame) -> pd.DataFrame:
    """Gives the table with `fold` as whole numbers or missing; without `fold` where all miss it."""
    if not fold_numbers(table):
        return table.drop(columns="fold", errors="ignore")
    return table.assign(fold=table["fold"].astype(float).astype("Int64"))


def first_fold(table: pd.DataFrame) -> pd.DataFrame:
    """Gives the rows of the first fold; the same table where there is none."""
    found = fold_numbers(table)
    return table[table["fold"] == found[0]] if found else table


def which_fold(outcomes: pd.DataFrame) -> str:
    """Gives the sentence for captions of pictures of one of several folds, else nothing."""
    found = fold_numbers(outcomes)
    return f"Fold {found[0]}, the first of {len(found)}." if len(found) > 1 else ""


def over_folds(recognition: pd.DataFrame) -> dict[tuple[str, str, str], Spread]:
    """Gives the Spread of each (training set, protocol, metric) that has two folds or more.

    `recognition` has one row per seed and fold. Seeds are averaged within a fold first, so that the
    deviation is that over folds, as published for protocols of ten folds.
    """
    if "fold" not in recognition:
        return {}
    rows = recognition.dropna(subset="fold")
    per_fold = rows.groupby([*CELL, "fold"], sort=False)["value"].mean()
    table = per_fold.groupby(CELL, sort=False).agg(["mean", "std", "size"])
    return {
        key: Spread(float(mean), float(std), int(count))
        for key, mean, std, count in zip(table.index, *(table[c] for c in table), strict=True)
        if count > 1
    }
