"""Every reader of tables in the project returns odd names as they were written.

Tables are read in one place, so that tomorrow's reader needs no care: a test looks through the
sources for any other way to read one.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.planning import datasets
from bench.planning.datasets import DataSet
from bench.settings.loading import load
from faces import packed
from faces.manifest import COLUMNS, REFUSED_COLUMNS, Manifest
from faces.protocols.parts import PARTS_COLUMNS
from recognizer.tables import Tables
from reports import table_files
from reports.material import Material, TrainingSet
from reports.material_files import load_material, save_material
from tests.odd_names import odd_names

ROOT = Path(__file__).parents[1]
NAMES = odd_names(1000)
Columns = Iterator[pd.Series]

READING = {"read_csv", "read_table", "read_fwf", "read_json", "read_parquet", "read_feather",
           "read_excel", "read_html", "loadtxt", "genfromtxt", "fromtxt", "DictReader",
           "csv.reader"}  # fmt: skip
MAY_READ = {
    "faces/common/tables.py": {"read_csv"},
    "faces/layouts/buaa.py": {"DictReader"},  # numbers and spectra that a user has typed
    "faces/protocols/list_lines.py": {"csv.reader"},  # lists that others have made
}
MAY_WRITE = {
    "faces/common/tables.py",
    "reports/table_files.py",
    "bench/planning/datasets.py",  # to compute a digest
    # Tables for people, which the project does not read again.
    "benchmarks/calibrate.py",
    "benchmarks/usefulness.py",
    "reports/build.py",
    "reports/records.py",
    "reports/plots/figure.py",
    "reports/tables/formats.py",
}
SOURCES = {
    path.relative_to(ROOT).as_posix(): path
    for folder in ("faces", "generators", "recognizer", "reports", "bench", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def calls(path: Path) -> set[str]:
    """Return all names that a source takes from libraries: "read_csv", "pd.read_csv"."""
    ours = {"packed", "table_files", "tables"}
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ours:
            found |= {node.attr, ast.unparse(node)}
        elif isinstance(node, ast.ImportFrom) and node.module in ("pandas", "numpy", "csv"):
            names = {alias.name for alias in node.names}
            found |= names | {f"{node.module}.{name}" for name in names}
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_tables_are_read_and_written_in_one_place(name):
    called = calls(SOURCES[name])
    assert called & READING <= MAY_READ.get(name, set()), "read it by faces.packed.read_table"
    assert "to_csv" not in called or name in MAY_WRITE, "write it by faces.packed.write_table"


def manifest_of(names: list[str]) -> Manifest:
    numbers = {
        name: np.arange(len(names)) / 3 for name in packed.KINDS if name.endswith(("x", "y"))
    }
    numbers |= {"width_px": np.arange(len(names)), "height_px": 16}
    images = pd.DataFrame({name: numbers.get(name, names) for name in COLUMNS})
    refused = pd.DataFrame(dict.fromkeys(REFUSED_COLUMNS, names))
    return Manifest("folders", Path("there"), images, refused, tuple(names))


def kept_data_set(folder: Path, names: list[str]) -> Columns:
    written = manifest_of(names)
    lists = {name: name for name in names}
    datasets.keep(DataSet(written, lists), folder)
    settings = load("demo", None, {"data.name": "folders", "data.path": "there"}, ())
    data = datasets.kept(settings, folder)
    assert data.lists == lists
    assert data.manifest.notes == written.notes
    assert data.manifest.digest == written.digest
    pd.testing.assert_frame_equal(data.manifest.images, written.images, check_exact=True)
    yield from (data.manifest.images[name] for name in ("source", "subject", "session", "shot"))
    yield from (data.manifest.refused[name] for name in REFUSED_COLUMNS)


def packed_folder(folder: Path, names: list[str]) -> Columns:
    index = pd.DataFrame({"subject": names, "shot": names, "attempt": names, "other": names})
    packed.write(folder, np.zeros((len(names), 1, 1, 1), np.uint8), index)
    yield from (packed.read(folder).index[name] for name in index)


def created_folder(folder: Path, names: list[str]) -> Columns:
    index = pd.DataFrame({"subject": names, "source": names, "a new column": names})
    packed.create(folder, index, 1, 1)
    yield from (packed.read(folder).index[name] for name in index)


def plain_table(folder: Path, names: list[str]) -> Columns:
    packed.write_table(folder / "t.csv", pd.DataFrame({"": names, "reason": names, "line": names}))
    table = packed.read_table(folder / "t.csv")
    yield from (table[name] for name in ("reason", "line"))


def split(folder: Path, names: list[str]) -> Columns:
    known = {"part": "train", "spectrum": "VIS", "row": range(len(names)), "found": True}
    parts = pd.DataFrame({name: known.get(name, names) for name in PARTS_COLUMNS})
    parts["generator"] = np.arange(len(names)) % 2 == 0
    packed.write_table(folder / "split.csv", parts)
    read = packed.read_table(folder / "split.csv")
    pd.testing.assert_frame_equal(read, parts.astype({"row": "int64"}), check_exact=True)
    yield from (read[name] for name in ("subject", "shot", "source"))


def scores(folder: Path, names: list[str]) -> Columns:
    numbers = np.random.default_rng(0).standard_normal(len(names))
    texts = dict.fromkeys(("protocol", "metric", "probe", "subject", "other", "reason"), names)
    texts |= {"curve": names}
    row = texts | dict.fromkeys(("value", "as_impostor", "genuine", "impostor", "x", "y"), numbers)
    Tables(*[pd.DataFrame(row)] * 4).write(folder)
    for file in ("outcomes", "confusions", "omitted", "curves"):
        table = packed.read_table(folder / f"{file}.csv")
        for name in table:
            if name in texts:
                yield table[name]
            else:
                np.testing.assert_array_equal(table[name], numbers)


def material_table(folder: Path, names: list[str]) -> Columns:
    table = pd.DataFrame({"a": names, "b": names[::-1]})
    kinds = table_files.write_table(folder / "t.csv.gz", table)
    read = table_files.read_table(folder / "t.csv.gz", kinds)
    yield from (read["a"], read["b"][::-1])


def material(folder: Path, names: list[str]) -> Columns:
    rows = pd.DataFrame({"training_set": names, "seed": 0, "probe": names, "value": 0.5})
    sets = tuple(TrainingSet(name, "baseline", name) for name in names)
    save_material(Material({"notes": names}, sets, rows, rows, rows), folder / "m")
    read = load_material(folder / "m")
    assert read.training_sets == sets
    assert read.provenance["notes"] == names
    yield from (read.outcomes[name] for name in ("training_set", "probe"))


READERS = [kept_data_set, packed_folder, created_folder, plain_table, split, scores,
           material_table, material]  # fmt: skip


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_odd_names_come_back_as_they_were_written(
    reader: Callable[[Path, list[str]], Columns], tmp_path
):
    columns = list(reader(tmp_path, NAMES))
    assert columns
    for column in columns:
        assert [(a, b) for a, b in zip(column, NAMES, strict=True) if a != b] == []


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize("name", ["NA", "", "1e5", "True", "001", "2024-01-02"])
def test_columns_of_one_odd_name_alone_come_back(reader, name, tmp_path):
    """Nothing in such a column tells that it is text."""
    assert all(column.to_list() == [name] for column in reader(tmp_path, [name]))
