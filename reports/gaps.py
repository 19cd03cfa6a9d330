"""Computes the gap closed: the gain by fakes as a share of the ceiling's gain.

Gap closed = (fakes - baseline) / (ceiling - baseline). The same is computed over the strongest
rival without fakes in the place of the baseline, if it does better than that; then fakes and
ceiling have NIR statistics where the rival has them. Intervals are Fieller's (reports/ratios.py),
by tests of a difference across classes: the contrast of fakes and ceiling varies over seeds in its
own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from faces.common.metric import Metric
from reports.cells import Cell
from reports.comparisons import Table
from reports.material import TrainingSet, answer_sets
from reports.ratios import Ratio, ratio
from reports.rivals import as_scored, strongest


@dataclass(frozen=True)
class Gap:
    """The share of the way from `baseline` to `ceiling` that `training_set` goes.

    All three are names of scored training sets; `share` is 1 where fakes do what the ceiling does.
    """

    training_set: str
    baseline: str
    ceiling: str
    protocol: str
    record: Metric
    share: Ratio


def gaps(table: Table) -> Iterator[Gap]:
    """Yield the gap closed by each set of fakes, over the baseline and over the strongest rival."""
    ceiling = next((one.name for one in table.sets if one.role == "ceiling"), None)
    if ceiling is None:
        return
    baseline = next(one.name for one in table.sets if one.role == "baseline")
    fakes = [one.name for one in answer_sets(table.sets)]
    triples = [(name, baseline, ceiling) for name in fakes]
    if rival := _better_rival(table, baseline):
        triples += [
            (other, rival.name, top)
            for name in fakes
            if (other := as_scored(name, rival, table.sets))
            and (top := as_scored(ceiling, rival, table.sets))
        ]
    for triple in triples:
        if share := _share(table, *triple):
            yield Gap(*triple, table.protocol, table.metric, share)


def _better_rival(table: Table, baseline: str) -> TrainingSet | None:
    """Return the strongest rival, if it does better than the baseline."""
    sign = table.metric.sign
    values = {name: _mean(cell, cell.seeds) for name, cell in table.cells.items()}
    found = strongest(table.sets, values, sign)
    ahead = found and baseline in values and sign * (values[found.name] - values[baseline]) > 0
    return found if ahead else None


def _share(table: Table, name: str, baseline: str, ceiling: str) -> Ratio | None:
    """Return (name - baseline) / (ceiling - baseline); None where they share no seeds."""
    if not {name, baseline, ceiling} <= table.cells.keys():
        return None
    fakes, base, top = table.cells[name], table.cells[baseline], table.cells[ceiling]
    seeds = tuple(sorted(set(fakes.seeds) & set(base.seeds) & set(top.seeds)))
    if not seeds:
        return None
    gain, room = (_mean(cell, seeds) - _mean(base, seeds) for cell in (fakes, top))
    above, below = (
        cell.sums[cell.rows(seeds)] - base.sums[base.rows(seeds)] for cell in (fakes, top)
    )
    # Subject sums are linear in outcomes, so those of a contrast are a contrast of sums.
    return ratio(gain, room, lambda r: table.estimate(above - r * below, base.counts))


def _mean(cell: Cell, seeds: tuple[int, ...]) -> float:
    return float(cell.means(seeds).mean())
