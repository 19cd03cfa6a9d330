"""Tests what the page, the answer and the tables say of stages that failed."""

from dataclasses import replace

import pandas as pd
import pytest

from reports.answer.failures import failure_sentences
from reports.answer.sentences import answer
from reports.build import build
from reports.summary import summarise
from reports.tables.failures import MOST_NAMED, failure_tables


@pytest.fixture(scope="module")
def three_material(make_material):
    return make_material(seeds=(0,))


def failure(name="A", kind="translator", step: int | None = 40, stopped=("fakes:A:0",)):
    return {"stage": f"{kind}:{name}:0", "kind": kind, "name": name, "seed": 0, "step": step,
            "reason": "loss <b> is not finite", "stopped": list(stopped)}  # fmt: skip


def failed(material, *rows, **settings):
    provenance = material.provenance | {"failures": list(rows), "settings": settings}
    return replace(material, provenance=provenance)


def test_nothing_is_said_where_nothing_failed(three_material):
    assert failure_sentences(summarise(three_material), three_material.provenance) == []
    assert failure_tables(three_material.provenance) == ()


def test_the_answer_ends_with_what_it_rests_on(three_material):
    rows = (failure("X"), failure("Y", step=None))
    made = failed(three_material, *rows, variants=["X", "Y", "A"], seeds=[0])
    headline = answer(summarise(made), made.provenance).headline
    assert "Two of three translators failed (X at step 40, Y): this report rests on " in headline


def test_with_several_seeds_the_seed_is_named(three_material):
    made = failed(three_material, failure("X"), variants=["X", "A", "B"], seeds=[0, 1])
    (sentence,) = failure_sentences(summarise(made), made.provenance)
    assert sentence.startswith("One of three translators failed (X of seed 0 at step 40)")


def test_other_stages_are_named(three_material):
    rows = [failure(str(n), "score") for n in range(5)]
    made = failed(three_material, *rows)
    (sentence,) = failure_sentences(summarise(made), made.provenance)
    assert "score:0:0, score:1:0 and score:2:0 and 2 more" in sentence


@pytest.mark.parametrize("count", [0, 1, MOST_NAMED, MOST_NAMED + 3])
def test_a_long_list_of_stopped_stages_is_cut_with_its_count(count):
    (table,) = failure_tables({"failures": [failure(stopped=[f"s{n}" for n in range(count)])]})
    (cell,) = table.rows[0][3]
    assert ("and 3 more" in cell) == (count > MOST_NAMED)
    assert (cell == "\N{EN DASH}") == (count == 0)


def test_the_page_shows_failures_escaped_and_the_files_hold_them(three_material, tmp_path):
    build(failed(three_material, failure("X")), tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert 'id="failed"' in page
    assert "loss &lt;b&gt; is not finite" in page
    cells = pd.read_csv(tmp_path / "tables" / "failed_stages.csv")
    assert "loss <b> is not finite" in set(cells["value"])
    build(three_material, tmp_path / "without")
    assert 'id="failed"' not in (tmp_path / "without" / "report.html").read_text()
    assert not (tmp_path / "without" / "tables" / "failed_stages.csv").exists()
