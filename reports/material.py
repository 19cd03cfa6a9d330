"""The material of a report: a folder of files which `bench` fills, and the reader of it.

    material.json                        facts and training_sets (docs/results.md)
    outcomes/<training set>/<seed>.csv   protocol, metric, probe, subject, value
    scores/<training set>/<seed>.csv     protocol, metric, value, n: metrics that are no mean (eer)
    curves/<training set>/<seed>.csv     protocol, curve (roc or cmc), x, y
    quality.csv                          images, metric, seed, value, n
    generators/<variant>/<seed>/         losses.csv (step and named terms), samples/ (packed)
    recognizers/<training set>/<seed>/   losses.csv
    images/<grid>/                       grid.json and one packed folder per column

Everything but material.json may be missing: a section without material is left out of the report.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from faces.errors import DataError
from faces.packed import Packed
from faces.packed import read as read_packed

ROLES = ("baseline", "control", "fakes", "ceiling")
OUTCOME_COLUMNS = ("protocol", "metric", "probe", "subject", "value")
SCORE_COLUMNS = ("protocol", "metric", "value", "n")
CURVE_COLUMNS = ("protocol", "curve", "x", "y")
QUALITY_COLUMNS = ("images", "metric", "seed", "value", "n")
TEXT = dict.fromkeys(("protocol", "metric", "probe", "subject", "curve", "images"), str)


@dataclass(frozen=True)
class TrainingSet:
    """What a recognizer was fine-tuned on. `images` is what its fakes are called."""

    name: str
    role: str
    label: str
    images: str | None = None


@dataclass(frozen=True)
class Training:
    """One network's training: its losses, one row a step, and a generator's fakes over time."""

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
    """Columns of images with the same rows, by folder name.

    `caption` states the rule by which the rows were chosen.
    """

    name: str
    title: str
    caption: str
    columns: dict[str, Packed]
    labels: dict[str, str]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Material:
    """All that a report is made of. Tables have the columns above, after `training_set`, `seed`."""

    facts: dict[str, Any]
    training_sets: tuple[TrainingSet, ...]
    outcomes: pd.DataFrame
    scores: pd.DataFrame
    curves: pd.DataFrame
    quality: pd.DataFrame
    generators: tuple[Training, ...] = ()
    recognizers: tuple[Training, ...] = ()
    grids: tuple[Grid, ...] = field(default=())


def read(folder: Path) -> Material:
    """Reads a folder of material; raises DataError or TamperedError naming the file at fault."""
    head = read_json(folder / "material.json")
    if missing := {"facts", "training_sets"} - set(head):
        raise DataError(f"{folder / 'material.json'}: no {', '.join(sorted(missing))}")
    sets = in_order(tuple(TrainingSet(**row) for row in head["training_sets"]))
    names = [training_set.name for training_set in sets]
    return Material(
        facts=head["facts"],
        training_sets=sets,
        outcomes=read_tables(folder / "outcomes", names, OUTCOME_COLUMNS),
        scores=read_tables(folder / "scores", names, SCORE_COLUMNS),
        curves=read_tables(folder / "curves", names, CURVE_COLUMNS),
        quality=read_table(folder / "quality.csv", QUALITY_COLUMNS),
        generators=read_trainings(folder / "generators"),
        recognizers=read_trainings(folder / "recognizers", names),
        grids=tuple(read_grid(path.parent) for path in sorted(folder.glob("images/*/grid.json"))),
    )


def in_order(sets: tuple[TrainingSet, ...]) -> tuple[TrainingSet, ...]:
    """The baseline first, the ceiling last, the others as given."""
    for training_set in sets:
        if training_set.role not in ROLES:
            raise DataError(
                f"training set {training_set.name}: role {training_set.role!r}; "
                f"use one of {', '.join(ROLES)}"
            )
    if sum(training_set.role == "baseline" for training_set in sets) != 1:
        raise DataError("material.json: exactly one training set must have the role baseline")
    place = {"baseline": 0, "ceiling": 2}
    return tuple(sorted(sets, key=lambda training_set: place.get(training_set.role, 1)))


def seeds_of(folder: Path) -> list[int]:
    """The whole-number names of a folder's entries, ascending."""
    return sorted(int(path.stem) for path in folder.glob("*") if path.stem.isdigit())


def read_tables(folder: Path, names: list[str], columns: tuple[str, ...]) -> pd.DataFrame:
    """Joins `<name>/<seed>.csv` of the named training sets under `training_set` and `seed`."""
    parts = [
        read_table(folder / name / f"{seed}.csv", columns).assign(training_set=name, seed=seed)
        for name in names
        for seed in seeds_of(folder / name)
    ]
    wanted = ["training_set", "seed", *columns]
    return pd.concat(parts, ignore_index=True)[wanted] if parts else pd.DataFrame(columns=wanted)


def read_table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Reads a CSV that must have `columns`; a missing file is an empty table."""
    if not path.exists():
        return pd.DataFrame(columns=list(columns))
    # A subject may be called "NA" or "null"; only numbers may be empty.
    frame = read_csv(path, keep_default_na=False, na_values={"value": ["", "nan"]}, dtype=TEXT)
    if missing := set(columns) - set(frame.columns):
        raise DataError(f"{path}: no column {', '.join(sorted(missing))}")
    return frame[list(columns)]


def read_csv(path: Path, **options: Any) -> pd.DataFrame:
    """pandas.read_csv, whose errors name the file."""
    try:
        return pd.read_csv(path, **options)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable table ({error}); make the run again") from error


def read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not readable as JSON; make the run again") from error


def read_trainings(folder: Path, names: list[str] | None = None) -> tuple[Training, ...]:
    """Reads `<name>/<seed>/losses.csv` and `samples/`, in the order of `names` where given."""
    if names is None:
        names = sorted(path.name for path in folder.glob("*") if path.is_dir())
    return tuple(
        read_training(folder / name / str(seed), name, seed)
        for name in names
        for seed in seeds_of(folder / name)
        if (folder / name / str(seed) / "losses.csv").exists()
    )


def read_training(folder: Path, name: str, seed: int) -> Training:
    samples = folder / "samples"
    packed = read_packed(samples) if (samples / "index.csv").exists() else None
    return Training(name, seed, read_csv(folder / "losses.csv"), packed)


def read_grid(folder: Path) -> Grid:
    """Reads grid.json and the packed folder of each column it names; all have the same rows."""
    head = read_json(folder / "grid.json")
    columns = {
        column["folder"]: read_packed(folder / column["folder"]) for column in head["columns"]
    }
    if len({len(packed.index) for packed in columns.values()}) > 1:
        raise DataError(f"{folder}: columns with different numbers of rows; make the run again")
    return Grid(
        name=folder.name,
        title=head["title"],
        caption=head["caption"],
        columns=columns,
        labels={column["folder"]: column["label"] for column in head["columns"]},
        differences=tuple(Difference(**row) for row in head.get("differences", ())),
    )
