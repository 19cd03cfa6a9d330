"""Tests the paper's choice of subjects and images on data for which the choice is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faces import protocols
from faces.common.errors import DataError
from faces.protocols import Request
from faces.protocols.paper_520 import divide

STEPS = ["readable", "face found", "at least 3 images, at most 8 drawn", "both kinds", "kept",
         "trained on", "only tested"]  # fmt: skip


def assign(images, name="paper-520", *, vis=2, nir=3, seed=0):
    return protocols.get(name).assign(
        images, None, Request(None, 60, {"VIS": vis, "NIR": nir}, seed)
    )


def image_counts(images):
    """Count the images of each subject (row) in each spectrum (column)."""
    return images.groupby(["subject", "spectrum"]).size().unstack(fill_value=0)


@pytest.fixture(scope="module")
def known(made):
    """560 people: 30 with two images of a kind, 10 with three of each, 520 with more."""
    rng = np.random.default_rng(0)
    few = {f"few{k:03}": ((2, 30) if k % 2 else (30, 2)) for k in range(30)}
    least = {f"least{k:03}": (3, 3) for k in range(10)}
    more = {f"more{k:03}": tuple(rng.integers(4, 31, 2)) for k in range(520)}
    return made(few | least | more, rng)


def test_of_560_people_the_right_520_are_kept(known):
    parts = assign(known).parts
    people = parts.groupby("part")["subject"].agg(set)
    assert people["train"] == people["held_out"] == {f"more{k:03}" for k in range(520)}
    others = {f"few{k:03}" for k in range(30)} | {f"least{k:03}" for k in range(10)}
    assert people["gallery"] == people["probe"] == others
    tested = known[known["subject"].isin(others)]
    assert parts["part"].isin(["gallery", "probe"]).sum() == len(tested)


def test_three_to_eight_images_are_trained_on_and_others_held_out_first(known):
    parts = assign(known).parts
    available = image_counts(known).filter(like="more", axis="index")
    train = image_counts(parts[parts["part"] == "train"])
    held_out = image_counts(parts[parts["part"] == "held_out"])
    for spectrum, wanted in (("VIS", 2), ("NIR", 3)):
        for subject, count in available[spectrum].items():
            chosen = min(count, 8)
            beyond = min(count - chosen, wanted)
            taken = min(wanted - beyond, chosen - 1)
            assert train.loc[subject, spectrum] == chosen - taken
            assert held_out.loc[subject, spectrum] == beyond + taken


def test_the_funnel_counts_each_step_beside_the_paper(known):
    funnel = assign(known).funnel
    assert [step["step"] for step in funnel] == STEPS
    steps = {step["step"]: step for step in funnel}
    chosen = image_counts(known).where(lambda count: count >= 3, 0).clip(upper=8)
    third = steps[STEPS[2]]
    assert (third["vis_images"], third["nir_images"]) == (chosen["VIS"].sum(), chosen["NIR"].sum())
    assert third["vis_subjects"] == third["nir_subjects"] == 545
    assert steps["both kinds"]["vis_subjects"] == steps["both kinds"]["nir_subjects"] == 530
    assert steps["kept"]["vis_subjects"] == steps["kept"]["nir_subjects"] == 520
    assert "VIS subjects: 545 here, 533 in the paper" in third["note"]
    assert "NIR subjects: 545 here, 655 in the paper" in third["note"]
    assert "note" not in steps["both kinds"]
    for step in funnel:
        for which, count in step.get("paper", {}).items():
            told = f"{which[:3].upper()} {which[4:]}: {step[which]:,} here, {count:,} in the paper"
            assert (told in step.get("note", "")) == (step[which] != count)


def test_the_training_sets_sizes_are_told(known):
    assignment = assign(known)
    train = assignment.parts[assignment.parts["part"] == "train"]
    vis, nir = (train["spectrum"] == "VIS").sum(), (train["spectrum"] == "NIR").sum()
    note = next(step for step in assignment.funnel if step["step"] == "trained on")["note"]
    assert f"{nir:,} real NIR + {vis:,} real VIS = {vis + nir:,} images" in note
    assert f"{nir + 2 * vis:,} with one fake per VIS image" in note
    assert "(the paper: 6,456 and 9,380)" in note


def test_as_published_has_the_same_parts_but_sees_all_of_them(known):
    known = known.assign(found=np.random.default_rng(1).random(len(known)) < 0.95)
    for seed in range(2):
        honest, leaky = assign(known, seed=seed), assign(known, "paper-520-as-published", seed=seed)
        without = honest.parts.drop(columns="generator")
        pd.testing.assert_frame_equal(without, leaky.parts.drop(columns="generator"))
        assert (honest.leaky, leaky.leaky) == (False, True)
        assert (honest.parts["generator"] == (honest.parts["part"] == "train")).all()
        assert (leaky.parts["generator"] == leaky.parts["found"]).all()


def test_of_equally_few_the_first_ids_are_dropped(made, rng):
    images = made({f"p{k:02}": (4, 4) for k in range(15)} | {"z": (3, 4)}, rng)
    parts = assign(images).parts
    assert set(parts.loc[parts["part"] == "train", "subject"]) == {f"p{k:02}" for k in range(9, 15)}


def test_only_faces_that_are_found_are_drawn_but_a_probe_without_one_stays(made, rng):
    images = made({f"p{k:02}": (6, 6) for k in range(14)}, rng, found=0.8)
    parts = assign(images).parts
    kept = parts["part"].isin(["train", "held_out"])
    assert parts.loc[kept, "found"].all()
    tested = set(parts.loc[~kept, "subject"])
    assert (~kept).sum() == images["subject"].isin(tested).sum()
    assert not parts.loc[~kept, "found"].all()


@pytest.mark.parametrize("people", [0, 1, 9, 11])
def test_too_few_people_are_refused(made, rng, people):
    images = made({f"p{k:02}": (4, 4) for k in range(people)} | {"x": (2, 2)}, rng)
    with pytest.raises(DataError, match=f"^{people} subjects have 3 .* at least 12 are needed"):
        assign(images)


def test_where_at_most_one_person_is_left_over_nobody_is_unseen(made, rng, monkeypatch):
    monkeypatch.setattr("faces.protocols.paper_520.DROPPED_SUBJECTS", 1)
    assignment = assign(made({f"p{k:02}": (4, 4) for k in range(6)}, rng))
    assert set(assignment.parts["part"]) == {"train", "held_out"}
    assert "nobody is tested as unseen" in assignment.funnel[-1]["note"]
    assert assignment.funnel[-1]["vis_images"] == 0


@given(st.integers(3, 30), st.integers(0, 12))
@settings(deadline=None)
def test_dividing_a_persons_images(count, wanted):
    order = np.random.default_rng(count).permutation(100)[:count]
    train, held_out = divide(order, wanted)
    assert len(train) >= 1
    assert len(held_out) <= wanted
    assert not set(train) & set(held_out)
    assert set(train) <= set(order[:8])
    if len(train) < min(count, 8):
        assert set(order[8:]) <= set(held_out)
    if len(held_out) < wanted:
        assert len(train) == 1
