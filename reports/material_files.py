"""Saves and loads a run's material as a folder, to draw its report again and to compare runs.

`material.json` holds provenance, training sets and what the other files are, each with its size and
SHA-256; it is written last. Tables are gzipped CSV (reports/table_files.py), images packed folders.
The same material gives the same bytes.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from faces import packed
from faces.common.disk_faults import reading
from faces.common.errors import TamperedError, UsageError
from faces.common.files import sha256, sync, write_text
from faces.common.metric import metric_of
from reports.material import Amount, Difference, Grid, Material, Training, TrainingSet
from reports.table_files import read_table, write_table

SCHEMA = 1
INDEX = "material.json"
TABLES = ("outcomes", "curves", "quality", "confusions")
LOSSES, SAMPLES = "losses.csv.gz", "samples"


def save_material(material: Material, folder: Path) -> None:
    """Write the material into `folder`, first under another name; an earlier one is replaced."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    content = {
        "schema": SCHEMA,
        "facts": material.provenance,
        "training_sets": [asdict(training_set) for training_set in material.training_sets],
        "metrics": [asdict(metric) for metric in material.metrics],
        "tables": {
            name: write_table(partial / f"{name}.csv.gz", getattr(material, name))
            for name in TABLES
        },
        "generators": _save_trainings(material.generators, partial / "generators"),
        "recognizers": _save_trainings(material.recognizers, partial / "recognizers"),
        "grids": [
            _save_grid(grid, partial / "grids" / str(place))
            for place, grid in enumerate(material.grids)
        ],
    }
    content["files"] = {str(path.relative_to(partial)): _mark(path) for path in _files_in(partial)}
    write_text(partial / INDEX, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    sync(folder.parent)


def load_material(folder: Path) -> Material:
    """Read the folder of `save_material`.

    Raises TamperedError for a missing or changed file, UsageError for one that cannot be read.
    """
    try:
        with reading(folder, UsageError):
            return _load(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TamperedError(f"{folder / INDEX}: missing or damaged; {_remedy(folder)}") from error


def _load(folder: Path) -> Material:
    content = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    if content["schema"] != SCHEMA:
        raise TamperedError(f"{folder}: written by another version of nirbench; use that one")
    _check(folder, content["files"])
    return _material_of(content, folder)


def _check(folder: Path, files: dict[str, list]) -> None:
    """Compare every byte with what was written. Raises TamperedError naming the file."""
    for name, expected in files.items():
        if not (folder / name).is_file() or _mark(folder / name) != expected:
            raise TamperedError(f"{folder / name}: missing or changed; {_remedy(folder)}")


def _remedy(folder: Path) -> str:
    return f"delete {folder}, then `bench report` makes it again where the run's stages still are"


def _files_in(folder: Path) -> list[Path]:
    """Return every file below a folder, sorted, after flushing it to the disk."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        sync(path)
    return files


def _mark(path: Path) -> list[int | str]:
    """Return the size and SHA-256 of a file."""
    return [path.stat().st_size, sha256(path)]


def _save_trainings(trainings: Sequence[Training], folder: Path) -> list[dict[str, Any]]:
    """Write losses and samples, each training into a folder of its number => their descriptions."""
    rows = []
    for place, training in enumerate(trainings):
        own = folder / str(place)
        own.mkdir(parents=True)
        losses = write_table(own / LOSSES, training.losses)
        if training.samples is not None:
            packed.write(own / SAMPLES, training.samples.images, training.samples.index)
        row = {"name": training.name, "seed": training.seed, "losses": losses}
        rows.append(row | {"terms": dict(training.terms)})
    return rows


def _save_grid(grid: Grid, folder: Path) -> dict[str, Any]:
    """Write each column into a folder of its number => the description of the grid."""
    for place, column in enumerate(grid.columns.values()):
        packed.write(folder / str(place), column.images, column.index)
    return {
        "name": grid.name,
        "title": grid.title,
        "caption": grid.caption,
        "columns": list(grid.columns),
        "labels": grid.labels,
        "differences": [asdict(difference) for difference in grid.differences],
    }


def _material_of(content: dict[str, Any], folder: Path) -> Material:
    """Return the material that `content` describes; images are read from the disk when used."""
    return Material(
        provenance=content["facts"],
        metrics=tuple(metric_of(row) for row in content.get("metrics", ())),
        training_sets=tuple(_training_set(row) for row in content["training_sets"]),
        **{name: read_table(folder / f"{name}.csv.gz", content["tables"][name]) for name in TABLES},
        generators=_load_trainings(content["generators"], folder / "generators"),
        recognizers=_load_trainings(content["recognizers"], folder / "recognizers"),
        grids=tuple(
            _load_grid(row, folder / "grids" / str(place))
            for place, row in enumerate(content["grids"])
        ),
    )


def _training_set(row: dict[str, Any]) -> TrainingSet:
    """Return a training set from its description; earlier versions had another name for a role."""
    amount = row["amount"] and Amount(**row["amount"])
    role = {"reference": "external"}.get(row["role"], row["role"])
    moved_by = row.get("moved_by")
    moved_by = None if moved_by is None else tuple(moved_by)  # JSON knows lists alone
    return TrainingSet(**row | {"amount": amount, "role": role, "moved_by": moved_by})


def _load_trainings(rows: list[dict[str, Any]], folder: Path) -> tuple[Training, ...]:
    loaded = []
    for place, row in enumerate(rows):
        own = folder / str(place)
        samples = packed.read(own / SAMPLES) if (own / SAMPLES).exists() else None
        losses = read_table(own / LOSSES, row["losses"])
        terms = row.get("terms", {})  # an older material has none
        loaded.append(Training(row["name"], row["seed"], losses, samples, terms))
    return tuple(loaded)


def _load_grid(row: dict[str, Any], folder: Path) -> Grid:
    columns = {name: packed.read(folder / str(place)) for place, name in enumerate(row["columns"])}
    differences = tuple(Difference(**fields) for fields in row["differences"])
    return Grid(row["name"], row["title"], row["caption"], columns, row["labels"], differences)
