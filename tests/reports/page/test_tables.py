"""Tables on the page and on paper: what rows are sorted by, and LaTeX that compiles."""

import re
import shutil
import subprocess

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.tables.formats import Table, cells_frame, latex, tex, write_formats
from reports.tables.sorting import number_of, numeric, sort_values
from reports.words import MINUS, duration, interval, number, p_value
from tests.metric_records import record

NASTY = "\\ { } $ & % # _ ~ ^ < > | [a] * é ß 中 \N{MINUS SIGN}1 \N{PLUS-MINUS SIGN} × ≤ ≥ → ↑ ↓ Δ"
NASTY += " \N{EM DASH} \N{EN DASH} “quoted” ’ · ≈ \N{NO-BREAK SPACE} \t tab `"


@given(st.floats(-2, 2), st.sampled_from(["rank1", "auc", "psnr"]), st.booleans())
def test_the_number_of_a_cell_is_the_one_printed(value, name, signed):
    printed = number(value, record(name), signed=signed)
    wanted = float(printed.replace(MINUS, "-"))
    assert number_of(f"{printed} {interval(-1, 1, record(name))}") == wanted
    assert number_of(f"{printed} %") == wanted


@given(st.integers(0, 10**12))
def test_thousands_are_read_as_written(count):
    assert number_of(f"{count:,}") == count


@given(st.floats(0, 10**6))
def test_durations_are_read_in_seconds(seconds):
    tick = 0.051 if seconds < 10 else 1.0 if seconds < 3600 else 60.0
    assert abs(number_of(duration(seconds)) - seconds) <= tick


@pytest.mark.parametrize("p", [0.0001, 0.05, 0.5])
def test_a_bound_sorts_as_its_number(p):
    assert number_of(p_value(p)) == pytest.approx(max(p, 0.001))
    assert number_of(f"p {p_value(p)}") == pytest.approx(max(p, 0.001))


@pytest.mark.parametrize("text", ["", "–", "77ab2", "3.12.4", "n. a.", "s2/VIS/1", "1-2", "A 1b"])
def test_what_is_no_number_is_none(text):
    assert number_of(text) is None


def test_a_column_is_numeric_where_every_cell_is_a_number_or_says_there_is_none():
    rows = [
        (("1",), ("37.9 [1, 2]", "p 0.1"), ("–",), ("1",), ("",)),
        (("2",), ("–",), ("–",), ("2b",), ("4 s",)),
        (("3",), (f"{MINUS}0.5",), ("",), ("3",), ()),
    ]
    table = Table("t", tuple("abcde"), tuple(rows))
    values = sort_values(table)
    assert [row[1] for row in values] == [37.9, None, -0.5]
    assert [row[4] for row in values] == [None, 4.0, None]
    assert numeric(table, values) == [False, True, False, False, True]


@pytest.mark.parametrize("rows", [(), ((("a",), ("b",)),)])
def test_a_table_without_rows_or_without_numbers_has_no_numeric_column(rows):
    table = Table("t", ("a", "b"), rows)
    assert numeric(table, sort_values(table)) == [False, False]


def nasty() -> Table:
    cells = ((NASTY, NASTY), ("[1, 2]",), ("* 5",), (NASTY,))
    return Table(f"T {NASTY}", (NASTY, "[n]", "*", "x"), (cells, cells), f"A note. {NASTY}")


def test_latex_is_ascii_and_known_signs_are_commands():
    assert tex(NASTY).isascii()
    assert tex("é ß 中 ≤ ñ") == r"\'e ? ? $\leq$ n"
    assert latex(nasty()).isascii()


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex (texlive-latex-base)")
def test_latex_compiles_without_any_package(tmp_path):
    body = latex(nasty())
    (tmp_path / "t.tex").write_text(
        rf"\documentclass{{article}}\begin{{document}}{body}\end{{document}}"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    log = done.stdout.decode(errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert not re.search(r"^!|Missing character|undefined", log, re.MULTILINE)


def test_written_tables_name_their_files(tmp_path):
    numbers = pd.DataFrame({"a": [1]})
    (found,) = write_formats(tmp_path / "accuracy", [nasty()], numbers)
    assert found.data == tuple(
        f"{tmp_path.name}/accuracy.{ending}" for ending in ("csv", "md", "tex")
    )
    assert all((tmp_path.parent / name).stat().st_size for name in found.data)


def test_every_cell_of_a_table_of_words_is_a_row_of_its_frame():
    table = nasty()
    found = cells_frame([table, table])
    assert len(found) == 2 * 2 * 3
    assert set(found["table"]) == {table.title}
    assert set(found["row"]) == {f"{NASTY}; {NASTY}"}
    assert found["column"].tolist()[:3] == list(table.header[1:])
    assert found["value"].tolist()[:3] == ["[1, 2]", "* 5", NASTY]
    assert list(cells_frame([]).columns) == ["table", "row", "column", "value"]
