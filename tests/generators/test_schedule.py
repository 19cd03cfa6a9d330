"""The decay's closed form, and epochs counted in steps."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.schedule import linear_decay, steps_of_epochs


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_decay_is_constant_then_falls_by_equal_steps_towards_zero(steps, decay_from):
    start = round(decay_from * steps)
    assert linear_decay(min(start, steps - 1), steps, decay_from) == 1
    falling = [
        linear_decay(step, steps, decay_from) for step in range(start, min(start + 9, steps))
    ]
    for before, after in itertools.pairwise(falling):
        assert before - after == pytest.approx(1 / (steps - start))
    if start < steps:
        assert linear_decay(steps - 1, steps, decay_from) == pytest.approx(1 / (steps - start))


def test_epochs_are_as_long_as_the_larger_domain():
    assert steps_of_epochs(200, 2966, 4301) == 860_200
    assert steps_of_epochs(3, 10, 4, batch=4) == 9
