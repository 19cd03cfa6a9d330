"""Compares training sets by paired differences, in families of comparisons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from faces.common.errors import DataError
from faces.common.metric import Metric, unknown
from reports.cells import Cell
from reports.draws import Draws
from reports.material import TrainingSet, answer_sets, leak_pairs
from reports.mcnemar import mcnemar
from reports.statistics import LEVEL, Estimate, estimate, holm
from reports.training_variation import TrainingVariation, variation_of_differences

COMPARED_ROLES = ("baseline", "control", "fakes", "leaky", "ceiling")
CHECKS = ("control", "ceiling")


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


def families(sets: tuple[TrainingSet, ...]) -> dict[str, list[tuple[str, str]]]:
    """Return (training set, baseline) names by the question that their comparisons answer.

    Holm's adjustment is made within each family:

    help: do fakes help? checks: do controls and the ceiling help? rank: which fakes help most?
    beyond X: do fakes help more than control X? leaky: do leaky fakes help? leak: what do they gain
    by the leak? curve: do fakes help at other amounts? curve again: do the VIS images once more
    help there? curve beyond: do fakes help more than these?

    An external recognizer is compared with nothing. A set that is another's twin takes the
    comparisons of that one (`_twins`).
    """
    sets = tuple(training_set for training_set in sets if not training_set.twin)
    baseline = next(training_set.name for training_set in sets if training_set.role == "baseline")
    in_answer = [training_set.name for training_set in answer_sets(sets)]
    by_role = {
        role: [training_set.name for training_set in sets if training_set.role == role]
        for role in COMPARED_ROLES
    }
    names = {training_set.name for training_set in sets}
    curves = [
        training_set
        for training_set in sets
        if training_set.role == "curve" and training_set.counterpart in names
    ]
    vis_again = [point for point in curves if point.amount and point.amount.again]
    vis_again_names = {point.name for point in vis_again}
    curve_pairs = [(point.name, point.counterpart) for point in curves if point.counterpart]
    return {
        "help": [(name, baseline) for name in in_answer],
        "checks": [(name, baseline) for role in CHECKS for name in by_role[role]],
        "rank": [(later, earlier) for earlier, later in combinations(in_answer, 2)],
        **{f"beyond {control}": [(fakes, control) for fakes in in_answer]
           for control in by_role["control"]},
        "leaky": [(name, baseline) for name in by_role["leaky"] if name not in in_answer],
        "leak": leak_pairs(sets),
        "curve": [pair for pair in curve_pairs if pair[0] not in vis_again_names],
        "curve again": [pair for pair in curve_pairs if pair[0] in vis_again_names],
        "curve beyond": [
            (point.name, other.name)
            for point in curves
            for other in vis_again
            if point.amount
            and point.amount.fake_images
            and point.counterpart == other.counterpart
        ],
    }  # fmt: skip


def compare_all(
    cells: dict[tuple[str, str, str], Cell],
    sets: tuple[TrainingSet, ...],
    draws: Draws,
    records: Mapping[str, Metric],
) -> Iterator[Comparison]:
    """Yield every comparison, family by family, per protocol and metric.

    `cells` by (training set, protocol, metric), `records` of metrics by name.
    """
    for protocol, metric in dict.fromkeys(key[1:] for key in cells):
        here = {key[0]: cell for key, cell in cells.items() if key[1:] == (protocol, metric)}
        record = records.get(metric) or unknown(metric)
        table = Table(protocol, record, here, sets, draws)
        for family, pairs in families(sets).items():
            found = [comparison for pair in pairs if (comparison := table.compare(*pair))]
            tested = adjusted([replace(comparison, family=family) for comparison in found])
            yield from tested
            yield from _twins(tested, sets)


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
        difference = self.estimate(a, b, seeds, self.variation((name, baseline), seeds))
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

    def estimate(
        self, a: Cell, b: Cell, seeds: tuple[int, ...], variation: TrainingVariation | None
    ) -> Estimate:
        """Estimate the paired difference from the differences of the subject sums."""
        sums = a.sums[a.rows(seeds)] - b.sums[b.rows(seeds)]
        times_drawn = self.draws.subjects(self.protocol, len(a.counts))
        rng = self.draws.of_seeds(self.protocol, self.metric.name)
        difference = estimate(sums, a.counts, times_drawn, rng, variation=variation)
        return difference.within(-1, 1) if a.shares and b.shares else difference

    def variation(self, names: tuple[str, str], seeds: tuple[int, ...]) -> TrainingVariation | None:
        """Estimate the training variation of differences from all sets that have the seeds."""
        if len(seeds) < 2:
            return None
        pool = cells_of_variation(self.cells, self.sets, names, seeds)
        return variation_of_differences(np.stack([cell.means(seeds) for cell in pool]))


def cells_of_variation(
    cells: dict[str, Cell],
    sets: tuple[TrainingSet, ...],
    names: tuple[str, ...],
    seeds: tuple[int, ...],
) -> list[Cell]:
    """Return the cells whose spread over these seeds estimates the training variation.

    The cells of `names` are always among them. Points of curves and external recognizers vary
    differently and count only where `names` has them. Sets that are one training under two names
    count once.
    """
    pool = [
        cells[training_set.name]
        for training_set in sets
        if training_set.name in names
        or (training_set.role in COMPARED_ROLES and not training_set.twin)
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
