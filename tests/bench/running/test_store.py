"""Stages on toy functions: keys, completeness, resuming, tampering, several processes."""

import json
import multiprocessing
import os
import signal
import tempfile
import time
from pathlib import Path

import pytest
from pydantic import BaseModel

from bench.running.engine import every_stage
from bench.running.store import Job, Machine, Stage, is_done, materialize
from bench.running.versions import stage
from faces.common.errors import TamperedError
from faces.common.files import sha256
from faces.common.progress import silent


class Number(BaseModel):
    value: int


@stage(version=1)
def write_number(job: Job) -> None:
    (job.out / "number.txt").write_text(str(job.settings.value))
    with open(job.out.parent / "calls.txt", "a") as calls:
        calls.write("x")


@stage(version=1)
def add_inputs(job: Job) -> None:
    numbers = [int((folder / "number.txt").read_text()) for folder in job.inputs.values()]
    (job.out / "number.txt").write_text(str(sum(numbers) + job.settings.value))


@stage(version=2)
def add_inputs_anew(job: Job) -> None:
    add_inputs(job)


@stage(version=1)
def fail_half_way(job: Job) -> None:
    (job.out / "half.txt").write_text("half")
    raise RuntimeError("half way")


@stage(version=1)
def sleep_half_way(job: Job) -> None:
    (job.out / "half.txt").write_text("half")
    (job.out.parent / "started").write_text("")
    time.sleep(60)


@stage(version=1)
def write_for_us_alone(job: Job) -> None:
    """Write as some libraries do: a file that only we can read."""
    descriptor, _ = tempfile.mkstemp(dir=job.out)
    os.close(descriptor)


def unmarked(job: Job) -> None:
    raise AssertionError("is never run")


def machine(tmp_path: Path, workers: int = 1) -> Machine:
    return Machine("cpu", workers, tmp_path / "cache")


def chain() -> Stage:
    left = Stage("number", write_number, Number(value=2))
    right = Stage("number", write_number, Number(value=3))
    return Stage("sum", add_inputs, Number(value=10), {"left": left, "right": right})


def make(target: Stage, store: Path) -> None:
    for needed in every_stage([target]):
        materialize(needed, store, machine(store), silent)


def test_a_chain_is_made_once(tmp_path):
    stage = chain()
    make(stage, tmp_path)
    make(stage, tmp_path)
    assert (stage.folder(tmp_path) / "number.txt").read_text() == "15"
    assert (tmp_path / "calls.txt").read_text() == "xx"


def test_the_key_knows_settings_inputs_name_and_version_and_nothing_else():
    base = Stage("sum", add_inputs, Number(value=1))
    others = [
        Stage("sum", add_inputs, Number(value=2)),
        Stage("difference", add_inputs, Number(value=1)),
        Stage("sum", add_inputs_anew, Number(value=1)),
        Stage("sum", add_inputs, Number(value=1), {"left": base}),
        Stage("sum", add_inputs, Number(value=1), {"right": base}),
    ]
    assert len({stage.key for stage in [base, *others]}) == 6
    assert base.key == Stage("sum:7", write_number, Number(value=1), wide=True, effort=9).key


def test_a_function_that_is_not_marked_makes_no_stage():
    with pytest.raises(TypeError, match=r"test_store\.unmarked: is not marked.*@stage"):
        Stage("number", unmarked, Number(value=1))


@pytest.mark.parametrize("mask", [0o022, 0o002, 0o077])
def test_files_have_the_permissions_that_the_umask_leaves(tmp_path, mask):
    before = os.umask(mask)
    try:
        made = Stage("alone", write_for_us_alone, Number(value=mask))
        make(made, tmp_path)
    finally:
        os.umask(before)
    folder = made.folder(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~mask
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o666 & ~mask}


def test_what_failed_is_not_done_and_keeps_its_partial_folder(tmp_path):
    stage = Stage("half", fail_half_way, Number(value=0))
    with pytest.raises(RuntimeError):
        materialize(stage, tmp_path, machine(tmp_path), silent)
    assert not is_done(stage, tmp_path)
    assert len(list(tmp_path.glob("*.partial/half.txt"))) == 1


def test_leftovers_of_killed_writers_are_swept(tmp_path):
    stage = Stage("number", write_number, Number(value=4))
    partial = tmp_path / f"number-{stage.key}.partial"
    partial.mkdir()
    (partial / ".number.txt.123.aside").write_text("torn")
    make(stage, tmp_path)
    assert sorted(os.listdir(stage.folder(tmp_path))) == ["number.txt", "stage.json"]


@pytest.mark.parametrize("damage", ["delete", "shorten"])
def test_missing_or_shortened_files_are_noticed_before_reuse(tmp_path, damage):
    stage = chain()
    make(stage, tmp_path)
    file = stage.folder(tmp_path) / "number.txt"
    file.unlink() if damage == "delete" else file.write_text("")
    with pytest.raises(TamperedError, match=r"number\.txt"):
        is_done(stage, tmp_path)


def test_a_flipped_bit_of_an_input_is_noticed_before_use(tmp_path):
    stage = chain()
    left = stage.inputs["left"]
    make(left, tmp_path)
    make(stage.inputs["right"], tmp_path)
    (left.folder(tmp_path) / "number.txt").write_text("9")  # the same size
    with pytest.raises(TamperedError, match=r"number\.txt"):
        materialize(stage, tmp_path, machine(tmp_path), silent)


def test_a_record_that_is_no_json_is_noticed(tmp_path):
    stage = Stage("number", write_number, Number(value=4))
    make(stage, tmp_path)
    (stage.folder(tmp_path) / "stage.json").write_text("<html>")
    with pytest.raises(TamperedError, match=r"stage\.json"):
        is_done(stage, tmp_path)


def test_the_record_tells_where_a_stage_came_from(tmp_path):
    stage = chain()
    make(stage, tmp_path)
    record = json.loads((stage.folder(tmp_path) / "stage.json").read_text())
    assert record["settings"] == {"value": 10}
    assert record["inputs"]["left"] == stage.inputs["left"].folder(tmp_path).name
    assert record["files"]["number.txt"][0] == 2
    assert record["files"]["number.txt"][1] == sha256(stage.folder(tmp_path) / "number.txt")


def test_two_processes_make_a_stage_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    stage = Stage("number", write_number, Number(value=5))
    arguments = (stage, tmp_path, machine(tmp_path), silent)
    processes = [context.Process(target=materialize, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert (tmp_path / "calls.txt").read_text() == "x"


def test_a_killed_stage_is_not_done_and_frees_its_lock(tmp_path):
    stage = Stage("sleep", sleep_half_way, Number(value=0))
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=materialize, args=(stage, tmp_path, machine(tmp_path), silent))
    process.start()
    while not (tmp_path / "started").exists():
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not is_done(stage, tmp_path)
    again = Stage("sleep", write_number, Number(value=0))
    assert again.key == stage.key
    materialize(again, tmp_path, machine(tmp_path), silent)
    assert is_done(stage, tmp_path)
