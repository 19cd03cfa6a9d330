"""Compares the training sets of simulated runs by the functions that make a report.

`Table.compare` has the rule of classes. Beside it stands what pooling the training variation over
all sets would find, as was done before: the same table, in which all sets are of one class.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
from simulated_people import PLAIN, SETS, Experiment

from faces.common.metric import unknown
from reports.cells import Cell
from reports.comparisons import Table, adjusted, cells_of_variation
from reports.draws import Draws
from reports.families import families
from reports.gaps import gaps
from reports.mcnemar import mcnemar
from reports.statistics import LEVEL, Estimate, estimate, subject_sums
from reports.training_variation import variation_of_means

SHARE = 25  # experiments that share the draws of subjects, as comparisons in a report do
WHERE = "unseen-subjects"
# A pair of each family, by what is compared.
PAIRS = {
    "fakes, baseline": ("A", "real"),
    "fakes, control": ("A", "grey"),
    "both with NIR statistics": ("A@nir", "real@nir"),
    "fakes, NIR statistics": ("A", "real@nir"),
    "NIR statistics, baseline": ("real@nir", "real"),
    "control, baseline": ("grey", "real"),
    "control, baseline, both with NIR statistics": ("grey@nir", "real@nir"),
    "fakes, fakes": ("B", "A"),
}
if missing := set(PAIRS.values()) - {pair for of_one in families(SETS).values() for pair in of_one}:
    raise ValueError(f"no report compares {missing}")
Row = dict[str, float | str | bool]
Look = Callable[[Experiment, Table], Iterator[Row]]


def table_of(setup: Experiment, rng: np.random.Generator, draws: Draws) -> Table:
    """Draw a run and return its table of rank-1."""
    values, people = setup.outcomes(rng)
    seeds = tuple(range(setup.seeds))
    probes = tuple(map(str, range(len(people))))
    cells = {
        one.name: Cell(seeds, probes, people, of_one, *subject_sums(of_one, people))
        for one, of_one in zip(SETS, values, strict=True)
    }
    return Table(WHERE, unknown("rank1"), cells, SETS, draws)


def families_found(setup: Experiment, table: Table) -> Iterator[Row]:
    """Yield a row per family: was 0 rejected, by the rule and by pooling over all sets?"""
    one_class = tuple(replace(one, moved_by=("all",)) for one in SETS)
    pooled = replace(table, sets=one_class)
    for family, (name, baseline) in PAIRS.items():
        found, before = (each.compare(name, baseline) for each in (table, pooled))
        true = setup.gain * (_gains(name) - _gains(baseline))
        yield {
            "family": family,
            "rejected": found.estimate.p < 1 - LEVEL,
            "pooled_rejected": before.estimate.p < 1 - LEVEL,
            "covered": found.estimate.low <= true <= found.estimate.high,
            "half_width": (found.estimate.high - found.estimate.low) / 2,
            "freedom": found.estimate.freedom,
        }


def means_found(setup: Experiment, table: Table) -> Iterator[Row]:
    """Yield whether the interval of a mean contains the true one, with fakes and without."""
    for name in ("real", "A"):
        found = mean_of(name, table)
        true = setup.hit_rate + setup.gain * _gains(name)
        yield {
            "family": f"mean of {name}",
            "covered": found.low <= true <= found.high,
            "half_width": (found.high - found.low) / 2,
        }


def mean_of(name: str, table: Table) -> Estimate:
    """Estimate a mean as reports/summary.py does."""
    cell, variation = table.cells[name], None
    if len(cell.seeds) > 1:
        pool = cells_of_variation(table.cells, table.sets, (name,), cell.seeds)
        variation = variation_of_means(np.stack([one.means(cell.seeds) for one in pool]))
    times_drawn = table.draws.subjects(table.protocol, len(cell.counts))
    rng = table.draws.of_seeds(table.protocol, table.metric.name)
    return estimate(cell.sums, cell.counts, times_drawn, rng, variation=variation).of_share()


def mcnemar_found(_: Experiment, table: Table) -> Iterator[Row]:
    """Yield whether McNemar's test tells fakes from the baseline."""
    p = mcnemar(table.cells["A"].values, table.cells["real"].values)
    yield {"family": "McNemar, fakes, baseline", "rejected": p < 1 - LEVEL}


def differences_found(setup: Experiment, table: Table) -> Iterator[Row]:
    """Yield all families, and McNemar's test beside the first."""
    yield from families_found(setup, table)
    yield from mcnemar_found(setup, table)


def gain_found(setup: Experiment, table: Table) -> Iterator[Row]:
    """Yield the comparison of A with the baseline: alone, and as one of three after Holm."""
    found = [table.compare(name, "real") for name in "ABC"]
    yield {"family": "alone", "rejected": found[0].estimate.p < 1 - LEVEL}
    yield {"family": "one of three", "rejected": adjusted(found)[0].p_adjusted < 1 - LEVEL}


def intervals_found(setup: Experiment, table: Table) -> Iterator[Row]:
    """Yield whether intervals contain the true difference, means and gap closed."""
    yield next(families_found(setup, table))
    yield from means_found(setup, table)
    yield gap_found(setup, table)


def gap_found(setup: Experiment, table: Table) -> Row:
    """Return whether the interval of the gap that A closes contains the true one."""
    few = {name: table.cells[name] for name in ("real", "A", "oracle")}
    sets = tuple(one for one in PLAIN if one.name in few)
    (gap,) = gaps(replace(table, cells=few, sets=sets))
    share, true = gap.share, setup.gain / setup.room
    return {
        "family": "gap closed",
        "covered": share.low <= true <= share.high,
        "bounded": share.bounded,
        "half_width": (share.high - share.low) / 2 if share.bounded else np.nan,
    }


def measure(job: tuple[int, str, Experiment, int], look: Look, resamples: int) -> pd.DataFrame:
    """Return the shares over repeated experiments, a row per family.

    `job`: seed, what is special about the experiment, the experiment, number of repeats.
    """
    number, special, setup, count = job
    rng = np.random.default_rng(number)
    rows: list[Row] = []
    for place in range(count):
        if place % SHARE == 0:
            draws = Draws(int(rng.integers(2**31)), resamples)
        rows.extend(look(setup, table_of(setup, rng, draws)))
    shares = pd.DataFrame(rows).groupby("family", sort=False).agg(_mean).reset_index()
    return shares.assign(experiment=special, comparisons=count, **asdict(setup))


def _mean(values: pd.Series) -> float:
    return float(values.astype(float).mean())


def _gains(name: str) -> bool:
    return next(one.with_fakes for one in SETS if one.name == name)
