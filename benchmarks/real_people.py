"""Makes A/A comparisons of real trainings, and compares simulated people with real ones.

In each seed the names of training sets are shuffled, which makes them exchangeable: a name has no
relation to a training set any more, so every difference that is found is a false one. For
differences within a class they are shuffled within it, for those across classes over all sets. A
random half of the people is tested each time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from simulated_people import PLAIN, Experiment

from faces.common.metric import by_name, unknown
from reports.cells import Cell, cells_of
from reports.comparisons import Table, tables_of
from reports.draws import Draws
from reports.material import Material, TrainingSet
from reports.material_files import load_material
from reports.statistics import LEVEL, subject_sums
from reports.training_variation import class_of, interaction

REPEATS = 200  # of simulated runs, whose components are averaged
SHUFFLED = ("baseline", "control", "fakes")
COLUMNS = ["training_set", "seed", "protocol", "metric", "probe", "subject", "value"]


def material_of(runs: Sequence[Path]) -> Material:
    """Return the material of runs that differ in their seeds, of the roles SHUFFLED alone."""
    found = [load_material(run / "material") for run in runs]
    sets = tuple(one for one in found[0].training_sets if one.role in SHUFFLED and not one.twin)
    outcomes = pd.concat([material.outcomes for material in found])[COLUMNS]
    chosen = outcomes["training_set"].isin([one.name for one in sets])
    return replace(found[0], training_sets=sets, outcomes=outcomes[chosen])


def real_rejections(runs: Sequence[Path], comparisons: int, resamples: int) -> pd.DataFrame:
    """Return how often two names differ at the 5 % level, per protocol, metric and family."""
    material = material_of(runs)
    cells = cells_of(material.outcomes)
    sets, records = material.training_sets, by_name(material.metrics)
    rows = []
    for number, table in enumerate(tables_of(cells, sets, Draws(), records)):
        rng = np.random.default_rng(number)
        for shuffle in shuffles(sets):
            found = [shuffle.compared(table, rng, resamples) for _ in range(comparisons)]
            shares = dict(zip(("rejected", "mcnemar_rejected"), np.mean(found, 0), strict=True))
            start = {"protocol": table.protocol, "metric": table.metric.name}
            start |= {"family": shuffle.family, "ways": len(shuffle.groups[0])}
            rows.append({**start, "comparisons": comparisons, **shares})
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Shuffle:
    """Names are shuffled within `groups`, and `pair` is compared."""

    family: str
    groups: tuple[tuple[str, ...], ...]
    pair: tuple[str, str]

    def compared(
        self, table: Table, rng: np.random.Generator, resamples: int
    ) -> tuple[bool, float]:
        """Compare two shuffled names on half of the people: was 0 rejected, by either test?"""
        first = next(iter(table.cells.values()))
        people = np.unique(first.subjects)
        tested = np.isin(first.subjects, rng.permutation(people)[: len(people) // 2])
        cells = {
            name: cell
            for group in self.groups
            for name, cell in shuffled(table, group, tested, rng)
        }
        draws = Draws(int(rng.integers(2**31)), resamples)
        found = replace(table, cells=cells, draws=draws).compare(*self.pair)
        exact = np.nan if found.mcnemar_p is None else found.mcnemar_p < 1 - LEVEL
        return found.estimate.p < 1 - LEVEL, exact


def shuffles(sets: tuple[TrainingSet, ...]) -> Iterator[Shuffle]:
    """Yield the families that these sets have: across classes, and within each."""
    classes: dict[tuple[str, ...], list[str]] = {}
    for one in sets:
        classes.setdefault(class_of(one), []).append(one.name)
    named = sorted(classes.items(), key=lambda pair: "translator" in pair[0])
    if len(named) > 1:
        pair = (named[-1][1][0], named[0][1][0])
        yield Shuffle("fakes, baseline", (tuple(one.name for one in sets),), pair)
    for of_one, names in named:
        family = "fakes, fakes" if "translator" in of_one else "control, baseline"
        if len(names) > 1:
            yield Shuffle(family, (tuple(names),), (names[1], names[0]))


def shuffled(
    table: Table, names: tuple[str, ...], tested: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[str, Cell]]:
    """Yield cells of the tested probes, whose names are shuffled in each seed."""
    values = np.stack([table.cells[name].values for name in names])[:, :, tested]
    for seed in range(values.shape[1]):
        values[:, seed] = rng.permutation(values[:, seed])
    for name, of_one in zip(names, values, strict=True):
        cell = table.cells[name]
        subjects = cell.subjects[tested]
        probes = tuple(np.array(cell.probes)[tested])
        yield name, Cell(cell.seeds, probes, subjects, of_one, *subject_sums(of_one, subjects))


def components(setup: Experiment, rng: np.random.Generator, runs: Sequence[Path]) -> pd.DataFrame:
    """Return standard deviations behind rank-1: simulated, over REPEATS, and those of runs."""
    usual = [place for place, one in enumerate(PLAIN) if one.role in SHUFFLED]
    fakes = np.array([PLAIN[place].with_fakes for place in usual])
    many = []
    for _ in range(REPEATS):
        values, people = setup.outcomes(rng)
        many.append(resemblance(values[usual], people, fakes))
    columns = {"simulated": pd.DataFrame(many).pow(2).mean().pow(0.5)}
    if runs:
        columns["real"] = pd.Series(real_resemblance(material_of(runs)))
    return pd.DataFrame(columns).rename_axis("rank-1").reset_index().round(3)


def real_resemblance(material: Material) -> dict[str, float]:
    """Return `resemblance` of a run's rank-1."""
    tables = tables_of(
        cells_of(material.outcomes), material.training_sets, Draws(), {"rank1": unknown("rank1")}
    )
    (table,) = (one for one in tables if one.metric.name == "rank1")
    scored = [one for one in material.training_sets if one.name in table.cells]
    scored.sort(key=lambda one: one.role != "baseline")
    values = np.stack([table.cells[one.name].values for one in scored])
    fakes = np.array([one.with_fakes for one in scored])
    return resemblance(values, table.cells[scored[0].name].subjects, fakes)


