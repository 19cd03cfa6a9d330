"""Runs side by side: what differs between them, and which differences in recognition are real.

The first run is the one that the others are compared with. A difference is tested where both runs
scored the same people and probes: paired by seed and probe, over the seeds they share, with Holm's
adjustment over all such differences of a protocol and metric (reports/statistics.py). Where probes
do not match, each run keeps its own interval and nothing is tested.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from faces.common.metric import Metric, by_name, unknown
from reports.cells import Cell, cells_of
from reports.comparisons import Comparison, Table, adjusted
from reports.draws import Draws
from reports.material import Material, TrainingSet, in_order
from reports.statistics import RESAMPLES
from reports.summary import Summary, summarise
from reports.tables.run import flat
from reports.words import NONE

PEOPLE_SETTINGS = ("name", "path", "population")  # the settings of data that choose the people
Key = tuple[str, str, str, str]  # run, training set, protocol, metric


@dataclass(frozen=True)
class Run:
    """A run by the name it is shown under; `images` is a digest of all its images, or empty."""

    name: str
    material: Material
    images: str = ""

    def setting(self, group: str, name: str) -> Any:
        """Return a setting, or None where the run does not say."""
        return self.material.provenance.get("settings", {}).get(group, {}).get(name)


@dataclass(frozen=True)
class Compared:
    """Runs, their numbers, and what changes from the first run to the others.

    `changes`: Key => Comparison of the training set in that run with itself in the first.
    `identical`: Keys whose every outcome is the same, so that there is nothing to test.
    `untested`: (run, protocol) => why nothing of it was tested.
    """

    runs: tuple[Run, ...]
    summaries: tuple[Summary, ...]
    changes: dict[Key, Comparison]
    identical: frozenset[Key]
    untested: dict[tuple[str, str], str]

    def metric(self, name: str) -> Metric:
        """Return the record of a metric, of the first run that has one."""
        known = by_name(record for run in self.runs for record in run.material.metrics)
        return known.get(name) or unknown(name)

    def training_sets(self) -> list[TrainingSet]:
        """Return the training sets of all runs, once each, without points of curves."""
        found: dict[str, TrainingSet] = {}
        for summary in self.summaries:
            for training_set in summary.training_sets:
                found.setdefault(training_set.name, training_set)
        return [training_set for training_set in found.values() if training_set.shown]

    def protocols(self) -> list[str]:
        """Return the protocols of all runs, once each."""
        return list(dict.fromkeys(name for s in self.summaries for name in s.protocols()))

    def metrics(self, protocol: str) -> list[str]:
        """Return the metrics of all runs under a protocol, once each."""
        return list(dict.fromkeys(name for s in self.summaries for name in s.metrics(protocol)))


@dataclass(frozen=True)
class Pair:
    """Two runs under one protocol and metric; `cells` are those of each, by training set."""

    runs: tuple[Run, Run]
    cells: tuple[dict[str, Cell], dict[str, Cell]]
    protocol: str
    metric: str

    def key(self, training_set: str) -> Key:
        """Return the key of a training set in the second run."""
        return self.runs[1].name, training_set, self.protocol, self.metric

    def common(self) -> list[str]:
        """Return the training sets that both runs scored on the same probes."""
        ours, theirs = self.cells
        return [name for name in ours if name in theirs and _paired(ours[name], theirs[name])]

    def identical(self) -> list[str]:
        """Return the training sets of which every outcome is the same, seed by seed."""
        ours, theirs = self.cells
        return [
            name
            for name in self.common()
            if ours[name].seeds == theirs[name].seeds
            and (ours[name].values == theirs[name].values).all()
        ]

    def changes(self, draws: Draws) -> list[Comparison]:
        """Compare the second run's training sets with the first's; p values are not adjusted."""
        tested = [name for name in self.common() if name not in self.identical()]
        table = self.table(tested, draws)
        found = [table.compare(f"1:{name}", f"0:{name}") for name in tested]
        return [
            replace(change, training_set=name, baseline=name)
            for name, change in zip(tested, found, strict=True)
            if change
        ]

    def table(self, names: list[str], draws: Draws) -> Table:
        """Put training sets of both runs into one table; all estimate the training variation."""
        places = range(len(self.runs))
        cells = {f"{place}:{name}": self.cells[place][name] for place in places for name in names}
        sets = [
            replace(training_set, name=f"{place}:{training_set.name}")
            for place in places
            for training_set in self.runs[place].material.training_sets
        ]
        known = by_name(record for run in self.runs for record in run.material.metrics)
        record = known.get(self.metric) or unknown(self.metric)
        return Table(self.protocol, record, cells, tuple(sets), draws)


def compare_runs(runs: Sequence[Run], resamples: int = RESAMPLES, seed: int = 0) -> Compared:
    """Compute every number. The same runs in the same order give the same numbers."""
    runs = tuple(replace(run, material=_shown(run.material)) for run in runs)
    first, *others = runs
    untested = {
        (run.name, protocol): why
        for run in others
        for protocol in dict.fromkeys(first.material.outcomes["protocol"])
        if (why := _why_untested(first, run, protocol))
    }
    families = [
        [pair for pair in family if (pair.runs[1].name, pair.protocol) not in untested]
        for family in _families_of(runs)
    ]
    draws = Draws(seed, resamples)
    return Compared(
        runs,
        tuple(summarise(run.material, resamples, seed) for run in runs),
        {key: change for family in families for key, change in _changes_of(family, draws)},
        frozenset(pair.key(name) for family in families for pair in family
                  for name in pair.identical()),
        untested,
    )  # fmt: skip


def _shown(material: Material) -> Material:
    """Return the material with its training sets in order, without the points of curves."""
    sets = tuple(one for one in in_order(material.training_sets) if one.shown)
    rows = material.outcomes["training_set"].isin([training_set.name for training_set in sets])
    return replace(material, training_sets=sets, outcomes=material.outcomes[rows])


def _families_of(runs: Sequence[Run]) -> Iterator[list[Pair]]:
    """Pair the first run with each other run, per protocol and metric."""
    by_run = [cells_of(run.material.outcomes) for run in runs]
    for protocol, metric in dict.fromkeys(key[1:] for key in by_run[0]):
        first, *others = [
            {key[0]: cell for key, cell in cells.items() if key[1:] == (protocol, metric)}
            for cells in by_run
        ]
        yield [
            Pair((runs[0], run), (first, other), protocol, metric)
            for run, other in zip(runs[1:], others, strict=True)
        ]


def _changes_of(family: Sequence[Pair], draws: Draws) -> Iterator[tuple[Key, Comparison]]:
    """Yield the changes of a family, with Holm's adjustment over all of them."""
    found = [(pair, change) for pair in family for change in pair.changes(draws)]
    tested = adjusted([change for _, change in found])
    for (pair, _), change in zip(found, tested, strict=True):
        yield pair.key(change.training_set), change


