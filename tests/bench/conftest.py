"""A whole run at the smallest scale that exercises every stage."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

TINY = {
    "variants": '["A", "B"]',
    "data.subjects": 14,
    "data.unseen_subjects": 6,
    "data.vis_per_subject": 5,
    "data.nir_per_subject": 6,
    "data.render_side_px": 128,
    "generator.steps": 12,
    "generator.side_px": 32,
    "generator.width": 8,
    "generator.blocks": 1,
    "generator.checkpoint_every_steps": 3,
    "generator.sample_every_steps": 4,
    "pretrain.subjects": 4,
    "pretrain.images_per_subject": 4,
    "pretrain.steps": 3,
    "pretrain.batch": 8,
    "pretrain.checkpoint_every_steps": 1,
    "recognizer.steps": 3,
    "recognizer.batch": 8,
    "recognizer.checkpoint_every_steps": 1,
    "recognizer.gallery_draws": 2,
    "quality.images": 20,
    "controls.sets": '["twice", "shuffled", "alone"]',
    "controls.nir_curve": "[0, 1]",
    "controls.fakes_curve": "[0.5]",
}


def start(
    out: Path,
    *arguments: str,
    offline: bool = True,
    environment: Mapping[str, str] | None = None,
    become: Callable[[], None] | None = None,
    **settings: object,
) -> subprocess.Popen:
    """Start a tiny `bench run-all`, as a process of its own process group.

    Offline, with an empty cache, weights come from installed packages; C needs one that is not.
    `become` is called in the new process, before the program starts.
    """
    apart = {"BENCH_OFFLINE": "1", "BENCH_CACHE": str(out.parent / "cache")} if offline else {}
    values = TINY | {key.replace("__", "."): value for key, value in settings.items()}
    assignments = [part for key, value in values.items() for part in ("--set", f"{key}={value}")]
    return subprocess.Popen(
        [sys.executable, "-m", "bench", "run-all", "--out", out, *assignments, *arguments],
        env=os.environ
        | {"NO_COLOR": "1", "COLUMNS": "120", "OMP_NUM_THREADS": "1"}
        | apart
        | dict(environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=become,
    )


def run(out: Path, *arguments: str, offline: bool = True, **settings: object) -> str:
    """Return the output of a run that must succeed."""
    process = start(out, *arguments, offline=offline, **settings)
    text, _ = process.communicate(timeout=600)
    assert process.returncode == 0, text
    return text


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """Return the folder of a finished run of A and B, made without a network."""
    out = tmp_path_factory.mktemp("tiny") / "runs" / "whole"
    run(out)
    return out


@pytest.fixture(scope="session")
def with_c(tmp_path_factory) -> Path:
    """Return the folder of a finished run of A, B and C; downloads C's perceptual network."""
    out = tmp_path_factory.mktemp("with-c") / "runs" / "whole"
    run(out, offline=False, variants='["A", "B", "C"]')
    return out
