"""Arranges the outcomes of a training set under one protocol and metric by seed and probe."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from faces.common.errors import DataError
from reports.statistics import subject_sums

KEYS = ("protocol", "metric")


@dataclass(frozen=True)
class Cell:
    """The outcomes of one training set under one protocol and metric.

    `values`: (seeds, probes) float; `subjects`: (probes,) str, the subject of each probe; `sums`,
    `counts` as in `subject_sums`. The sums also hold the effects of people as impostors. These add
    up to 0, so means are those of the values, while resampled means vary as the metric does.
    """

    seeds: tuple[int, ...]
    probes: tuple[str, ...]
    subjects: np.ndarray
    values: np.ndarray
    sums: np.ndarray
    counts: np.ndarray

    def rows(self, seeds: tuple[int, ...]) -> list[int]:
        """Return the indices of the rows of some seeds in `values` and in `sums`."""
        return [self.seeds.index(seed) for seed in seeds]

    def means(self, seeds: tuple[int, ...]) -> np.ndarray:
        """Return the metric of some seeds, (len(seeds),) float."""
        return self.sums[self.rows(seeds)].sum(1) / self.counts.sum()

    @property
    def shares(self) -> bool:
        """Tell whether all outcomes, and so all means, are in 0 to 1."""
        return self.values.min() >= 0 and self.values.max() <= 1


def cells_of(outcomes: pd.DataFrame) -> dict[tuple[str, str, str], Cell]:
    """Split a table of outcomes (reports.material) by (training set, protocol, metric).

    Raises DataError for empty or repeated outcomes, and where seeds have different probes.
    """
    grouped = outcomes.groupby(["training_set", *KEYS], sort=False)
    return {key: _cell_of(key, rows) for key, rows in grouped}


def _cell_of(key: tuple[str, str, str], rows: pd.DataFrame) -> Cell:
    """Arrange outcomes as (seeds, probes); every seed must have scored the same probes."""
    name = " / ".join(key)
    if rows["value"].isna().any():
        raise DataError(f"outcomes of {name}: empty values; score a missing probe as a miss")
    if rows.duplicated(["seed", "probe"]).any():
        raise DataError(f"outcomes of {name}: a probe stands twice; name each probe once per seed")
    table = rows.pivot(index="seed", columns="probe", values="value")
    if table.isna().any(axis=None):
        raise DataError(f"outcomes of {name}: seeds scored different probes; make the run again")
    by_probe = rows.drop_duplicates("probe").set_index("probe")["subject"]
    subjects = by_probe.reindex(table.columns).to_numpy(str)
    values = table.to_numpy(float)
    return Cell(
        tuple(int(seed) for seed in table.index),
        tuple(table.columns),
        subjects,
        values,
        *subject_sums(values + _as_impostors(rows, table), subjects),
    )


def _as_impostors(rows: pd.DataFrame, table: pd.DataFrame) -> np.ndarray | float:
    """Return the effects of people as impostors, of mean 0, arranged as `table`; 0 without any.

    Older runs have none.
    """
    if "as_impostor" not in rows:
        return 0.0
    parts = rows.pivot(index="seed", columns="probe", values="as_impostor").fillna(0.0)
    parts = parts.reindex(index=table.index, columns=table.columns).to_numpy(float)
    return parts - parts.mean(1, keepdims=True)
