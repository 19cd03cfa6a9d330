"""The numbers of a report: means over seeds, paired comparisons, quality over seeds."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pandas as pd

from faces.errors import DataError
from reports.folds import Spread, over_folds, whole_folds
from reports.material import Material, TrainingSet, leak_pairs, told_about
from reports.statistics import (
    LEVEL,
    RESAMPLES,
    Estimate,
    holm,
    mean_with_interval,
    paired_difference,
)

KEYS = ("protocol", "metric")


@dataclass(frozen=True)
class Cell:
    """Outcomes of one training set under a protocol and metric: `values` (seeds, probes)."""

    seeds: tuple[int, ...]
    probes: tuple[str, ...]
    subjects: np.ndarray
    values: np.ndarray

    def of_seeds(self, seeds: list[int]) -> np.ndarray:
        """The outcomes of some seeds, (len(seeds), probes)."""
        return self.values[[self.seeds.index(seed) for seed in seeds]]


@dataclass(frozen=True)
class Comparison:
    """Is `training_set` better than `baseline`? `p_adjusted` is Holm's over its family."""

    training_set: str
    baseline: str
    protocol: str
    metric: str
    estimate: Estimate
    per_seed: dict[int, float]
    p_adjusted: float

    @property
    def verdict(self) -> str:
        """ "gain", "loss" or "undecided" at the level that the intervals have."""
        if self.p_adjusted >= 1 - LEVEL:
            return "undecided"
        return "gain" if self.estimate.value > 0 else "loss"


@dataclass(frozen=True)
class Summary:
    """`means`: (training set, protocol, metric) -> Estimate, over all probes of all folds.

    `over_folds`: the same keys -> Spread, where there are several folds. Tables have one row per
    seed and fold.
    """

    training_sets: tuple[TrainingSet, ...]
    recognition: pd.DataFrame
    means: dict[tuple[str, str, str], Estimate]
    comparisons: tuple[Comparison, ...]
    quality: pd.DataFrame
    over_folds: dict[tuple[str, str, str], Spread] = field(default_factory=dict)

    def called(self) -> dict[str, str]:
        """What sentences call a training set: its fakes' name, or its label."""
        return {each.name: each.marked(each.images or each.label) for each in self.training_sets}

    def kinds(self) -> dict[str, str]:
        """What tables and plots call the images of a training set."""
        return {each.images: each.marked(each.images) for each in self.training_sets if each.images}

    def told(self) -> list[str]:
        """The names of the training sets that the answer is about."""
        return [each.name for each in told_about(self.training_sets)]

    def leaks(self, protocol: str, metric: str) -> list[Comparison]:
        """Each leaky training set against its counterpart, as far as both were scored."""
        pairs = leak_pairs(self.training_sets)
        found = [self.compared(*pair, protocol, metric) for pair in pairs]
        return [each for each in found if each]

    def named(self, role: str) -> list[str]:
        """The names of the training sets in a role."""
        return [each.name for each in self.training_sets if each.role == role]

    def compared(
        self, training_set: str, baseline: str, protocol: str, metric: str
    ) -> Comparison | None:
        """The Comparison of two training sets, or None where there is none."""
        wanted = (training_set, baseline, protocol, metric)
        for each in self.comparisons:
            if (each.training_set, each.baseline, each.protocol, each.metric) == wanted:
                return each
        return None

    def ends(self, each: Comparison) -> tuple[float, float]:
        """Where a difference starts and ends, over the seeds that both have and all probes."""
        rows = self.recognition
        rows = rows[(rows["protocol"] == each.protocol) & (rows["metric"] == each.metric)]
        rows = rows[rows["seed"].isin(list(each.per_seed))]
        sums = rows.assign(value=rows["value"] * rows["n"]).groupby("training_set")[["value", "n"]]
        means = sums.sum().eval("value / n")
        return means[each.baseline], means[each.training_set]

    def metrics(self, protocol: str) -> list[str]:
        """The metrics of a protocol, in the order in which they were given."""
        rows = self.recognition[self.recognition["protocol"] == protocol]
        return list(dict.fromkeys(rows["metric"]))

    def protocols(self) -> list[str]:
        """The protocols there are; the one on unseen people, which is the harder, first."""
        found = dict.fromkeys(self.recognition["protocol"])
        return sorted(found, key=lambda name: name != "unseen-subjects")