def _paired(a: Cell, b: Cell) -> bool:
    """Tell whether two cells hold the same probes of the same people."""
    return a.probes == b.probes and bool((a.subjects == b.subjects).all())


def _why_untested(first: Run, run: Run, protocol: str) -> str:
    """Say why a run cannot be paired with the first under a protocol; empty where it can be."""
    if not same_people(first, run):
        return "the people are others"
    ours, theirs = (probes_of(one, protocol) for one in (first, run))
    if not theirs:
        return "it was not scored"
    if ours != theirs:
        common = len(ours & theirs)
        return f"the probes differ: {common:,} in common, of {len(ours):,} and {len(theirs):,}"
    seeds = [set(one.material.outcomes["seed"]) for one in (first, run)]
    return "" if seeds[0] & seeds[1] else "no seed is in both"


def same_images(first: Run, run: Run) -> bool:
    """Tell whether two runs have the same images, by their digests where both are known."""
    return bool(first.images) and first.images == run.images


def same_people(first: Run, run: Run) -> bool:
    """Tell whether two runs have the same people, by the images' digest or by the settings."""
    return same_images(first, run) or all(
        first.setting("data", name) == run.setting("data", name) for name in PEOPLE_SETTINGS
    )


def probes_of(run: Run, protocol: str) -> set[tuple[str, str]]:
    """Return (probe, subject) of each probe of a protocol."""
    rows = run.material.outcomes
    rows = rows[rows["protocol"] == protocol][["probe", "subject"]].drop_duplicates()
    return set(rows.itertuples(index=False, name=None))


def different(values: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """Return (dotted name, values) of what differs; a dash where a value is absent."""
    flats = [dict(flat(settings)) for settings in values]
    names = dict.fromkeys(name for settings in flats for name in settings)
    rows = [(name, [settings.get(name, NONE) for settings in flats]) for name in names]
    return [row for row in rows if len(set(row[1])) > 1]
