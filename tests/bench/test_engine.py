"""The walk of the graph: results for any number of workers, and what a failure stops."""

import io
import json
import os

import pytest
from pydantic import BaseModel
from rich.console import Console

from bench.engine import Engine, every_stage
from bench.progress import Display, WorkLeft, clock
from bench.store import Job, Machine, Stage, is_done
from faces.errors import DataError, StageError


class Number(BaseModel):
    value: int


def number(job: Job) -> None:
    inputs = [int((folder / "number.txt").read_text()) for folder in job.inputs.values()]
    job.progress(1, 2, {"value": float(job.settings.value)})
    (job.out / "number.txt").write_text(str(sum(inputs) + job.settings.value))


def bug(job: Job) -> None:
    raise ZeroDivisionError("one over nothing")


def bad_data(job: Job) -> None:
    raise DataError("image 7: broken; replace it")


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
        try:
            engine.run([target])
        finally:
            text = console.file.getvalue()
    return engine, text


@pytest.mark.parametrize("workers", [1, 2])
def test_a_diamond_is_summed_for_any_number_of_workers(tmp_path, workers):
    target = diamond()
    engine, text = run(tmp_path, target, workers)
    assert (target.folder(tmp_path) / "number.txt").read_text() == "1112"
    assert len(engine.ran) == 4
    assert text.count("done") == 4
    again, _ = run(tmp_path, target, workers)
    assert not again.ran
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert sorted(events) == ["cached"] * 4 + ["finished"] * 4 + ["started"] * 4


def test_a_failure_stops_only_what_needs_it(tmp_path):
    target = diamond(left=bug)
    with pytest.raises(StageError, match=r"left.*ZeroDivisionError"):
        run(tmp_path, target)
    assert is_done(target.inputs["right"], tmp_path)
    assert not is_done(target, tmp_path)
    assert not is_done(target.inputs["left"], tmp_path)


def test_an_error_of_a_person_keeps_its_kind(tmp_path):
    with pytest.raises(DataError, match="image 7"):
        run(tmp_path, diamond(left=bad_data))


def test_a_killed_worker_is_told_as_such(tmp_path):
    with pytest.raises(StageError, match="killed"):
        run(tmp_path, diamond(left=die))


def test_every_stage_comes_once_and_after_its_inputs():
    stages = every_stage([diamond(), diamond()])
    assert [stage.name for stage in stages] == ["source", "left", "right", "end"]


def test_time_left_is_the_rest_of_the_effort_at_the_speed_so_far(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("bench.progress.time.monotonic", lambda: now[0])
    stages = [Stage(str(n), number, Number(value=n), effort=10.0) for n in range(4)]
    left = WorkLeft()
    left.expect(stages)
    assert left.seconds() is None
    left.started(stages[0])
    now[0] = 30.0
    left.finished(stages[0])
    left.started(stages[1])
    now[0] = 45.0
    left.progress(stages[1].key, 0.5)
    assert left.seconds() == pytest.approx(75.0)  # 15 of 40 took 45 s, 25 are left
    assert left.seconds_of(stages[1].key) == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0, "0:00"), (59.6, "1:00"), (3661, "1:01:01")]
)
def test_clock(seconds, text):
    assert clock(seconds) == text
