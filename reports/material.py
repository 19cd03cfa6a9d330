"""Defines the material of a report: provenance, training sets, tables, trainings, grids of images.

`bench` gathers it. Tables and tuples may be empty: a section without material is left out of the
report.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from faces.common.metric import Metric
from faces.packed import Packed

# The order in which training sets are shown. "untuned" is the recognizer before fine-tuning,
# "paired" a control that uses pairs of one shot in both spectra, "external" an external recognizer,
# trained on other images.
SHOWN_ROLES = (
    "baseline", "untuned", "control", "fakes", "leaky", "paired", "ceiling", "external"
)  # fmt: skip
# No row of a table of sets: "curve" are points of a curve over amounts of images, "adapted" a
# recognizer of another role, scored with BatchNorm statistics that were estimated again.
ROLES = (*SHOWN_ROLES, "curve", "adapted")


@dataclass(frozen=True)
class Amount:
    """The numbers of images of a training set, for the curves over amounts.

    `nir_per_subject` is the setting: a number or "all". `translator` made the fakes, if any.
    `again`: the VIS images take the place of the fakes, so that real images are as rare in a batch
    as beside fakes.
    """

    nir_per_subject: int | str
    subjects: int
    nir_images: int
    fake_images: int
    translator: str | None = None
    again: bool = False


@dataclass(frozen=True)
class TrainingSet:
    """What a recognizer was fine-tuned on; `label` says it in words.

    `images` is the name of its fakes, in sentences and in the table of quality. In the role
    "leaky" their translator was trained on images or people that are tested; `counterpart` names
    the training set by the same translator without that. In the role "curve" the counterpart is
    the set that differs in the fakes alone: it has none. `amount` is known of the baseline, of
    curves, and of what lies on them: VIS images once more, fakes under the names of their people.
    `twin` is an earlier set that is the same training by another name: no comparison counts it
    twice. In the role "adapted" the counterpart is the set that the recognizer was trained on.
    `moved_by` names what another seed changes ("pretraining", "fine-tuning", "translator"); None
    where it is not known, as in older runs.
    """

    name: str
    role: str
    label: str
    images: str | None = None
    counterpart: str | None = None
    amount: Amount | None = None
    twin: str | None = None
    moved_by: tuple[str, ...] | None = None

    @property
    def known_amount(self) -> Amount:
        """Return the amount of a set on a curve. Raises ValueError where none was given."""
        if self.amount is None:
            raise ValueError(f"the training set {self.name} has no amount")
        return self.amount

    @property
    def shown(self) -> bool:
        """Tell whether it is a row of the tables of training sets."""
        return self.role in SHOWN_ROLES

    @property
    def with_fakes(self) -> bool:
        """Tell whether fakes of a translator are in it, under whatever names."""
        if self.moved_by is not None:
            return "translator" in self.moved_by
        known = self.images or (self.amount and self.amount.translator)
        return bool(known) or (self.role == "control" and "fake" in self.label)

    @property
    def leaky(self) -> bool:
        """Tell whether the translator was trained on what is tested."""
        return self.role == "leaky"

    def marked(self, text: str) -> str:
        """Return a name of this set or of its images, with "leaky" added where it is."""
        return f"{text} (leaky)" if self.leaky and not text.endswith("-leaky") else text


@dataclass(frozen=True)
class Training:
    """One network's training: `losses` has `step` and a column per term.

    `terms` explains terms in words, where their names do not. `samples` are a
    generator's fakes over time; their index has `step` and `source`.
    """

    name: str
    seed: int
    losses: pd.DataFrame
    samples: Packed | None = None
    terms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """Two columns of a grid to be shown side by side with `second` - `first`."""

    first: str
    second: str
    title: str


@dataclass(frozen=True)
class Grid:
    """Columns of images with the same rows, by name.

    `caption` states the rule by which the rows were chosen. The grid named "subjects" comes first,
    those named "worst-..." are shown together, all others in the section on preparation.
    """

    name: str
    title: str
    caption: str
    columns: dict[str, Packed]
    labels: dict[str, str]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Material:
    """All that a report is made of. The tables' columns, without order:

    outcomes: training_set, seed, protocol, metric, probe, subject, value. One value per probe; its
        mean is the metric. All training sets and seeds have the same probes, each once; one that
        could not be processed is a miss, not a gap. `as_impostor`, where it is there: the
        effect of the probe's person on the metric as an impostor, of mean 0, for intervals.
    curves: training_set, seed, protocol, curve, x, y. `curve` is "roc" (x: false accept rate, y:
        verification rate) or "cmc" (x: rank, y: share).
    quality: images, metric, seed, value, n, and ci_low and ci_high, NaN where there is no interval.
    confusions: training_set, seed, protocol, probe, subject, other, genuine, impostor. Of each
        probe the most alike other person, and the scores of the own person and of that one.

    All four may have `fold`, a whole number or NaN. The names of probes differ between folds,
    those of subjects need not: who is tested in several folds is one person. With several folds,
    curves, trainings and grids are those of the first.

    `metrics` are the records of the metrics in outcomes and quality, in the order in which they are
    shown; one without a record, as in older runs, is printed under its own name.

    `provenance` has the keys `reports.records.PROVENANCE_KEYS`, all optional (docs/results.md). The
    name of `data` is "synthetic" where people are rendered; a weight whose role starts with
    "recognizer" may have `trained_on` or `origin`, in words.
    """

    provenance: dict[str, Any]
    training_sets: tuple[TrainingSet, ...]
    outcomes: pd.DataFrame
    curves: pd.DataFrame
    quality: pd.DataFrame
    confusions: pd.DataFrame = field(default_factory=pd.DataFrame)
    generators: tuple[Training, ...] = ()
    recognizers: tuple[Training, ...] = ()
    grids: tuple[Grid, ...] = ()
    metrics: tuple[Metric, ...] = ()


def answer_sets(sets: tuple[TrainingSet, ...]) -> list[TrainingSet]:
    """Return the sets that the answer is about: those with fakes, else the leaky ones."""
    fakes = [training_set for training_set in sets if training_set.role == "fakes"]
    return fakes or [training_set for training_set in sets if training_set.leaky]


def adapted_names(sets: tuple[TrainingSet, ...]) -> dict[str, str]:
    """Return by training set the name of its second score, with statistics estimated again."""
    return {
        training_set.counterpart: training_set.name
        for training_set in sets
        if training_set.role == "adapted" and training_set.counterpart
    }


def leak_pairs(sets: tuple[TrainingSet, ...]) -> list[tuple[str, str]]:
    """Return (leaky, clean) names of training sets that differ in nothing else."""
    clean = {training_set.name for training_set in sets if training_set.role == "fakes"}
    leaky = [
        (training_set.name, training_set.counterpart) for training_set in sets if training_set.leaky
    ]
    return [(name, other) for name, other in leaky if other is not None and other in clean]


def in_order(sets: tuple[TrainingSet, ...]) -> tuple[TrainingSet, ...]:
    """Sort training sets by ROLES; those of one role stay as given.

    Raises ValueError for other roles, and for more or fewer than one baseline.
    """
    if unknown := {training_set.role for training_set in sets} - set(ROLES):
        raise ValueError(f"training sets in the role {', '.join(sorted(unknown))}; use {ROLES}")
    if sum(training_set.role == "baseline" for training_set in sets) != 1:
        raise ValueError("exactly one training set must have the role baseline")
    return tuple(sorted(sets, key=lambda training_set: ROLES.index(training_set.role)))
