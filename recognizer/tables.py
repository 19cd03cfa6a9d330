"""Writes the tables of a scored recognizer, which `reports` reads.

`outcomes.csv` has one row per probe and metric, `curves.csv` the points of ROC and CMC,
`omitted.csv` the metrics left out and why, `confusions.csv` the most similar other person of each
found probe.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
import pandas as pd

from faces.common.metric import Metric
from faces.packed import write_table

SEEN, UNSEEN = "seen-subjects", "unseen-subjects"
COLUMNS = {
    "curves": ("protocol", "curve", "x", "y"),
    "omitted": ("protocol", "metric", "reason"),
    "confusions": ("protocol", "probe", "subject", "other", "genuine", "impostor"),
    "outcomes": ("protocol", "metric", "probe", "subject", "value", "as_impostor"),
}


def _empty(name: str) -> pd.DataFrame:
    """Return a table without rows."""
    return pd.DataFrame(columns=COLUMNS[name])


@dataclass(frozen=True)
class Tables:
    """One table per file, with the columns of COLUMNS in any order."""

    curves: pd.DataFrame = field(default_factory=lambda: _empty("curves"))
    omitted: pd.DataFrame = field(default_factory=lambda: _empty("omitted"))
    confusions: pd.DataFrame = field(default_factory=lambda: _empty("confusions"))
    outcomes: pd.DataFrame = field(default_factory=lambda: _empty("outcomes"))

    def write(self, out: Path) -> None:
        """Write the files, `outcomes.csv` last."""
        out.mkdir(parents=True, exist_ok=True)
        for name, columns in COLUMNS.items():
            table = getattr(self, name)[list(columns)]
            write_table(out / f"{name}.csv", table)


def joined(parts: Iterable[Tables]) -> Tables:
    """Join the rows of several scorings, in their order."""
    parts = list(parts)
    frames = {
        table.name: [rows for part in parts if len(rows := getattr(part, table.name))]
        for table in fields(Tables)
    }
    return Tables(**{name: pd.concat(rows) for name, rows in frames.items() if rows})


def found(index: pd.DataFrame) -> np.ndarray:
    """Tell which faces were found: (N,) bool; all if the index has no such column."""
    if "found" not in index:
        return np.ones(len(index), bool)
    return index["found"].to_numpy(bool)


def images_found(*indices: pd.DataFrame) -> int:
    """Count the images with a found face in all these tables."""
    return sum(int(found(index).sum()) for index in indices)


def _probes(protocol: str, index: pd.DataFrame) -> pd.DataFrame:
    """Return `protocol`, `probe` and `subject` of N images: N rows, numbered from 0."""
    names = index["subject"] + "/" + index["spectrum"] + "/" + index["shot"].astype(str)
    columns = {"protocol": protocol, "probe": names, "subject": index["subject"]}
    return pd.DataFrame(columns).reset_index(drop=True)


def outcome_rows(
    protocol: str,
    metric: Metric,
    index: pd.DataFrame,
    values: np.ndarray,
    *,
    compared: np.ndarray,
    as_impostor: np.ndarray | float = 0.0,
    of_misses: np.ndarray | None = None,
    misses_as_impostor: float = 0.0,
) -> pd.DataFrame:
    """Return the outcomes of one metric, one row per image of the index that it is about.

    `values` and `as_impostor` are (K,) float64, of the K images that are `compared`, (N,) bool;
    `of_misses` (N - K,) float64 are those of the others, by default the worst value of the metric.
    An image whose value is NaN has no row.
    """
    outcomes, parts = np.full(len(index), metric.worst), np.full(len(index), misses_as_impostor)
    if of_misses is not None:
        outcomes[~compared] = of_misses
    outcomes[compared], parts[compared] = values, as_impostor
    rows = _probes(protocol, index).assign(metric=metric.name, value=outcomes, as_impostor=parts)
    return rows[~np.isnan(outcomes)]


def confusion_rows(
    protocol: str, index: pd.DataFrame, compared: np.ndarray, most_similar: pd.DataFrame
) -> pd.DataFrame:
    """Return rows of `confusions`: names of the probes `compared`, (N,) bool, and their columns."""
    names = _probes(protocol, index)[compared].reset_index(drop=True)
    return pd.concat([names, most_similar], axis=1)
