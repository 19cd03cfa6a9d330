"""What a report is made of: facts, training sets, tables, trainings and grids of images.

`bench` gathers it; nothing here knows where it came from. Tables may be empty and tuples too: a
section without material is left out of the report.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from faces.packed import Packed

ROLES = ("baseline", "fakes", "ceiling")  # the order in which training sets are shown


@dataclass(frozen=True)
class TrainingSet:
    """What a recognizer was fine-tuned on; `label` says it in words.

    `images` is what its fakes are called, in sentences and in the table of quality.
    """

    name: str
    role: str
    label: str
    images: str | None = None


@dataclass(frozen=True)
class Training:
    """One network's training: `losses` has `step` and a column per term.

    `samples` are a generator's fakes over time; their index has `step` and `source`.
    """

    name: str
    seed: int
    losses: pd.DataFrame
    samples: Packed | None = None


@dataclass(frozen=True)
class Difference:
    """Two columns of a grid to be shown side by side with `second` - `first`."""

    first: str
    second: str
    title: str


@dataclass(frozen=True)
class Grid:
    """Columns of images with the same rows, by name.

    `caption` states the rule by which the rows were chosen. The grid called "subjects" leads, all
    others stand in the section on preparation.
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
        could not be processed is a miss, not a gap.
    curves: training_set, seed, protocol, curve, x, y. `curve` is "roc" (x: false accept rate, y:
        verification rate) or "cmc" (x: rank, y: share).
    quality: images, metric, seed, value, n.

    `facts` has the keys `reports.records.FACTS`, all optional (docs/results.md). `data` is called
    "synthetic" where people are rendered; a weight whose role starts with "recognizer" may say
    `trained_on` or `origin`, in words.
    """

    facts: dict[str, Any]
    training_sets: tuple[TrainingSet, ...]
    outcomes: pd.DataFrame
    curves: pd.DataFrame
    quality: pd.DataFrame
    generators: tuple[Training, ...] = ()
    recognizers: tuple[Training, ...] = ()
    grids: tuple[Grid, ...] = ()


def in_order(sets: tuple[TrainingSet, ...]) -> tuple[TrainingSet, ...]:
    """The baseline first, the ceiling last, the others as given.

    Raises ValueError for other roles, and for more or fewer than one baseline.
    """
    if unknown := {each.role for each in sets} - set(ROLES):
        raise ValueError(f"training sets in the role {', '.join(sorted(unknown))}; use {ROLES}")
    if sum(each.role == "baseline" for each in sets) != 1:
        raise ValueError("exactly one training set must have the role baseline")
    return tuple(sorted(sets, key=lambda each: ROLES.index(each.role)))
