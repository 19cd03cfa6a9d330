"""The walk of the graph: results for any number of workers, and what a failure stops."""

import errno
import io
import json
import os

import pytest
from pydantic import BaseModel
from rich.console import Console

from bench.display.progress import Display
from bench.running.engine import Engine, every_stage
from bench.running.store import Job, Machine, Stage, is_done
from bench.running.versions import stage
from faces.common.errors import DataError, StageError


class Number(BaseModel):
    value: int


@stage(version=1)
def number(job: Job) -> None:
    inputs = [int((folder / "number.txt").read_text()) for folder in job.inputs.values()]
    job.progress(1, 2, {"value": float(job.settings.value)})
    (job.out / "number.txt").write_text(str(sum(inputs) + job.settings.value))


@stage(version=1)
def bug(job: Job) -> None:
    raise ZeroDivisionError("one over nothing")


@stage(version=1)
def full_disk(job: Job) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", str(job.out / "number.txt"))


@stage(version=1)
def bad_data(job: Job) -> None:
    raise DataError("image 7: broken; replace it")


@stage(version=1)
def diverge(job: Job) -> None:
    raise StageError("loss not finite at step 40", step=40)


@stage(version=1)
def die(job: Job) -> None:
    os._exit(9)


def diamond(left=number) -> Stage:
    source = Stage("source", number, Number(value=1), wide=True)
    left = Stage("left", left, Number(value=10), {"source": source})
    right = Stage("right", number, Number(value=100), {"source": source})
    return Stage("end", number, Number(value=1000), {"left": left, "right": right})


def run(tmp_path, target: Stage, workers: int = 2) -> tuple[Engine, str]:
    console = Console(file=io.StringIO(), width=100)
    machine = Machine("cpu", workers, tmp_path, workers)
    with Display(console, tmp_path / "events.jsonl") as display:
        engine = Engine(tmp_path, machine, display)
        engine.run([target])
    return engine, console.file.getvalue()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_diamond_is_summed_for_any_number_of_workers(tmp_path, workers):
    target = diamond()
    engine, text = run(tmp_path, target, workers)
    assert (target.folder(tmp_path) / "number.txt").read_text() == "1112"
    assert len(engine.ran) == 4
    assert all(name in text for name in ("done: ", "source", "left", "right", "end"))
    again, _ = run(tmp_path, target, workers)
    assert not again.ran
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    events = [json.loads(line)["event"] for line in lines]
    events = [event for event in events if event != "progress"]  # where a machine is slow
    assert sorted(events) == ["cached"] * 4 + ["finished"] * 4 + ["started"] * 4


def test_a_failure_stops_only_what_needs_it(tmp_path):
    target = diamond(left=bug)
    engine, _ = run(tmp_path, target)
    (failure,) = engine.failures
    assert failure.stage.name == "left"
    assert isinstance(failure.error, StageError)
    assert "ZeroDivisionError" in str(failure.error)
    assert is_done(target.inputs["right"], tmp_path)
    assert not is_done(target, tmp_path)
    assert not is_done(target.inputs["left"], tmp_path)


def test_an_error_of_the_disk_is_a_line_with_file_and_remedy(tmp_path):
    engine, _ = run(tmp_path, diamond(left=full_disk))
    error = engine.failures[0].error
    assert isinstance(error, StageError)
    assert str(error).endswith("number.txt: no space left on device; make room, and run the same "
                               "command again")  # fmt: skip


def test_an_error_of_a_person_keeps_its_kind(tmp_path):
    engine, _ = run(tmp_path, diamond(left=bad_data))
    assert isinstance(engine.failures[0].error, DataError)
    assert "image 7" in str(engine.failures[0].error)


def test_the_step_of_a_failure_comes_back_from_its_process(tmp_path):
    engine, _ = run(tmp_path, diamond(left=diverge))
    assert engine.failures[0].error.step == 40


def test_a_failed_stage_is_tried_again(tmp_path):
    run(tmp_path, diamond(left=bug))
    engine, _ = run(tmp_path, diamond())
    assert not engine.failures
    assert len(engine.ran) == 2  # left and end


def test_a_killed_worker_is_told_as_such(tmp_path):
    with pytest.raises(StageError, match="killed"):
        run(tmp_path, diamond(left=die))


def test_every_stage_comes_once_and_after_its_inputs():
    stages = every_stage([diamond(), diamond()])
    assert [made.name for made in stages] == ["source", "left", "right", "end"]
