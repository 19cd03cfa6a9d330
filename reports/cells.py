"""Arranges the outcomes of a training set under one protocol and metric by seed and probe."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from faces.common.errors import DataError
from reports.statistics import subject_sums

KEYS = ("protocol", "metric")


@dataclass(frozen=True)
class Cell:
    """`values` (seeds, probes), who each probe shows; `sums`, `counts` as in `subject_sums`.

    The sums also hold the effects of people as impostors. These add up to 0, so means are those of
    the values, while resampled means vary as the metric does.
    """

    seeds: tuple[int, ...]
    probes: tuple[str, ...]
    subjects: np.ndarray
    values: np.ndarray
    sums: np.ndarray
    counts: np.ndarray

    def rows(self, seeds: tuple[int, ...]) -> list[int]:
        """Gives the rows of some seeds in `values` and in `sums`."""
        return [self.seeds.index(seed) for seed in seeds]

    def means(self, seeds: tuple[int, ...]) -> np.ndarray:
        """Gives the metric of some seeds, (len(seeds),)."""
        return self.sums[self.rows(seeds)].sum(1) / self.counts.sum()

    @property
    def shares(self) -> bool:
        """Tells whether all outcomes are in 0 to 1, as means then are."""
        return self.values.min() >= 0 and self.values.max() <= 1


def cells_of(outcomes: pd.DataFrame) -> dict[tuple[str, str, str], Cell]:
    """Splits the long table by (training set, protocol, metric)."""
    grouped = outcomes.groupby(["training_set", *KEYS], sort=False)
    return {key: _cell_of(key, rows) for key, rows in grouped}


def _cell_of(key: tuple[str, str, str], rows: pd.DataFrame) -> Cell:
    """Arranges outcomes as (seeds, probes); every seed must have scored the same probes."""
    what = " / ".join(key)
    if rows["value"].isna().any():
        raise DataError(f"outcomes of {what}: empty values; score a missing probe as a miss")
    if rows.duplicated(["seed", "probe"]).any():
        raise DataError(f"outcomes of {what}: a probe stands twice; name each probe once per seed")
    table = rows.pivot(index="seed", columns="probe", values="value")
    if table.isna().any(axis=None):
        raise DataError(f"outcomes of {what}: seeds scored different probes; make the run again")
    by_probe = rows.drop_duplicates("probe").set_index("probe")["subject"]
    subjects = by_probe.reindex(table.columns).to_numpy(str)
    values = table.to_numpy(float)
    return Cell(
        tuple(int(each) for each in table.index),
        tuple(table.columns),
        subjects,
        values,
        *subject_sums(values + _as_impostors(rows, table), subjects),
    )


def _as_impostors(rows: pd.DataFrame, table: pd.DataFrame) -> np.ndarray | float:
    """Gives the parts of mean 0 of `rows`, arranged as `table`; 0 where an older run has none."""
    if "as_impostor" not in rows:
        return 0.0
    parts = rows.pivot(index="seed", columns="probe", values="as_impostor").fillna(0.0)
    parts = parts.reindex(index=table.index, columns=table.columns).to_numpy(float)
    return parts - parts.mean(1, keepdims=True)
