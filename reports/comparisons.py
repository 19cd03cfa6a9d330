"""Compares training sets by paired differences, in families of comparisons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from faces.common.errors import DataError
from faces.common.metric import Metric, unknown
from reports.cells import Cell
from reports.draws import Draws
from reports.families import families
from reports.material import TrainingSet
from reports.mcnemar import mcnemar
from reports.statistics import LEVEL, Estimate, estimate, holm
from reports.training_variation import (
    TrainingVariation,
    class_of,
    variation_of_differences,
    variation_of_means,
)

# What is trained here in full; points of curves count only where they are asked about.
POOLED_ROLES = ("baseline", "untuned", "control", "fakes", "leaky", "paired", "ceiling", "adapted")


@dataclass(frozen=True)
class Comparison:
    """The difference of `training_set` from `baseline`, and its test.

    `record` is that of the metric. `per_seed` has the difference of each seed. `p_adjusted` is
    Holm's over the `family`. `mcnemar_p` is given where a probe is a hit or a miss; no verdict uses
    it.
    """

    training_set: str
    baseline: str
    protocol: str
    record: Metric
    estimate: Estimate
    per_seed: dict[int, float]
    p_adjusted: float
    family: str = ""
    mcnemar_p: float | None = None

    @property
    def metric(self) -> str:
        """Return the name of the metric."""
        return self.record.name

    @property
    def verdict(self) -> str:
        """Return "gain", "loss" or "undecided", at the level of the intervals."""
        if self.p_adjusted >= 1 - LEVEL:
            return "undecided"
        return "gain" if self.better > 0 else "loss"

    @property
    def better(self) -> float:
        """Return the difference, positive where it is an improvement."""
        return self.record.sign * self.estimate.value


@dataclass(frozen=True)
class Table:
    """The cells of one protocol and metric, by the name of the training set."""

    protocol: str
    metric: Metric
    cells: dict[str, Cell]
    sets: tuple[TrainingSet, ...]
    draws: Draws

    def compare(self, name: str, baseline: str) -> Comparison | None:
        """Compare two training sets on the seeds they share; None where they share none.

        Raises DataError where they were scored on different probes.
        """
        if name not in self.cells or baseline not in self.cells:
            return None
        a, b = self.cells[name], self.cells[baseline]
        if a.probes != b.probes or (a.subjects != b.subjects).any():
            raise DataError(
                f"{name} and {baseline} were scored on different probes; run them again"
            )
        seeds = tuple(sorted(set(a.seeds) & set(b.seeds)))
        if not seeds:
            return None
        sums = a.sums[a.rows(seeds)] - b.sums[b.rows(seeds)]
        difference = self.estimate(sums, a.counts, self.variation((name, baseline), seeds))
        if a.shares and b.shares:
            difference = difference.within(-1, 1)
        differences = (a.means(seeds) - b.means(seeds)).tolist()
        by_seed = dict(zip(seeds, differences, strict=True))
        exact = None
        if self.metric.hit_or_miss:
            exact = mcnemar(a.values[a.rows(seeds)], b.values[b.rows(seeds)])
        return Comparison(
            training_set=name,
            baseline=baseline,
            protocol=self.protocol,
            record=self.metric,
            estimate=difference,
            per_seed=by_seed,
            p_adjusted=difference.p,
            mcnemar_p=exact,
        )

    def mean(self, name: str) -> Estimate:
        """Return a training set's mean over seeds and probes, with its interval."""
        cell = self.cells[name]
        variation = None
        if len(cell.seeds) > 1:
            pool = cells_of_variation(self.cells, self.sets, (name,), cell.seeds)
            variation = variation_of_means(np.stack([one.means(cell.seeds) for one in pool]))
        mean = self.estimate(cell.sums, cell.counts, variation)
        return mean.of_share() if cell.shares else mean

    def estimate(
        self, sums: np.ndarray, counts: np.ndarray, variation: TrainingVariation | None = None
    ) -> Estimate:
        """Estimate a mean from subject sums, (seeds, subjects) float, and counts, (subjects,) int.

        The draws are those of all estimates of this protocol and metric. Without `variation`, it is
        estimated from these sums alone.
        """
        times_drawn = self.draws.subjects(self.protocol, len(counts))
        rng = self.draws.of_seeds(self.protocol, self.metric.name)
        return estimate(sums, counts, times_drawn, rng, variation=variation)

    def variation(self, names: tuple[str, str], seeds: tuple[int, ...]) -> TrainingVariation | None:
        """Estimate the training variation of differences from all sets of the class of both.

        None where the two are of different classes, or there is one seed: then the variation is
        that of their own differences over seeds, if there are any.
        """
        classes = {
            class_of(training_set) for training_set in self.sets if training_set.name in names
        }
        if len(seeds) < 2 or len(classes) > 1:
            return None
        pool = cells_of_variation(self.cells, self.sets, names, seeds)
        return variation_of_differences(np.stack([cell.means(seeds) for cell in pool]))


def compare_all(table: Table) -> Iterator[Comparison]:
    """Yield every comparison of one protocol and metric, family by family."""
    for family, pairs in families(table.sets).items():
        found = [comparison for pair in pairs if (comparison := table.compare(*pair))]
        tested = adjusted([replace(comparison, family=family) for comparison in found])
        yield from tested
        yield from _twins(tested, table.sets)


def tables_of(
    cells: dict[tuple[str, str, str], Cell],
    sets: tuple[TrainingSet, ...],
    draws: Draws,
    records: Mapping[str, Metric],
) -> Iterator[Table]:
    """Yield the cells of each protocol and metric.

    `cells` by (training set, protocol, metric), `records` of metrics by name.
    """
    for protocol, metric in dict.fromkeys(key[1:] for key in cells):
        scored = {key[0]: cell for key, cell in cells.items() if key[1:] == (protocol, metric)}
        yield Table(protocol, records.get(metric) or unknown(metric), scored, sets, draws)


def cells_of_variation(
    cells: dict[str, Cell],
    sets: tuple[TrainingSet, ...],
    names: tuple[str, ...],
    seeds: tuple[int, ...],
) -> list[Cell]:
    """Return the cells whose spread over these seeds estimates the training variation of `names`.

    They are the sets of the class of `names`, which are of one class and always among them. Points
    of curves vary differently and count only where `names` has them. Sets that are one training
    under two names count once.
    """
    (of_names,) = {class_of(training_set) for training_set in sets if training_set.name in names}
    pool = [
        cells[training_set.name]
        for training_set in sets
        if training_set.name in names
        or (
            training_set.role in POOLED_ROLES
            and not training_set.twin
            and class_of(training_set) == of_names
        )
        if training_set.name in cells
    ]
    return [cell for cell in pool if set(seeds) <= set(cell.seeds)]


def _twins(tested: list[Comparison], sets: tuple[TrainingSet, ...]) -> Iterator[Comparison]:
    """Repeat the comparisons of a training set under the names of its twins."""
    for twin in (training_set for training_set in sets if training_set.twin):
        for comparison in tested:
            if comparison.training_set == twin.twin:
                yield replace(comparison, training_set=twin.name)
            elif comparison.baseline == twin.twin:
                family = comparison.family.replace(twin.twin, twin.name)
                yield replace(comparison, baseline=twin.name, family=family)


def adjusted(family: list[Comparison]) -> list[Comparison]:
    """Return the same comparisons with Holm's adjustment over all of them."""
    p_values = holm(np.array([comparison.estimate.p for comparison in family]))
    return [
        replace(comparison, p_adjusted=float(p))
        for comparison, p in zip(family, p_values, strict=True)
    ]
