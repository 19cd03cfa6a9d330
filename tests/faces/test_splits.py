"""The split's guarantees, over many random tables."""

import numpy as np
import pandas as pd
import pytest

from faces import splits
from faces.errors import DataError


def table(rng, subjects, images):
    lines = [
        (spectrum, f"{subject:05}", shot)
        for spectrum in ("VIS", "NIR")
        for subject in range(subjects)
        for shot in range(images)
    ]
    index = pd.DataFrame(lines, columns=["spectrum", "subject", "shot"])
    index["row"] = index.groupby("spectrum").cumcount()
    index["found"] = rng.random(len(index)) > 0.02
    return index


@pytest.mark.parametrize("seed", range(20))
def test_parts_are_disjoint_complete_and_of_the_asked_size(seed):
    rng = np.random.default_rng(seed)
    subjects, images = rng.integers(6, 20), rng.integers(4, 8)
    index = table(rng, subjects, images)
    unseen = int(rng.integers(2, subjects - 2))
    parts = splits.split_by_identity(index, unseen, {"VIS": 1, "NIR": 2}, rng)
    assert len(parts) == len(index)
    people = parts.groupby("part")["subject"].agg(set)
    assert not people["train"] & people["gallery"]
    assert people["gallery"] == people["probe"]
    assert len(people["probe"]) == unseen
    assert people["held_out"] == people["train"]
    held = parts[parts["part"] == "held_out"].groupby(["subject", "spectrum"]).size().unstack()
    assert (held["VIS"] == 1).all()
    assert (held["NIR"] == 2).all()


def test_the_seed_alone_decides():
    index = table(np.random.default_rng(0), 12, 5)
    held_out = {"VIS": 1, "NIR": 1}
    first = splits.split_by_identity(index, 4, held_out, np.random.default_rng(7))
    again = splits.split_by_identity(index, 4, held_out, np.random.default_rng(7))
    other = splits.split_by_identity(index, 4, held_out, np.random.default_rng(8))
    pd.testing.assert_frame_equal(first, again)
    assert set(first[first["part"] == "probe"]["subject"]) != set(
        other[other["part"] == "probe"]["subject"]
    )


def test_a_leak_is_named():
    index = table(np.random.default_rng(0), 10, 5)
    parts = splits.split_by_identity(index, 4, {"VIS": 1, "NIR": 1}, np.random.default_rng(0))
    culprit = parts.loc[parts["part"] == "probe", "subject"].iloc[0]
    parts.loc[parts[parts["subject"] == culprit].index[0], "part"] = "train"
    with pytest.raises(DataError, match=culprit):
        splits.check(parts)


@pytest.mark.parametrize("unseen", [0, 1, 9, 10, 11])
def test_too_few_people_are_refused(unseen):
    index = table(np.random.default_rng(0), 10, 5)
    with pytest.raises(DataError, match="unseen_subjects"):
        splits.split_by_identity(index, unseen, {"VIS": 1, "NIR": 1}, np.random.default_rng(0))
