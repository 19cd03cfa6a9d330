"""The display of a run: lines, events and scalars; no failure of it stops a run."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from pydantic import BaseModel
from rich.console import Console

from bench.display import tensorboard
from bench.display.progress import LOG_EVERY_SECONDS, Display
from bench.running import versions
from bench.running.store import Job, Stage
from faces.common.errors import MissingError


class Number(BaseModel):
    value: int


@versions.stage(version=1)
def nothing(job: Job) -> None:
    pass


A = Stage("translator:A:0", nothing, Number(value=1), effort=30)
B = Stage("finetune:real:0", nothing, Number(value=2), effort=10)
C = Stage("score:real:0", nothing, Number(value=3), effort=10)
LOSSES = {"gan": 0.25, "cycle": 1.23456}


@pytest.fixture
def now(monkeypatch):
    time = [0.0]
    monkeypatch.setattr("bench.display.progress.time.monotonic", lambda: time[0])
    return time


def go(display: Display, now: list[float], seconds: int) -> None:
    """Run two trainings side by side for some seconds, at 2 and at 0.5 steps a second."""
    with display:
        display.expect([A, B, C])
        for stage in (A, B):
            display.started(stage)
        for second in range(1, seconds + 1):
            now[0] += 1
            display.progress(A.key, 2 * second, 1000, LOSSES)
            display.progress(B.key, second // 2, 100, {"loss": 3.0})
            display.tick()
        display.finished(B, seconds)


def events(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_elsewhere_one_line_in_thirty_seconds_names_all_that_runs(tmp_path, now):
    console = Console(file=io.StringIO(), width=80)
    go(Display(console, tmp_path / "events.jsonl"), now, 100)
    lines = console.file.getvalue().splitlines()
    assert len(lines) == 100 // LOG_EVERY_SECONDS + 1  # and what was finished since, at the end
    for line in lines[1:-1]:
        for part in ("0/3 stages", "left", "translator:A:0", "/1000", "2 steps/s", "gan 0.25",
                     "cycle 1.23", "finetune:real:0", "0.5 steps/s"):  # fmt: skip
            assert part in line, line
    assert "1/3 stages" in lines[-1]
    assert "done: finetune:real:0" in lines[-1]


def test_events_hold_losses_at_most_every_thirty_seconds_of_a_stage(tmp_path, now):
    go(Display(Console(file=io.StringIO()), tmp_path / "events.jsonl"), now, 100)
    found = events(tmp_path / "events.jsonl")
    assert [event["event"] for event in found][:2] == ["started", "started"]
    reports = [event for event in found if event["event"] == "progress"]
    assert {report["stage"] for report in reports} == {A.name, B.name}
    assert len(reports) == 2 * (100 // LOG_EVERY_SECONDS)
    assert reports[0]["values"] == LOSSES
    assert reports[0] | {"done": 60, "total": 1000, "key": A.key} == reports[0]


def test_on_a_terminal_a_line_per_stage_and_one_for_the_run(tmp_path, now):
    console = Console(file=io.StringIO(), force_terminal=True, width=140, color_system=None)
    display = Display(console, tmp_path / "events.jsonl")
    with display:
        display.expect([A, B, C])
        display.started(A)
        display.started(C)
        for second in range(1, 31):
            now[0] += 1
            display.progress(A.key, 2 * second, 1000, LOSSES)
            display.progress(C.key, 64 * second, 6400, {})
        display._bars.refresh()
        lines = console.file.getvalue().rpartition("whole run")[2].splitlines()
        display.finished(A, 30)
    run, training, scoring = lines[:3]
    assert "0/3 stages" in run
    for part in ("translator:A:0", "60/1,000", "7:50 left", "2 steps/s", "gan 0.25 cycle 1.23"):
        assert part in training
    for part in ("score:real:0", "1,920/6,400", "1:10 left", "64 images/s"):
        assert part in scoring
    assert "done    translator:A:0 in 0:30" in console.file.getvalue()


def test_events_that_cannot_be_written_are_told_once_and_stop_nothing(tmp_path, now):
    console = Console(file=io.StringIO(), width=300)
    go(Display(console, tmp_path / "no" / "folder" / "events.jsonl"), now, 100)
    text = console.file.getvalue()
    assert text.count("cannot be written") == 1
    assert "the run goes on" in text
    assert "done: finetune:real:0" in text


def test_a_loss_that_is_no_number_stays_json(tmp_path, now):
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    with Display(Console(file=io.StringIO()), tmp_path / "events.jsonl") as display:
        display.expect([A])
        display.started(A)
        now[0] += LOG_EVERY_SECONDS
        display.progress(A.key, 1, 9, {"gan": float("nan"), "cycle": float("inf"), "vis": 0.5})
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    event = [json.loads(line, parse_constant=refuse) for line in lines][-1]
    assert event["values"] == {"gan": None, "cycle": None, "vis": 0.5}


def test_a_log_says_that_the_report_is_being_written(tmp_path, now):
    console = Console(file=io.StringIO(), width=80)
    with Display(console, tmp_path / "events.jsonl") as display:
        display.expect([A])
        display.started(A)
        display.finished(A, 1)
        display.reporting()
    *_, before, last = console.file.getvalue().splitlines()
    assert "done: translator:A:0" in before
    assert "report" in last


def test_a_message_of_a_stage_that_has_finished_is_no_matter(tmp_path):
    with Display(Console(file=io.StringIO()), tmp_path / "events.jsonl") as display:
        display.expect([A])
        display.started(A)
        display.finished(A, 1)
        display.progress(A.key, 999, 1000, LOSSES)


def test_scalars_without_the_package_name_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard", raising=False)
    with pytest.raises(MissingError, match=r"pip install nirbench\[tensorboard\]") as caught:
        tensorboard.require()
    assert caught.value.exit_code == 4


class Full:
    """A writer on a disk that is full."""

    def add_scalar(self, *_):
        raise OSError(28, "No space left on device")

    def close(self):
        raise OSError(28, "No space left on device")


def test_scalars_that_cannot_be_written_are_told_once_and_stop_nothing(tmp_path, now, monkeypatch):
    console = Console(file=io.StringIO(), width=300)
    display = Display(console, tmp_path / "events.jsonl", tmp_path / "tensorboard")
    monkeypatch.setattr(display.scalars, "_writer", lambda stage: Full())
    go(display, now, 40)
    assert console.file.getvalue().count("No space left on device); the run goes on") == 1
    assert events(tmp_path / "events.jsonl")[-1]["event"] == "finished"


def test_no_more_scalar_files_are_open_than_stages_run(tmp_path, now, monkeypatch):
    open_now, most = set(), []

    class Writer:
        def __init__(self, folder, **_):
            self.folder = folder
            open_now.add(folder)
            most.append(len(open_now))

        def add_scalar(self, *_):
            assert self.folder in open_now

        def close(self):
            open_now.remove(self.folder)

    module = SimpleNamespace(SummaryWriter=Writer)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    console = Console(file=io.StringIO())
    with Display(console, tmp_path / "events.jsonl", tmp_path / "tensorboard") as display:
        stages = [Stage(f"finetune:{i}:0", nothing, Number(value=i)) for i in range(30)]
        display.expect(stages)
        for stage in stages:
            display.started(stage)
            display.progress(stage.key, 1, 2, {"loss": 1.0})
            display.finished(stage, 1)
    assert len(most) == 30
    assert max(most) == 1
    assert not open_now


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what tensorboard imports
def test_scalars_are_what_was_told(tmp_path, now):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    tensorboard.require()
    folder = tmp_path / "tensorboard"
    go(Display(Console(file=io.StringIO()), tmp_path / "events.jsonl", folder), now, 20)
    read = EventAccumulator(str(folder / "translator-A-0")).Reload()
    assert sorted(read.Tags()["scalars"]) == sorted(LOSSES)
    points = [(point.step, point.value) for point in read.Scalars("cycle")]
    assert points == [(2 * second, pytest.approx(LOSSES["cycle"])) for second in range(1, 21)]
    assert (folder / "finetune-real-0").is_dir()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_scalars_below_a_file_are_given_up(tmp_path, now):
    pytest.importorskip("tensorboard")
    (tmp_path / "file").write_text("")
    console = Console(file=io.StringIO(), width=300)
    go(Display(console, tmp_path / "events.jsonl", tmp_path / "file" / "tensorboard"), now, 20)
    assert console.file.getvalue().count("not logged any more") == 1
