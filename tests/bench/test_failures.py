"""Tests a run in which two of three translators diverge: the report is made from the third."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.bench.conftest import start

DIVERGING = Path(__file__).parents[1] / "generators" / "data" / "diverging.py"
PLAIN = {"controls__sets": "[]", "controls__nir_curve": "[]", "controls__fakes_curve": "[]"}


@pytest.fixture(scope="module")
def failed(tmp_path_factory) -> tuple[Path, int, str]:
    """Return the run's folder, its exit code, and its output."""
    folder = tmp_path_factory.mktemp("failed")
    other = folder / "wilder.py"
    other.write_text(DIVERGING.read_text().replace('name="wild"', 'name="wilder"'))
    out = folder / "runs" / "failed"
    process = start(out, variants=f'["{DIVERGING}", "B", "{other}"]', **PLAIN)
    text, _ = process.communicate(timeout=600)
    return out, process.returncode, text


def test_the_exit_code_and_the_last_line_tell_of_the_failure(failed):
    out, code, text = failed
    assert code == 5, text
    lines = text.strip().splitlines()
    assert any(line.endswith(f"Report: {out / 'report.html'}") for line in lines)
    assert lines[-1].startswith("bench: training of ")
    assert "not finite at step 5" in lines[-1]
    assert "Traceback" not in text


def test_the_report_rests_on_the_third(failed):
    out, _, _ = failed
    results = json.loads((out / "results.json").read_text())
    trained = {row["training_set"] for row in results["recognition"]}
    assert {name for name in trained if "@" not in name} == {
        "real", "untuned", "real+B", "real+oracle", "dlib-face"
    }  # fmt: skip
    assert "wild" not in {row["images"] for row in results["quality"]}
    assert [path.name for path in (out / "generators").iterdir()] == ["B-0.safetensors"]
    headline = results["answer"]["headline"]
    assert headline.endswith(
        "Two of three translators failed (wild at step 5, wilder at step 5): "
        "this report rests on B."
    )


def test_failures_are_rows(failed):
    out, _, _ = failed
    rows = json.loads((out / "results.json").read_text())["failures"]
    assert [(row["name"], row["step"]) for row in rows] == [("wild", 5), ("wilder", 5)]
    assert all("score:real+wild" in " ".join(row["stopped"]) for row in rows)
    cells = pd.read_csv(out / "tables" / "failed_stages.csv")
    assert {"translator:wild:0", "translator:wilder:0"} == set(cells["row"])
    assert 'id="failed"' in (out / "report.html").read_text()


def test_the_same_command_tries_again_and_makes_nothing_else(failed):
    out, _, _ = failed
    other = out.parent.parent / "wilder.py"
    process = start(out, variants=f'["{DIVERGING}", "B", "{other}"]', **PLAIN)
    text, _ = process.communicate(timeout=600)
    assert process.returncode == 5, text
    stages = json.loads((out / "results.json").read_text())["stages"]
    assert all(stage["cached"] for stage in stages)
