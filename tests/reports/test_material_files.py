"""A run's material written and read: equal, the same bytes, and damage is told."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from faces.common.errors import TamperedError
from faces.packed import Packed
from reports.material import Amount, Material, Training, TrainingSet
from reports.material_files import INDEX, TABLES, load_material, save_material
from reports.summary import summarise
from reports.table_files import read_table, write_table

ODD = ("007", "NA", "", "nan", "1e5", "<script>alert(1)</script>", 'a "b", c', "\\N", "\\", "\r\n")
NOTHING = Material(
    provenance={},
    training_sets=(TrainingSet("real", "baseline", ""),),
    outcomes=pd.DataFrame(columns=["training_set", "seed", "probe", "value"]),
    curves=pd.DataFrame(),
    quality=pd.DataFrame({"images": pd.Series(dtype=str), "n": pd.Series(dtype=int)}),
)


def equal_tables(a: pd.DataFrame, b: pd.DataFrame) -> None:
    """Columns and values alike; of an empty column nobody can tell the type."""
    pd.testing.assert_frame_equal(
        a.reset_index(drop=True), b.reset_index(drop=True), check_dtype=False,
        check_index_type=False, check_column_type=False, check_exact=True,
    )  # fmt: skip


def equal_packed(a: Packed | None, b: Packed | None) -> None:
    assert (a is None) == (b is None)
    if a is not None:
        assert a.images.dtype == b.images.dtype == np.uint8
        np.testing.assert_array_equal(a.images, b.images)
        equal_tables(a.index, b.index)


def equal(a: Material, b: Material) -> None:
    assert a.provenance == b.provenance
    assert a.training_sets == b.training_sets
    for name in TABLES:
        equal_tables(getattr(a, name), getattr(b, name))
    for networks in ("generators", "recognizers"):
        for one, other in zip(getattr(a, networks), getattr(b, networks), strict=True):
            assert (one.name, one.seed, one.terms) == (other.name, other.seed, other.terms)
            equal_tables(one.losses, other.losses)
            equal_packed(one.samples, other.samples)
    for one, other in zip(a.grids, b.grids, strict=True):
        assert replace(one, columns={}) == replace(other, columns={})
        assert list(one.columns) == list(other.columns)
        for name in one.columns:
            equal_packed(one.columns[name], other.columns[name])


def contents(folder) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def full(make_material) -> Material:
    """Two seeds, two folds, confusions, amounts, and everything that a name may hold."""
    made = make_material(seeds=(0, 1), folds=(1, 2), subjects=10)
    count = len(ODD)
    confusions = pd.DataFrame(
        {"training_set": "real", "seed": 0, "probe": ODD, "subject": ODD[::-1], "other": ODD,
         "genuine": np.linspace(-1, 1, count), "impostor": [np.nan] * count,
         "fold": pd.array([1, None] * (count // 2), dtype="Int64")}
    )  # fmt: skip
    amount = Amount("all", 40, 320, 400, "A<b>")
    of_curve = TrainingSet("007", "curve", ODD[5], amount=amount, moved_by=("fine-tuning", "a"))
    sets = (*made.training_sets, of_curve, TrainingSet("008", "untuned", "", moved_by=()))
    quality = made.quality.assign(ci_low=np.nan, ci_high=[*[np.nan] * (len(made.quality) - 1), 0.1])
    return replace(made, confusions=confusions, training_sets=sets, quality=quality)


@pytest.fixture(scope="module")
def stored(full, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored") / "material"
    save_material(full, folder)
    return folder


def test_material_comes_back_as_it_was(full, stored):
    equal(load_material(stored), full)


def test_material_without_anything_comes_back_too(tmp_path):
    save_material(NOTHING, tmp_path / "material")
    equal(load_material(tmp_path / "material"), NOTHING)


def test_the_same_material_gives_the_same_bytes_also_where_something_stood(full, stored, tmp_path):
    save_material(NOTHING, tmp_path / "material")
    save_material(full, tmp_path / "material")
    assert contents(tmp_path / "material") == contents(stored)
    assert os.listdir(tmp_path) == ["material"]


def test_numbers_of_what_was_read_are_those_of_what_was_written(full, stored):
    first, second = (
        summarise(material, resamples=20) for material in (full, load_material(stored))
    )
    assert first.means == second.means
    assert first.comparisons == second.comparisons


def test_a_byte_changed_or_a_file_missing_is_told(stored, tmp_path):
    copy = shutil.copytree(stored, tmp_path / "material")
    files = [path for path in sorted(copy.rglob("*")) if path.is_file() and path.name != INDEX]
    assert len(files) > 20
    for path in files[::3]:
        whole = path.read_bytes()
        content = bytearray(whole)
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        with pytest.raises(TamperedError, match=f"{path.name}: missing or changed; delete"):
            load_material(copy)
        path.unlink()
        with pytest.raises(TamperedError, match=f"{path.name}: missing or changed; delete"):
            load_material(copy)
        path.write_bytes(whole)
    load_material(copy)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "{", '{"schema": 1}', '{"schema": 1, "files": 3}', '{"schema": 99}', "null"],
)
def test_a_broken_description_is_told_in_one_line(stored, tmp_path, text):
    copy = shutil.copytree(stored, tmp_path / "material")
    (copy / INDEX).write_text(text)
    with pytest.raises(TamperedError) as caught:
        load_material(copy)
    assert str(copy) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_material_of_earlier_runs_calls_the_external_recognizer_otherwise(full, stored, tmp_path):
    copy = shutil.copytree(stored, tmp_path / "material")
    content = json.loads((copy / INDEX).read_text())
    for row in content["training_sets"]:
        row["role"] = row["role"].replace("external", "reference")
    (copy / INDEX).write_text(json.dumps(content))
    equal(load_material(copy), full)


def test_keys_that_are_missing_are_told(stored, tmp_path):
    copy = shutil.copytree(stored, tmp_path / "material")
    content = json.loads((stored / INDEX).read_text())
    for key in content.keys() - {"metrics"}:
        kept = {name: value for name, value in content.items() if name != key}
        (copy / INDEX).write_text(json.dumps(kept))
        with pytest.raises(TamperedError):
            load_material(copy)


def test_material_of_earlier_runs_has_no_records_of_metrics(full, stored, tmp_path):
    copy = shutil.copytree(stored, tmp_path / "material")
    content = json.loads((copy / INDEX).read_text())
    del content["metrics"]
    (copy / INDEX).write_text(json.dumps(content))
    equal(load_material(copy), replace(full, metrics=()))


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
COLUMNS = {
    "text": st.lists(TEXT | st.sampled_from(ODD) | st.none(), min_size=4, max_size=4),
    "number": arrays.arrays(float, 4),
    "small": arrays.arrays(np.float32, 4),
    "whole": arrays.arrays(np.int64, 4),
    "truth": arrays.arrays(bool, 4),
    "whole or none": st.lists(st.integers(0, 2**53) | st.none(), min_size=4, max_size=4).map(
        lambda values: pd.array(values, dtype="Int64")
    ),
}


@given(st.fixed_dictionaries(COLUMNS), st.sets(st.sampled_from(list(COLUMNS)), min_size=1))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_table_comes_back(tmp_path, values, chosen):
    table = pd.DataFrame({name: values[name] for name in COLUMNS if name in chosen})
    kinds = write_table(tmp_path / "table.csv.gz", table)
    equal_tables(read_table(tmp_path / "table.csv.gz", kinds), table)


def test_a_table_of_other_columns_is_refused(tmp_path):
    kinds = write_table(tmp_path / "table.csv.gz", pd.DataFrame({"a": [1], "b": ["x"]}))
    with pytest.raises(ValueError, match=r"columns|converters|dtype"):
        read_table(tmp_path / "table.csv.gz", {"b": kinds["b"], "a": kinds["a"]})


def test_losses_without_samples_need_no_folder(tmp_path):
    losses = pd.DataFrame({"step": [1, 2], "loss": [0.1, 1 / 3]})
    material = replace(NOTHING, recognizers=(Training("real", 0, losses),))
    save_material(material, tmp_path / "material")
    equal(load_material(tmp_path / "material"), material)
