"""The command line as a person meets it: exit codes, one-line errors, plans that write nothing."""

import errno
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.cli import COMMANDS, SUMMARIES, Terminated, main
from bench.planning import plan as plans
from bench.running.engine import every_stage
from bench.settings import loading
from tests.bench.conftest import TINY

HEAVY = {"torch", "torchvision", "pandas", "matplotlib", "dlib", "skimage", "pydantic"}


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def bench(monkeypatch, capsys, tmp_path):
    """Call the command in an empty folder, with an empty cache and no network."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "BENCH_CACHE": str(tmp_path / "cache"),
        "BENCH_OFFLINE": "1",
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["bench", *arguments])
        monkeypatch.setattr(signal, "signal", lambda *_: None)  # leaves the test run's own alone
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


def test_help_needs_no_heavy_import():
    code = "import sys, bench.cli; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert not HEAVY & set(loaded.split())


def test_every_command_has_a_summary():
    assert set(COMMANDS) == set(SUMMARIES)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--help"], 0, "Commands:"),
        (["run-all", "--help"], 0, "--dry-run"),
        (["--version"], 0, "bench"),
        (["run-al"], 2, "No such command"),
        (["run-all", "--presets", "demo"], 2, "--preset"),
        (["run-all", "--preset", "dmeo"], 2, "did you mean demo"),
        (["run-all", "--set", "generator.wdith=3"], 2, "did you mean generator.width"),
        (["run-all", "--set", "recogniser.steps=3"], 2, "did you mean recognizer?"),
        (["run-all", "--variants", ""], 2, "variant '' is not known"),
        (["run-all", "--seeds", "0,x"], 2, "--seeds 0,x"),
        (["report", "nowhere"], 2, "nowhere: no such folder"),
        (["run-all", "--config", "nowhere.toml"], 2, "nowhere.toml"),
        (["run-all", "--data", "casia:/nowhere"], 3, "/nowhere"),
        (["run-all", "--data", "nothing"], 2, "data.name"),
        (["run-all", "--data", "casia"], 2, "--data casia:PATH"),
        (["run-all", "--preset", "paper"], 2, "--data casia:PATH"),
        (["run-all", "--fold", "x"], 2, "--fold x"),
        (["run-all", "--variants", "Z"], 2, "Z"),
        (["run-all", "--variants", "A,nowhere.py"], 2, "nowhere.py"),
        (["run-all", "--variants", "C"], 4, "vgg16-hed"),
        (["run-all", "--out", "/dev/null/x"], 2, "/dev/null/x"),
        (["run-all", "--device", "tpu9"], 2, "device tpu9"),
        (["run-all", "--seeds", "-1"], 2, "seeds"),
        (["run-all", "--set", "controls.sets=[grye]"], 2, "controls.sets"),
        (["run-all", "--set", "controls.sets=['grye']"], 2, "did you mean grey"),
        (["report", "nowhere"], 2, "nowhere"),
        (["fetch", "nothing"], 2, "nothing"),
        (["list", "presets"], 0, "demo"),
        (["list", "variants"], 0, "perceptual"),
        (["list", "controls"], 0, "real-twice"),
        (["list", "metrics"], 0, "perceptual_lite0"),
        (["list", "weights"], 0, "dlib-face"),
        (["list", "settings"], 0, "generator.steps"),
        (["list", "settings"], 0, "C.perceptual_weight"),
    ],
)  # fmt: skip
def test_exit_codes_and_words(bench, arguments, code, words):
    done = bench(*arguments)
    assert done.code == code, done.err
    assert words in done.out + done.err
    assert "Traceback" not in done.err
    assert len([line for line in done.err.splitlines() if line.startswith("bench:")]) <= 1


def test_a_dry_run_prints_every_stage_and_what_to_expect_and_writes_nothing(bench, tmp_path):
    tiny = [f"{key}={value}" for key, value in TINY.items()]
    done = bench(
        "run-all", "--dry-run", *(part for assignment in tiny for part in ("--set", assignment))
    )
    assert done.code == 0, done.err
    settings = loading.load("demo", assignments=tiny)
    plan = plans.build(settings, None, Path())
    assert all(stage.key in done.out for stage in every_stage(plan.targets()))
    for timed in ("translator A", "recognizer", "pretrain"):
        assert re.search(rf"^{timed}: [\d,]+ ms a step", done.out, re.MULTILINE)
    assert re.search(r"^About \d+:\d\d here", done.out, re.MULTILINE)
    assert re.search(r"^About [\d.]+ [kMG]B of disk", done.out, re.MULTILINE)
    assert not list(tmp_path.iterdir())


def test_a_missing_weight_is_told_before_anything_is_made(bench, tmp_path):
    done = bench("run-all", "--set", "recognizer.weights=casia-webface")
    assert done.code == 4
    assert "weight" in done.err
    assert not list((tmp_path / "runs" / "stages").iterdir())


def test_debug_shows_where(bench):
    done = bench("--debug", "run-all", "--preset", "nothing")
    assert done.code == 2
    assert "Traceback" in done.err


@pytest.mark.parametrize(
    "number",
    [errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE],
)
def test_an_error_of_a_disk_is_no_bug(bench, monkeypatch, number):
    def fail(*_):
        raise OSError(number, os.strerror(number), "/the/file")

    monkeypatch.setattr("bench.settings.loading.load", fail)
    done = bench("run-all")
    assert done.code == 2
    assert re.fullmatch(r"bench: /the/file: [^;]+; [^;]+\n", done.err)
    assert "bug" not in done.err


def test_a_bug_is_called_a_bug(bench, monkeypatch):
    monkeypatch.setattr("bench.settings.loading.load", lambda *_: 1 / 0)
    done = bench("run-all")
    assert done.code == 1
    assert "ZeroDivisionError" in done.err
    assert "bug" in done.err


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt, 130), (Terminated, 143)])
def test_an_interruption_says_how_to_go_on(bench, monkeypatch, raised, code):
    def interrupt(*_):
        raise raised

    monkeypatch.setattr("bench.settings.loading.load", interrupt)
    done = bench("run-all")
    assert done.code == code
    assert "Run the same command again" in done.err
