"""`bench report` and `bench compare` from a run's `material/` alone: no torch, no stages."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from bench.commands import compare, report
from faces.common.errors import MissingError, TamperedError, UsageError
from reports.material_files import load_material, save_material
from tests.reports.conftest import PROVENANCE, SETS, made_material

# Runs `bench` where torch cannot be imported.
WITHOUT_TORCH = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "torchvision", "dlib", "generators", "recognizer"):
            raise ImportError(f"{name} is not wanted here")

sys.meta_path.insert(0, Refuse())
from bench.cli import main
main()
"""


def bench(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
    )


def settings(steps: int, **data) -> dict:
    return {"data": {"name": "synthetic", "population": 0} | data, "generator": {"steps": steps}}


def a_run(folder: Path, steps: int, **data) -> Path:
    """Write the folder of a small run, like one that was copied from another machine."""
    provenance = PROVENANCE | {"settings": settings(steps, **data)}
    stage = {"name": "align:data", "key": str(data), "seconds": 1, "cached": False}
    provenance |= {"stages": [stage]}
    made = made_material(sets=SETS[:2], subjects=6, images=False, trainings=False)
    save_material(replace(made, provenance=provenance), folder / "material")
    (folder / "settings.toml").write_text(f"[generator]\nsteps = {steps}\n")
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    here = tmp_path_factory.mktemp("runs")
    a_run(here / "short", 800)
    a_run(here / "long", 1600)
    return here


def test_the_report_is_drawn_from_the_material_alone(runs, tmp_path):
    copy = shutil.copytree(runs / "short", tmp_path / "copy")
    (copy / "tables").mkdir()
    (copy / "tables" / "stale.csv").write_text("")
    done = bench("report", "copy", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Report: copy/report.html\n"
    found = json.loads((copy / "results.json").read_text())
    outcomes = load_material(copy / "material").outcomes
    means = outcomes.groupby(["training_set", "protocol", "metric"])["value"].mean()
    assert len(found["recognition"]) == len(means)
    for row in found["recognition"]:
        key = row["training_set"], row["protocol"], row["metric"]
        assert row["value"] == pytest.approx(means[key])
    assert not (copy / "tables" / "stale.csv").exists()
    assert (copy / "report.html").stat().st_size


def test_a_damaged_file_is_told_in_one_line(runs, tmp_path):
    copy = shutil.copytree(runs / "short", tmp_path / "copy")
    (copy / "material" / "outcomes.csv.gz").write_bytes(b"")
    for arguments in (("report", "copy"), ("compare", "copy", runs / "long")):
        done = bench(*arguments, cwd=tmp_path)
        assert done.returncode == TamperedError.exit_code
        assert "outcomes.csv.gz: missing or changed" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_without_material_and_torch_the_missing_package_is_named(runs, tmp_path):
    copy = shutil.copytree(runs / "short", tmp_path / "copy")
    shutil.rmtree(copy / "material")
    done = bench("report", "copy", cwd=tmp_path)
    assert done.returncode == MissingError.exit_code
    assert "copy/material: not there" in done.stderr
    assert "a package is missing" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_run_that_cannot_be_written_says_what_to_copy(runs, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("bench.commands.report.draw", refuse)
    with pytest.raises(UsageError, match=r"cannot be written \(Read-only.*copy .*material"):
        report.report.callback(runs / "short")


def test_two_runs_are_compared_without_torch(runs, tmp_path):
    done = bench("compare", runs / "short", runs / "long", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "long differs from short in generator.steps (800" in done.stdout
    assert "Comparison: out/compare.html" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "compare.html", "compare.csv", "compare.md", "compare.tex"
    }  # fmt: skip
    table = pd.read_csv(tmp_path / "out" / "compare.csv")
    assert set(table["kind"]) == {"mean", "quality", "difference"}


def test_without_a_folder_it_is_named_after_the_runs(runs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    compare.compare.callback((runs / "short", runs / "long"), None)
    assert (tmp_path / "runs" / "compare-short-long" / "compare.html").exists()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "two runs or more"),
        (["short"], "two runs or more"),
        (["short", "nowhere"], "nowhere: no such folder"),
        (["short", "short"], "named twice"),
        (["short", "../{here}/short"], "named twice"),
        (["short", "empty"], "not a run's folder"),
        (["short", "old"], "bench report"),
    ],
)
def test_a_mistake_is_told_in_one_line(runs, names, words, monkeypatch):
    monkeypatch.chdir(runs)
    for name in ("empty", "old"):
        (runs / name).mkdir(exist_ok=True)
    (runs / "old" / "settings.toml").touch()
    paths = tuple(Path(name.format(here=runs.name)) for name in names)
    with pytest.raises(UsageError, match=words) as caught:
        compare.compare.callback(paths, None)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_told(runs, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        compare.compare.callback((runs / "short", runs / "long"), tmp_path / "file" / "out")


def test_runs_called_alike_are_told_apart_by_their_path(runs, tmp_path):
    other = shutil.copytree(runs / "short", tmp_path / "short")
    names = compare._names_of((runs / "short", other))
    assert len(set(names.values())) == 2
