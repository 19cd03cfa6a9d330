"""Tests that several loops in a row are reported as one loop."""

import numpy as np
import pytest

from faces.common.progress import JoinedProgress


@pytest.mark.parametrize("seed", range(20))
def test_loops_of_any_lengths_and_steps_count_on_to_their_sum(seed):
    draw = np.random.default_rng(seed)
    lengths = draw.integers(1, 50, draw.integers(1, 6)).tolist()
    heard = []
    whole = JoinedProgress(lambda *told: heard.append(told), sum(lengths))
    for length in lengths:
        steps = np.unique([*draw.integers(1, length + 1, 5), length])
        for done in steps.tolist():
            whole(done, length, {"loss": done})
    counts = [done for done, _, _ in heard]
    assert counts == sorted(set(counts))  # it never falls back, and tells no count twice
    assert counts[-1] == sum(lengths)
    assert {total for _, total, _ in heard} == {sum(lengths)}
    assert all(values["loss"] <= done for done, _, values in heard)
