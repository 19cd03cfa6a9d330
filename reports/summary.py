"""The numbers of a report: means over seeds, paired comparisons, quality over seeds."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import pandas as pd

from faces.common.metric import Metric, Prominence, by_name, unknown
from reports.cells import KEYS, cells_of
from reports.comparisons import Comparison, compare_all, tables_of
from reports.draws import Draws
from reports.folds import Spread, over_folds, whole_folds
from reports.gaps import Gap, gaps
from reports.material import Material, TrainingSet, adapted_names, answer_sets, leak_pairs
from reports.rivals import strongest
from reports.statistics import RESAMPLES, Estimate

UNSEEN = "unseen-subjects"  # the harder task, which comes first


@dataclass(frozen=True)
class Summary:
    """The numbers of a report.

    `means`: (training set, protocol, metric) => Estimate, over all probes of all folds.
    `over_folds`: the same keys => Spread, where there are several folds. `records`: those of the
    run's metrics, by name. `gaps` are those of the headline metrics. The tables `recognition` and
    `quality` have one row per seed and fold.
    """

    training_sets: tuple[TrainingSet, ...]
    recognition: pd.DataFrame
    means: dict[tuple[str, str, str], Estimate]
    comparisons: tuple[Comparison, ...]
    quality: pd.DataFrame
    over_folds: dict[tuple[str, str, str], Spread] = field(default_factory=dict)
    records: dict[str, Metric] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    def metric(self, name: str) -> Metric:
        """Return the record of a metric; of one without a record only the name is known."""
        return self.records.get(name) or unknown(name)

    def names_in_sentences(self) -> dict[str, str]:
        """Return the name of each training set in sentences: that of its fakes, or its label."""
        return {
            training_set.name: training_set.marked(training_set.images or training_set.label)
            for training_set in self.training_sets
        }

    def names_of_fakes(self) -> dict[str, str]:
        """Return the name of each kind of fakes in tables and plots."""
        return {
            training_set.images: training_set.marked(training_set.images)
            for training_set in self.training_sets
            if training_set.images
        }

    def answer_set_names(self) -> list[str]:
        """Return the names of the training sets that the answer is about."""
        return [training_set.name for training_set in answer_sets(self.training_sets)]

    def strongest_rival(self, protocol: str, metric: str) -> TrainingSet | None:
        """Return the rival without fakes that does best; None where none was scored."""
        values = {name: mean.value for (name, *key), mean in self.means.items()
                  if key == [protocol, metric]}  # fmt: skip
        return strongest(self.training_sets, values, self.metric(metric).sign)

    def leaks(self, protocol: str, metric: str) -> list[Comparison]:
        """Return the comparisons of leaky training sets with their counterparts."""
        pairs = leak_pairs(self.training_sets)
        found = [self.compared(*pair, protocol, metric) for pair in pairs]
        return [comparison for comparison in found if comparison]

    def in_role(self, role: str) -> list[str]:
        """Return the names of the training sets in a role."""
        return [
            training_set.name for training_set in self.training_sets if training_set.role == role
        ]

    def compared(
        self, training_set: str, baseline: str, protocol: str, metric: str
    ) -> Comparison | None:
        """Return the Comparison of two training sets, or None where there is none."""
        return self._by_names.get((training_set, baseline, protocol, metric))

    def over_baseline(
        self, training_set: str, protocol: str, metric: str, *, again: bool = False
    ) -> Comparison | None:
        """Return the Comparison of a training set with the baseline, or None where there is none.

        `again`: both by their second scores, with NIR statistics.
        """
        baseline = self.in_role("baseline")[0]
        if again:
            adapted = adapted_names(self.training_sets)
            training_set, baseline = (adapted.get(name, "") for name in (training_set, baseline))
        return self.compared(training_set, baseline, protocol, metric)

    @cached_property
    def _by_names(self) -> dict[tuple[str, str, str, str], Comparison]:
        """The first comparison of each pair under a protocol and metric."""
        found: dict[tuple[str, str, str, str], Comparison] = {}
        for comparison in self.comparisons:
            names = (comparison.training_set, comparison.baseline)
            found.setdefault((*names, comparison.protocol, comparison.metric), comparison)
        return found

    def means_of(self, comparison: Comparison) -> tuple[float, float]:
        """Return the means of baseline and training set, over all probes and the seeds of both."""
        rows = self.recognition
        rows = rows[
            (rows["protocol"] == comparison.protocol) & (rows["metric"] == comparison.metric)
        ]
        rows = rows[rows["seed"].isin(list(comparison.per_seed))]
        sums = rows.assign(value=rows["value"] * rows["n"]).groupby("training_set")[["value", "n"]]
        means = sums.sum().eval("value / n")
        return means[comparison.baseline], means[comparison.training_set]

    def metrics(self, protocol: str) -> list[str]:
        """Return the names of a protocol's metrics, in the order in which they were given."""
        rows = self.recognition[self.recognition["protocol"] == protocol]
        return list(dict.fromkeys(rows["metric"]))

    def prominent(self, prominence: Prominence) -> list[tuple[str, str]]:
        """Return (protocol, metric) names of that prominence, unseen people first."""
        found = dict.fromkeys(key[1:] for key in self.means)
        chosen = [key for key in found if self.metric(key[1]).prominence == prominence]
        return sorted(chosen, key=lambda key: key[0] != UNSEEN)

    def protocols(self) -> list[str]:
        """Return the protocols that were scored; unseen people, the harder task, come first."""
        found = dict.fromkeys(self.recognition["protocol"])
        return sorted(found, key=lambda name: name != UNSEEN)


def summarise(material: Material, resamples: int = RESAMPLES, seed: int = 0) -> Summary:
    """Compute every number of a report. The same material and seed give the same numbers."""
    cells = cells_of(material.outcomes)
    draws = Draws(seed, resamples)
    sets, records = material.training_sets, by_name(material.metrics)
    tables = {(table.protocol, table.metric.name): table
              for table in tables_of(cells, sets, draws, records)}  # fmt: skip
    recognition = _recognition_rows(whole_folds(material.outcomes))
    return Summary(
        training_sets=sets,
        recognition=recognition,
        means={
            (name, task, metric): tables[task, metric].mean(name) for name, task, metric in cells
        },
        comparisons=tuple(chain.from_iterable(map(compare_all, tables.values()))),
        gaps=tuple(
            chain.from_iterable(gaps(table) for table in tables.values() if _leads(table.metric))
        ),
        quality=whole_folds(material.quality),
        over_folds=over_folds(recognition),
        records=records,
    )


def _leads(record: Metric) -> bool:
    """Tell whether the gap closed is computed: of what the answer is about."""
    return record.prominence == "headline"


def _recognition_rows(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return a row per training set, seed, fold if any, protocol and metric, with value and n."""
    fold = ["fold"] if "fold" in outcomes else []
    keys = ["training_set", "seed", *fold, *KEYS]
    grouped = outcomes.groupby(keys, sort=False, dropna=False)["value"]
    return grouped.agg(value="mean", n="size").reset_index()