def resemblance(values: np.ndarray, subjects: np.ndarray, fakes: np.ndarray) -> dict[str, float]:
    """Return mean and standard deviations of (sets, seeds, probes) outcomes, the baseline first.

    There are two seeds or more, and equally many probes of each person. `fakes`: (sets,) bool, two
    or more with and two or more without.
    """
    sets, seeds, _ = values.shape
    people = np.unique(subjects, return_inverse=True)[1].argsort(kind="stable")
    values = values[:, :, people].reshape(sets, seeds, len(np.unique(subjects)), -1).astype(float)
    of_person = values.mean(3)
    differences = values[1:] - values[:1]
    of_pair = differences.mean(3)
    among = seeds * of_pair.mean(1).var(1, ddof=1).mean()
    rest = of_pair - of_pair.mean(1, keepdims=True)
    rest = rest - rest.mean(2, keepdims=True)
    residual = (rest**2).sum((1, 2)).mean() / (seeds - 1) / (of_pair.shape[2] - 1)
    probe = differences.var(3, ddof=1).mean()
    variances = {
        "people": of_person.var(2, ddof=1).mean(),
        "probes of a person": values.var(3, ddof=1).mean(),
        "difference: way x person": (among - residual) / seeds,
        "difference: training x person": residual - probe / values.shape[3],
        "difference: probe": probe,
    }
    for name, variance in variations(of_person.mean(2), fakes).items():
        variances[f"training variation: {name}"] = variance - residual / of_pair.shape[2]
    return {"mean": values.mean()} | {k: max(0.0, v) ** 0.5 for k, v in variances.items()}


def variations(means: np.ndarray, fakes: np.ndarray) -> dict[str, float]:
    """Return variances over seeds of differences, from means (sets, seeds), the baseline first."""
    found = {"fakes, baseline": (means[fakes] - means[0]).var(1, ddof=1).mean()}
    for name, of_one in {"fakes, fakes": fakes, "control, baseline": ~fakes}.items():
        freedom = (of_one.sum() - 1) * (means.shape[1] - 1)
        found[name] = 2 * (interaction(means[of_one]) ** 2).sum() / freedom
    return found
