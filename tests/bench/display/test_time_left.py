"""Rates and times left, by a clock that the test turns."""

import numpy as np
import pytest
from pydantic import BaseModel

from bench.display.time_left import WINDOW_SECONDS, Pace, WorkLeft, clock
from bench.running import versions
from bench.running.store import Job, Stage


class Number(BaseModel):
    value: int


@versions.stage(version=1)
def nothing(job: Job) -> None:
    pass


@pytest.fixture
def now(monkeypatch):
    """Return a list with the time in seconds, which tests change."""
    time = [1000.0]
    monkeypatch.setattr("bench.display.time_left.time.monotonic", lambda: time[0])
    return time


def stages(*efforts: float) -> list[Stage]:
    return [
        Stage(str(n), nothing, Number(value=n), effort=effort) for n, effort in enumerate(efforts)
    ]


def test_time_left_is_the_rest_of_the_effort_at_the_speed_so_far(now):
    four = stages(10, 10, 10, 10)
    left = WorkLeft()
    left.expect(four)
    assert left.seconds() is None
    left.started(four[0])
    now[0] += 30
    left.finished(four[0])
    left.started(four[1])
    now[0] += 15
    left.progress(four[1].key, 0.5)
    assert left.seconds() == pytest.approx(75.0)  # 15 of 40 took 45 s, 25 are left


def test_what_an_interrupted_run_had_done_took_no_time_now(now):
    (only,) = stages(100)
    left = WorkLeft()
    left.expect([only])
    left.started(only)
    now[0] += 1
    left.progress(only.key, 0.50, first=True)
    now[0] += 19
    left.progress(only.key, 0.60)
    assert left.seconds() == pytest.approx(80.0)  # a tenth took 20 s, four tenths are left


@pytest.mark.parametrize("per_second", [0.05, 1.0, 7.0, 400.0])
@pytest.mark.parametrize("start", [0, 800])
def test_a_steady_pace_is_found_wherever_it_starts(now, per_second, start):
    pace, done = Pace(), 0
    for seconds in np.arange(0, 90, 0.5):
        now[0] = 1000 + seconds
        done = start + int(seconds * per_second)
        pace.tell(done)
    assert pace.per_second == pytest.approx(per_second, abs=1.1 / WINDOW_SECONDS, rel=0.01)
    assert pace.seconds_for(100) == pytest.approx(100 / pace.per_second)


def test_a_pace_follows_a_change_and_starts_anew_where_the_count_falls_back(now):
    pace = Pace()
    for done in range(0, 600, 10):
        now[0] += 1
        pace.tell(done)
    for done in range(600, 700, 2):
        now[0] += 1
        pace.tell(done)
    assert pace.per_second == pytest.approx(2)
    pace.tell(5)
    assert pace.per_second is None
    assert pace.seconds_for(10) is None
    now[0] += 2
    pace.tell(11)
    assert pace.per_second == pytest.approx(3)


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0, "0:00"), (59.6, "1:00"), (3661, "1:01:01")]
)
def test_clock(seconds, text):
    assert clock(seconds) == text