def summarise(material: Material, resamples: int = RESAMPLES, seed: int = 0) -> Summary:
    """Computes every number of the report. The same material and seed give the same numbers."""
    cells = cells_of(material.outcomes)
    recognition = recognition_rows(whole_folds(material.outcomes))
    return Summary(
        training_sets=material.training_sets,
        recognition=recognition,
        means={
            key: mean_with_interval(
                cell.values, cell.subjects, generator(seed, *key[1:]), resamples
            )
            for key, cell in cells.items()
        },
        comparisons=tuple(compare_all(cells, material.training_sets, resamples, seed)),
        quality=whole_folds(material.quality),
        over_folds=over_folds(recognition),
    )


def cells_of(outcomes: pd.DataFrame) -> dict[tuple[str, str, str], Cell]:
    """Splits the long table by (training set, protocol, metric)."""
    grouped = outcomes.groupby(["training_set", *KEYS], sort=False)
    return {key: cell_of(key, rows) for key, rows in grouped}


def cell_of(key: tuple[str, str, str], rows: pd.DataFrame) -> Cell:
    """Arranges outcomes as (seeds, probes); every seed must have scored the same probes."""
    what = " / ".join(key)
    if rows["value"].isna().any():
        raise DataError(f"outcomes of {what}: empty values; score a missing probe as a miss")
    if rows.duplicated(["seed", "probe"]).any():
        raise DataError(f"outcomes of {what}: a probe stands twice; name each probe once per seed")
    table = rows.pivot(index="seed", columns="probe", values="value")
    if table.isna().any(axis=None):
        raise DataError(f"outcomes of {what}: seeds scored different probes; make the run again")
    subjects = rows.drop_duplicates("probe").set_index("probe")["subject"].reindex(table.columns)
    return Cell(
        tuple(int(each) for each in table.index),
        tuple(table.columns),
        subjects.to_numpy(str),
        table.to_numpy(float),
    )


def recognition_rows(outcomes: pd.DataFrame) -> pd.DataFrame:
    """One row per training set, seed, fold if any, protocol and metric: value, and n probes."""
    fold = ["fold"] if "fold" in outcomes else []
    keys = ["training_set", "seed", *fold, *KEYS]
    grouped = outcomes.groupby(keys, sort=False, dropna=False)["value"]
    return grouped.agg(value="mean", n="size").reset_index()


def generator(seed: int, *names: str) -> np.random.Generator:
    """Randomness that depends on the names alone, so that adding a training set moves no number."""
    return np.random.default_rng([seed, zlib.crc32("\n".join(names).encode())])


def compare_all(
    cells: dict[tuple[str, str, str], Cell],
    sets: tuple[TrainingSet, ...],
    resamples: int,
    seed: int,
) -> Iterator[Comparison]:
    """Every family of comparisons, per protocol and metric."""
    for protocol, metric in dict.fromkeys(key[1:] for key in cells):
        here = {key[0]: cell for key, cell in cells.items() if key[1:] == (protocol, metric)}
        for family in families(sets):
            rows = [compare(here, pair, protocol, metric, resamples, seed) for pair in family]
            yield from adjusted([row for row in rows if row])


def families(sets: tuple[TrainingSet, ...]) -> list[list[tuple[str, str]]]:
    """All against the baseline; the fakes against each other; the leaky against their counterparts.

    These are three families for Holm's adjustment: whether fakes help is one question, which fakes
    help most another, what a leak is worth a third.
    """
    baseline, *others = [each.name for each in sets]
    told = [each.name for each in told_about(sets)]
    return [
        [(other, baseline) for other in others],
        [(later, earlier) for earlier, later in combinations(told, 2)],
        leak_pairs(sets),
    ]


def compare(
    cells: dict[str, Cell],
    names: tuple[str, str],
    protocol: str,
    metric: str,
    resamples: int,
    seed: int,
) -> Comparison | None:
    """Compares two training sets on the seeds they share; None where they share none."""
    if not all(name in cells for name in names):
        return None
    a, b = cells[names[0]], cells[names[1]]
    if a.probes != b.probes or (a.subjects != b.subjects).any():
        raise DataError(
            f"{names[0]} and {names[1]} were scored on different probes; run them again"
        )
    seeds = sorted(set(a.seeds) & set(b.seeds))
    if not seeds:
        return None
    outcomes = a.of_seeds(seeds), b.of_seeds(seeds)
    rng = generator(seed, protocol, metric)
    estimate = paired_difference(*outcomes, a.subjects, rng, resamples)
    per_seed = dict(zip(seeds, (outcomes[0] - outcomes[1]).mean(1).tolist(), strict=True))
    return Comparison(*names, protocol, metric, estimate, per_seed, estimate.p)


def adjusted(family: list[Comparison]) -> list[Comparison]:
    """The same comparisons with Holm's adjustment over all of them."""
    p_values = holm(np.array([each.estimate.p for each in family]))
    return [replace(each, p_adjusted=float(p)) for each, p in zip(family, p_values, strict=True)]
