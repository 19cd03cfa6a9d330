"""A run on people and shots with odd names, in a folder whose name the terminal cannot print."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli import main
from bench.planning import datasets
from bench.settings.loading import from_toml
from faces import packed, testbed
from tests.bench.conftest import TINY
from tests.bench.test_own_data import NO_CONTROLS

PEOPLE = ("NA", "null", "1e5", "True", "001", "None", "-inf", '#x, "y"', "Zoé", "2024-01-02")
SHOTS = ("NA", "1e5", "007")
TWIN = {"VIS": "L\u00e9a", "NIR": "Le\u0301a"}  # one more person, whom two spellings divide
UNSEEN = 4
# What a reader of these tables has to be told; a new column belongs here or among packed.KINDS.
TEXT = {"attempt", "curve", "images", "line", "list", "metric", "other", "part", "probe",
        "protocol", "reason", "session", "sha256", "shot", "source", "spectrum", "subject",
        "training_shot", "training_subject"}  # fmt: skip


def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """Call `bench` where nothing but ASCII can be printed; what it prints is decoded as such."""
    plain = {"PYTHONIOENCODING": "ascii", "BENCH_OFFLINE": "1", "NO_COLOR": "1",
             "OMP_NUM_THREADS": "1", "COLUMNS": "160"}  # fmt: skip
    command = [sys.executable, "-m", "bench", *map(str, arguments)]
    done = subprocess.run(
        command, env=os.environ | plain | environment, capture_output=True, check=False, timeout=600
    )
    done.stdout, done.stderr = done.stdout.decode("ascii"), done.stderr.decode("ascii")
    return done


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """Return rendered people in the layout `folders`, people and some of the shots renamed."""
    root = tmp_path_factory.mktemp("odd") / "王"
    testbed.write(root, "folders", len(PEOPLE) + 1, vis_per_subject=(3, 3), nir_per_subject=(4, 4),
                  side_px=128)  # fmt: skip
    for spectrum in ("VIS", "NIR"):
        names = (*PEOPLE, TWIN[spectrum])
        for folder, name in zip(sorted((root / spectrum).iterdir()), names, strict=True):
            for path, shot in zip(sorted(folder.glob("*.*")), SHOTS, strict=False):
                path.rename(path.with_stem(shot))
            folder.rename(folder.with_name(name))
    return root


@pytest.fixture(scope="module")
def finished(tree, tmp_path_factory) -> Path:
    """Return the folder of a run that has ended well."""
    out = tmp_path_factory.mktemp("run") / "runs" / "王 [b]"
    values = {key: value for key, value in TINY.items() if not key.startswith("data.")}
    values |= NO_CONTROLS | {"variants": '["A"]', "quality.images": 10}
    values |= {"controls.nir_statistics": "false", "recognizer.nir_per_subject": "all"}
    values |= {"data.unseen_subjects": UNSEEN, "data.held_out_vis": 1, "data.held_out_nir": 1}
    assignments = [part for key, value in values.items() for part in ("--set", f"{key}={value}")]
    done = call("run-all", "--data", f"folders:{tree}", "--out", out, *assignments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rf"Report: {out.parent}{os.sep}\u738b [b]{os.sep}report.html" in done.stdout
    assert r"note: VIS/L\xe9a and NIR/Le\u0301a (other accents) look like one" in done.stdout
    return out


def test_everybody_takes_part_under_the_own_name(finished):
    stages = finished.parent / "stages"
    (split,) = stages.glob("split-*/split.csv")
    parts = packed.read_table(split)
    assert set(parts["subject"]) == set(PEOPLE)
    assert set(SHOTS) <= set(parts["shot"])
    tested = set(parts.loc[parts["part"] == "probe", "subject"])
    assert len(tested) == UNSEEN
    for name in ("outcomes", "confusions"):
        (file,) = stages.glob(f"score-real-0-*/{name}.csv")
        table = packed.read_table(file).query("protocol == 'unseen-subjects'")
        assert set(table["subject"]) <= tested
        assert set(table.get("other", tested)) <= tested
    (fakes,) = stages.glob("fakes-A-0-*")
    assert set(packed.read(fakes).index["subject"]) == set(PEOPLE) - tested


def test_the_data_set_that_the_run_keeps_is_the_one_that_was_read(finished):
    data = datasets.kept(from_toml(finished / "settings.toml"), finished)
    assert set(data.manifest.images["subject"]) == {*PEOPLE, *TWIN.values()}
    (aligned,) = (finished.parent / "stages").glob("align-data-*")
    settings = json.loads((aligned / "stage.json").read_text())["settings"]
    assert data.manifest.digest == settings["digest"]


def test_the_report_names_the_twin_beside_those_left_out(finished):
    data = json.loads((finished / "results.json").read_text(encoding="utf-8"))["data"]
    told = f"VIS/{TWIN['VIS']} and NIR/{TWIN['NIR']} (other accents) look like one person"
    (step,) = (step for step in data["funnel"] if step["step"] == "both kinds")
    assert step["note"].startswith(f"left out for want of a face in one spectrum: {TWIN['NIR']}, ")
    assert told in step["note"]
    assert sum(told in note for note in data["notes"]) == 1
    page = (finished / "report.html").read_text(encoding="utf-8")
    assert page.count(told) >= 2


def test_every_column_of_a_run_is_known_to_be_text_or_numbers(finished):
    tables = [*(finished.parent / "stages").glob("*/**/*.csv"), *finished.glob("*.csv")]
    heads = [packed.read_table(path).columns for path in tables
             if path.name not in ("losses.csv", "results.csv")]  # fmt: skip
    assert len(heads) > 20
    assert set().union(*heads) - set(packed.KINDS) == TEXT


def test_its_report_is_drawn_again_and_names_the_people(finished, tmp_path):
    run = tmp_path / "王"
    shutil.copytree(finished, run)
    done = call("report", run)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u738b" in done.stdout
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Zoé" in page
    assert page == (finished / "report.html").read_text(encoding="utf-8")


PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}  # ASCII, names of files too


@pytest.mark.parametrize("environment", [{}, PLAIN], ids=["output", "names, too"])
def test_an_error_is_one_line_in_any_encoding(environment, tree, tmp_path):
    done = call("doctor", "--data", f"folders:{tree}x", BENCH_CACHE=str(tmp_path), **environment)
    (line,) = done.stderr.splitlines()
    if environment:  # an honest word on what is amiss, and not that the name is no UTF-8
        assert r"\udce7\udc8e\udc8b" in line
        assert "PYTHONUTF8=1" in line
        assert done.returncode == 2
    else:
        assert r"\u738bx: no such folder" in line
        assert done.returncode == 3


def test_a_mistake_in_the_command_is_shown_in_any_encoding(tree):
    done = call("report", "there", tree, **PLAIN)
    assert done.returncode == 2
    assert "unexpected extra argument" in done.stderr
    assert r"\udce7\udc8e\udc8b" in done.stderr


def test_a_list_is_printed_in_any_encoding():
    done = call("list", "settings", **PLAIN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "data.path" in done.stdout


def test_doctor_looks_at_a_folder_that_cannot_be_printed(tree, tmp_path):
    done = call("doctor", "--data", f"folders:{tree}", "--sample", "1", "--out", tmp_path / "王")
    assert "Traceback" not in done.stderr
    assert r"\u738b" in done.stdout
    assert "refused" not in done.stdout
    assert f"{len(PEOPLE)} people, 1 in VIS alone, 1 in NIR alone" in done.stdout
    assert done.returncode in (0, 4)  # 4: weights of the preset are not there


@pytest.mark.parametrize(
    "arguments",
    [
        ("run-all", "--dry-run", "--out", "{folder}"),
        ("run-all", "--dry-run", "--data", "folders:{folder}"),
        ("doctor", "--data", "folders:{folder}"),
        ("report", "{folder}"),
        ("compare", "{folder}", "there"),
        ("{folder}",),
    ],
    ids=lambda arguments: " ".join(arguments[:3]),
)
def test_a_path_of_other_bytes_than_utf8_is_one_line(arguments, tmp_path, monkeypatch, capsys):
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/\xe9")
    monkeypatch.setattr(sys, "argv", ["bench", *(word.format(folder=folder) for word in arguments)])
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # leaves the test run's own alone
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert r"\udce9" in shown.splitlines()[-1]
    assert "Traceback" not in shown
