"""Compares training sets by paired differences, in families of comparisons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from faces.common.errors import DataError
from faces.common.metric import Metric, unknown
from reports.cells import Cell
from reports.draws import Draws
from reports.material import TrainingSet, leak_pairs, told_about
from reports.mcnemar import mcnemar
from reports.statistics import LEVEL, Estimate, estimate, holm
from reports.training_variation import TrainingVariation, variation_of_differences

COMPARED_ROLES = ("baseline", "control", "fakes", "leaky", "ceiling")
CHECKS = ("control", "ceiling")


@dataclass(frozen=True)
class Comparison:
    """Holds the difference of `training_set` from `baseline`.

    `p_adjusted` is Holm's over its `family`. `mcnemar_p` is there where a probe is a hit or a miss;
    no verdict uses it.
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
        """Gives the name of the metric."""
        return self.record.name

    @property
    def verdict(self) -> str:
        """Gives "gain", "loss" or "undecided" at the level that the intervals have."""
        if self.p_adjusted >= 1 - LEVEL:
            return "undecided"
        return "gain" if self.better > 0 else "loss"

    @property
    def better(self) -> float:
        """Gives the difference, positive where it is an improvement."""
        return self.record.sign * self.estimate.value


def families(sets: tuple[TrainingSet, ...]) -> dict[str, list[tuple[str, str]]]:
    """Gives pairs of names by the question that they answer, within which Holm's adjustment runs.

    `help`: do fakes help? `checks`: do controls and the ceiling? `rank`: which fakes help most?
    `beyond X`: do fakes do more than control X? `leaky`: do leaky fakes help, `leak`: what is their
    leak worth? `curve`: do fakes help at other amounts? `curve again`: do the VIS images once more?
    `curve beyond`: do fakes do more than these? An external recognizer is compared with
    nothing, and a set that is another's twin takes its comparisons (`_twins`).
    """
    sets = tuple(training_set for training_set in sets if not training_set.twin)
    baseline = next(training_set.name for training_set in sets if training_set.role == "baseline")
    told = [training_set.name for training_set in told_about(sets)]
    named = {
        role: [training_set.name for training_set in sets if training_set.role == role]
        for role in COMPARED_ROLES
    }
    there = {training_set.name for training_set in sets}
    curves = [
        training_set
        for training_set in sets
        if training_set.role == "curve" and training_set.counterpart in there
    ]
    again = [each for each in curves if each.amount and each.amount.again]
    repeated = {each.name for each in again}
    curve_pairs = [(each.name, each.counterpart) for each in curves if each.counterpart]
    return {
        "help": [(name, baseline) for name in told],
        "checks": [(name, baseline) for role in CHECKS for name in named[role]],
        "rank": [(later, earlier) for earlier, later in combinations(told, 2)],
        **{f"beyond {control}": [(fakes, control) for fakes in told]
           for control in named["control"]},
        "leaky": [(name, baseline) for name in named["leaky"] if name not in told],
        "leak": leak_pairs(sets),
        "curve": [pair for pair in curve_pairs if pair[0] not in repeated],
        "curve again": [pair for pair in curve_pairs if pair[0] in repeated],
        "curve beyond": [
            (one.name, other.name)
            for one in curves
            for other in again
            if one.amount and one.amount.fake_images and one.counterpart == other.counterpart
        ],
    }  # fmt: skip


def compare_all(
    cells: dict[tuple[str, str, str], Cell],
    sets: tuple[TrainingSet, ...],
    draws: Draws,
    records: Mapping[str, Metric],
) -> Iterator[Comparison]:
    """Makes every family of comparisons, per protocol and metric; `records` by name."""
    for protocol, metric in dict.fromkeys(key[1:] for key in cells):
        here = {key[0]: cell for key, cell in cells.items() if key[1:] == (protocol, metric)}
        record = records.get(metric) or unknown(metric)
        table = Table(protocol, record, here, sets, draws)
        for family, pairs in families(sets).items():
            rows = [found for pair in pairs if (found := table.compare(*pair))]
            done = adjusted([replace(row, family=family) for row in rows])
            yield from done
            yield from _twins(done, sets)


@dataclass(frozen=True)
class Table:
    """The cells of one protocol and metric, by the name of the training set."""

    protocol: str
    metric: Metric
    cells: dict[str, Cell]
    sets: tuple[TrainingSet, ...]
    draws: Draws

    def compare(self, name: str, baseline: str) -> Comparison | None:
        """Compares two training sets on the seeds they share; None where they share none."""
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
        found = self.estimate(a, b, seeds, self.variation((name, baseline), seeds))
        differences = (a.means(seeds) - b.means(seeds)).tolist()
        by_seed = dict(zip(seeds, differences, strict=True))
        tested = self.metric.hit_or_miss
        exact = mcnemar(a.values[a.rows(seeds)], b.values[b.rows(seeds)]) if tested else None
        what = (name, baseline, self.protocol, self.metric)
        return Comparison(*what, found, by_seed, found.p, mcnemar_p=exact)

    def estimate(
        self, a: Cell, b: Cell, seeds: tuple[int, ...], variation: TrainingVariation | None
    ) -> Estimate:
        """Estimates the paired difference; subject sums are linear, so they are subtracted."""
        sums = a.sums[a.rows(seeds)] - b.sums[b.rows(seeds)]
        how_often = self.draws.subjects(self.protocol, len(a.counts))
        rng = self.draws.of_seeds(self.protocol, self.metric.name)
        found = estimate(sums, a.counts, how_often, rng, variation=variation)
        return found.within(-1, 1) if a.shares and b.shares else found

    def variation(self, names: tuple[str, str], seeds: tuple[int, ...]) -> TrainingVariation | None:
        """Estimates the training variation of differences from all sets that have the seeds."""
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
    """Gives the cells whose spread over these seeds estimates the training variation.

    `names` are always among them. Points of curves and external recognizers vary differently and
    count only where they are asked about. Sets that are one training under two names count once.
    """
    pool = [
        cells[training_set.name]
        for training_set in sets
        if training_set.name in names
        or (training_set.role in COMPARED_ROLES and not training_set.twin)
        if training_set.name in cells
    ]
    return [cell for cell in pool if set(seeds) <= set(cell.seeds)]


def _twins(found: list[Comparison], sets: tuple[TrainingSet, ...]) -> Iterator[Comparison]:
    """Repeats the comparisons of a training set under the names of its twins."""
    for twin in (training_set for training_set in sets if training_set.twin):
        for each in found:
            if each.training_set == twin.twin:
                yield replace(each, training_set=twin.name)
            elif each.baseline == twin.twin:
                family = each.family.replace(twin.twin, twin.name)
                yield replace(each, baseline=twin.name, family=family)


def adjusted(family: list[Comparison]) -> list[Comparison]:
    """Gives the same comparisons with Holm's adjustment over all of them."""
    p_values = holm(np.array([each.estimate.p for each in family]))
    return [replace(each, p_adjusted=float(p)) for each, p in zip(family, p_values, strict=True)]
