"""The numbers of a report: means over seeds, paired comparisons, quality over seeds."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from faces.common.metric import Metric, Prominence, by_name, unknown
from reports.cells import KEYS, Cell, cells_of
from reports.comparisons import Comparison, cells_of_variation, compare_all
from reports.draws import Draws
from reports.folds import Spread, over_folds, whole_folds
from reports.material import Material, TrainingSet, leak_pairs, told_about
from reports.statistics import RESAMPLES, Estimate, estimate
from reports.training_variation import TrainingVariation, variation_of_means

UNSEEN = "unseen-subjects"  # the harder task, which comes first


@dataclass(frozen=True)
class Summary:
    """`means`: (training set, protocol, metric) -> Estimate, over all probes of all folds.

    `over_folds`: the same keys -> Spread, where there are several folds. `records`: those of the
    run's metrics, by name. Tables have one row per
    seed and fold.
    """

    training_sets: tuple[TrainingSet, ...]
    recognition: pd.DataFrame
    means: dict[tuple[str, str, str], Estimate]
    comparisons: tuple[Comparison, ...]
    quality: pd.DataFrame
    over_folds: dict[tuple[str, str, str], Spread] = field(default_factory=dict)
    records: dict[str, Metric] = field(default_factory=dict)

    def metric(self, name: str) -> Metric:
        """Gives the record of a metric of this run; of an unknown one only its name is known."""
        return self.records.get(name) or unknown(name)

    def called(self) -> dict[str, str]:
        """Gives the name of each training set in sentences: that of its fakes, or its label."""
        return {
            training_set.name: training_set.marked(training_set.images or training_set.label)
            for training_set in self.training_sets
        }

    def kinds(self) -> dict[str, str]:
        """Gives the name of each kind of fakes in tables and plots."""
        return {
            training_set.images: training_set.marked(training_set.images)
            for training_set in self.training_sets
            if training_set.images
        }

    def told(self) -> list[str]:
        """Gives the names of the training sets that the answer is about."""
        return [each.name for each in told_about(self.training_sets)]

    def leaks(self, protocol: str, metric: str) -> list[Comparison]:
        """Gives each leaky training set against its counterpart, as far as both were scored."""
        pairs = leak_pairs(self.training_sets)
        found = [self.compared(*pair, protocol, metric) for pair in pairs]
        return [each for each in found if each]

    def named(self, role: str) -> list[str]:
        """Gives the names of the training sets in a role."""
        return [
            training_set.name for training_set in self.training_sets if training_set.role == role
        ]

    def compared(
        self, training_set: str, baseline: str, protocol: str, metric: str
    ) -> Comparison | None:
        """Gives the Comparison of two training sets, or None where there is none."""
        wanted = (training_set, baseline, protocol, metric)
        for each in self.comparisons:
            if (each.training_set, each.baseline, each.protocol, each.metric) == wanted:
                return each
        return None

    def ends(self, comparison: Comparison) -> tuple[float, float]:
        """Gives the means of both sets, over the seeds that both have and all probes."""
        rows = self.recognition
        rows = rows[
            (rows["protocol"] == comparison.protocol) & (rows["metric"] == comparison.metric)
        ]
        rows = rows[rows["seed"].isin(list(comparison.per_seed))]
        sums = rows.assign(value=rows["value"] * rows["n"]).groupby("training_set")[["value", "n"]]
        means = sums.sum().eval("value / n")
        return means[comparison.baseline], means[comparison.training_set]

    def metrics(self, protocol: str) -> list[str]:
        """Gives the metrics of a protocol, in the order in which they were given."""
        rows = self.recognition[self.recognition["protocol"] == protocol]
        return list(dict.fromkeys(rows["metric"]))

    def prominent(self, prominence: Prominence) -> list[tuple[str, str]]:
        """Gives (protocol, metric) of that prominence, unseen people first."""
        found = dict.fromkeys(key[1:] for key in self.means)
        chosen = [key for key in found if self.metric(key[1]).prominence == prominence]
        return sorted(chosen, key=lambda key: key[0] != UNSEEN)

    def protocols(self) -> list[str]:
        """Gives the protocols there are; the one on unseen people, which is the harder, first."""
        found = dict.fromkeys(self.recognition["protocol"])
        return sorted(found, key=lambda name: name != UNSEEN)


def summarise(material: Material, resamples: int = RESAMPLES, seed: int = 0) -> Summary:
    """Computes every number of the report. The same material and seed give the same numbers."""
    cells = cells_of(material.outcomes)
    draws = Draws(seed, resamples)
    sets, records = material.training_sets, by_name(material.metrics)
    recognition = _recognition_rows(whole_folds(material.outcomes))
    return Summary(
        training_sets=sets,
        recognition=recognition,
        means={key: _mean(key, cells, sets, draws) for key in cells},
        comparisons=tuple(compare_all(cells, sets, draws, records)),
        quality=whole_folds(material.quality),
        over_folds=over_folds(recognition),
        records=records,
    )


def _mean(
    key: tuple[str, str, str],
    cells: dict[tuple[str, str, str], Cell],
    sets: tuple[TrainingSet, ...],
    draws: Draws,
) -> Estimate:
    """Gives a training set's mean over seeds and probes, with its interval."""
    name, task, metric = key
    here = {other[0]: cell for other, cell in cells.items() if other[1:] == key[1:]}
    cell = here[name]
    how_often = draws.subjects(task, len(cell.counts))
    variation = _variation_of(name, here, sets)
    rng = draws.of_seeds(task, metric)
    found = estimate(cell.sums, cell.counts, how_often, rng, variation=variation)
    return found.of_share() if cell.shares else found


def _variation_of(
    name: str, cells: dict[str, Cell], sets: tuple[TrainingSet, ...]
) -> TrainingVariation | None:
    """Estimates the training variation of means, from the training sets that have these seeds.

    An external recognizer was not trained here: what moves it between seeds, if anything, is its
    own.
    """
    cell = cells[name]
    if len(cell.seeds) < 2:
        return None
    alone = any(
        training_set.name == name and training_set.role == "external" for training_set in sets
    )
    pool = [cell] if alone else cells_of_variation(cells, sets, (name,), cell.seeds)
    return variation_of_means(np.stack([each.means(cell.seeds) for each in pool]))


def _recognition_rows(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Gives a row per training set, seed, fold if any, protocol and metric: value and n probes."""
    fold = ["fold"] if "fold" in outcomes else []
    keys = ["training_set", "seed", *fold, *KEYS]
    grouped = outcomes.groupby(keys, sort=False, dropna=False)["value"]
    return grouped.agg(value="mean", n="size").reset_index()
