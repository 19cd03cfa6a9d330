"""The command line as a person meets it: exit codes, one-line errors, plans that write nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import plan as plans
from bench import settings as loading
from bench.cli import COMMANDS, SUMMARIES
from bench.engine import every_stage

HEAVY = {"torch", "torchvision", "pandas", "matplotlib", "dlib", "skimage", "pydantic"}


def bench(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", "from bench.cli import main; main()", *arguments],
        cwd=cwd,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "200"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


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
        (["run-all", "--seeds", "0,x"], 2, "--seeds 0,x"),
        (["run-all", "--config", "nowhere.toml"], 2, "nowhere.toml"),
        (["run-all", "--data", "casia:/nowhere"], 3, "casia"),
        (["run-all", "--data", "nothing"], 2, "data.name"),
        (["run-all", "--variants", "Z"], 2, "Z"),
        (["run-all", "--out", "/dev/null/x"], 2, "/dev/null/x"),
        (["report", "nowhere"], 2, "nowhere"),
        (["fetch", "nothing"], 2, "nothing"),
        (["list", "presets"], 0, "demo"),
        (["list", "variants"], 0, "perceptual"),
        (["list", "weights"], 0, "dlib-face"),
        (["list", "settings"], 0, "generator.steps"),
    ],
)  # fmt: skip
def test_exit_codes_and_words(arguments, code, words, tmp_path):
    done = bench(*arguments, cwd=tmp_path, BENCH_CACHE=str(tmp_path / "cache"))
    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if code:
        assert len([line for line in done.stderr.splitlines() if line.startswith("bench:")]) <= 1


@pytest.mark.parametrize("preset", loading.preset_names())
def test_a_dry_run_prints_every_stage_and_writes_nothing(preset, tmp_path):
    done = bench("run-all", "--preset", preset, "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    stages = every_stage(plans.sketch(loading.load(preset)).targets())
    assert all(stage.key in done.stdout for stage in stages)
    assert not list(tmp_path.iterdir())


def test_a_missing_weight_is_told_before_anything_is_made(tmp_path):
    done = bench(
        "run-all", "--set", "recognizer.weights=casia-webface",
        cwd=tmp_path, BENCH_CACHE=str(tmp_path / "cache"), BENCH_OFFLINE="1",
    )  # fmt: skip
    assert done.returncode == 4
    assert not list((tmp_path / "runs" / "stages").iterdir())


def test_debug_shows_where(tmp_path):
    done = bench("--debug", "run-all", "--preset", "nothing", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" in done.stderr
