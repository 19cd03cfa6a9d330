"""Tables written and read again: text is as it was written, numbers are equal to the last bit."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from faces.common import tables
from tests.odd_names import ODD, odd_names

KINDS = {"number": "number", "whole": "whole", "truth": "truth", "some": "whole or none"}
ROWS = 5
CELLS = {
    "number": arrays.arrays(np.float64, ROWS),
    "whole": arrays.arrays(np.int64, ROWS),
    "truth": arrays.arrays(bool, ROWS),
    "some": st.lists(
        st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=ROWS, max_size=ROWS
    ).map(lambda values: pd.array(values, dtype="Int64")),
    "text": st.lists(st.sampled_from(odd_names(1000)), min_size=ROWS, max_size=ROWS),
}


def written(path, table: pd.DataFrame):
    path.write_bytes(tables.csv_of(table).encode())
    return path


@given(st.fixed_dictionaries(CELLS))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_columns_of_every_kind_come_back(tmp_path, cells):
    read = tables.read(written(tmp_path / "t.csv", pd.DataFrame(cells)), KINDS)
    assert {name: str(read[name].dtype) for name in KINDS} == {
        name: tables.KINDS[kind] for name, kind in KINDS.items()
    }
    assert read["text"].to_list() == cells["text"]
    numbers = read["number"].to_numpy()
    there = ~np.isnan(cells["number"])
    assert (there == ~np.isnan(numbers)).all()
    assert (numbers.view(np.int64) == cells["number"].view(np.int64))[there].all()  # -0 is not 0
    for name in ("whole", "truth"):
        np.testing.assert_array_equal(read[name], cells[name])
    assert read["some"].equals(pd.Series(cells["some"]))


@pytest.mark.parametrize("name", ODD)
def test_a_column_of_one_name_comes_back_alone_and_beside_others(name, tmp_path):
    """A column of one name, above all of an empty one, would be guessed to be no text at all."""
    for table in (pd.DataFrame({"a": [name] * 3}), pd.DataFrame({"a": [name, "x"], "b": ["", ""]})):
        read = tables.read(written(tmp_path / "t.csv", table), {})
        assert read.to_dict("list") == table.to_dict("list")
        assert all(isinstance(cell, str) for cell in read.to_numpy().ravel())


def test_what_is_written_is_csv_as_another_reader_understands_it():
    names = odd_names(1000)
    text = tables.csv_of(pd.DataFrame({"a": names, "b": names[::-1]}))
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert head == ["a", "b"]
    assert rows == [list(row) for row in zip(names, names[::-1], strict=True)]


def test_missing_text_is_empty_and_a_missing_number_nan(tmp_path):
    table = pd.DataFrame({"a": ["x", None], "number": [None, 0.1]}, dtype=object)
    read = tables.read(written(tmp_path / "t.csv", table), KINDS)
    assert read["a"].to_list() == ["x", ""]
    assert np.isnan(read["number"][0])
    assert read["number"][1] == 0.1


def test_a_table_without_rows_keeps_its_kinds(tmp_path):
    read = tables.read(written(tmp_path / "t.csv", pd.DataFrame(columns=["a", *KINDS])), KINDS)
    assert read.empty
    assert all(read[name].dtype == tables.KINDS[kind] for name, kind in KINDS.items())
    assert pd.api.types.is_string_dtype(read["a"]) or read["a"].dtype == object


@pytest.mark.parametrize("kind", ["number", "whole", "truth", "whole or none"])
@pytest.mark.parametrize("cell", ["NA", "1,0", "x", "None"])
def test_a_cell_of_another_kind_is_an_error_and_not_missing(kind, cell, tmp_path):
    path = written(tmp_path / "t.csv", pd.DataFrame({"a": ["1", cell]}))
    with pytest.raises(ValueError, match=r".+"):
        tables.read(path, {"a": kind})


def test_a_byte_order_mark_and_other_line_ends_make_no_difference(tmp_path):
    """Spreadsheets add both when they save a table."""
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfa,number\r\nNA,1\r\n001,\r\n")
    read = tables.read(tmp_path / "t.csv", KINDS)
    assert read["a"].to_list() == ["NA", "001"]
    np.testing.assert_array_equal(read["number"], [1.0, np.nan])
