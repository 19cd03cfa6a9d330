"""Failures to enrol and to acquire, against a plain loop over the images of each person."""

import numpy as np
import pandas as pd
import pytest

from bench.gathering.attempts import attempts


def split(seed: int) -> pd.DataFrame:
    """Return a split with few to many missing faces; probes of some people have no gallery."""
    draw = np.random.default_rng(seed)
    rows = [
        (part, spectrum, f"p{draw.integers(10)}", bool(draw.random() < 0.6))
        for part, spectrum in (("gallery", "VIS"), ("probe", "NIR"), ("train", "VIS"),
                               ("train", "NIR"), ("held_out", "NIR"))
        for _ in range(draw.integers(1, 30))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["part", "spectrum", "subject", "found"])


@pytest.mark.parametrize("seed", range(50))
def test_failures_are_those_of_a_loop_over_all_folds(seed):
    splits = [split(seed), split(1000 + seed)]
    expected = dict.fromkeys(("people", "not_enrolled", "probes", "not_acquired", "lost_probes"), 0)
    for parts in splits:
        rows = list(parts.itertuples(index=False))
        for person in {row.subject for row in rows if row.part in ("gallery", "probe")}:
            own = [row for row in rows if row.subject == person]
            enrolled = any(row.found for row in own if row.part == "gallery")
            expected["people"] += 1
            expected["not_enrolled"] += not enrolled
            for row in own:
                if row.part == "probe":
                    expected["probes" if enrolled else "lost_probes"] += 1
                    expected["not_acquired"] += enrolled and not row.found
    assert attempts(splits) == expected


def test_without_unseen_people_there_are_no_attempts():
    parts = split(0)
    assert attempts([parts[parts["part"] == "train"]]) == {}
    assert attempts([]) == {}
