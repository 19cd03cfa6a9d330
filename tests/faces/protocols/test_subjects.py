"""Tests the random split by subject against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faces import protocols
from faces.common.errors import DataError, UsageError
from faces.protocols import Request


def request(unseen, vis=1, nir=2, seed=0):
    return Request(None, unseen, {"VIS": vis, "NIR": nir}, seed)


def assign(images, *arguments, **settings):
    return protocols.get("subjects").assign(images, None, request(*arguments, **settings))


def by_loops(images, unseen, held_out, seed):
    """Draw {source: part} as the first version did, which knew only rendered people."""
    rng = np.random.default_rng(seed)
    everybody = np.array(sorted(set(images["subject"])))
    tested = list(rng.permutation(everybody)[:unseen])
    part = {}
    for subject in everybody:
        for spectrum in ("NIR", "VIS"):
            own = [k for k, image in enumerate(images.itertuples())
                   if (image.subject, image.spectrum) == (subject, spectrum)]  # fmt: skip
            if subject in tested:
                part |= dict.fromkeys(own, "gallery" if spectrum == "VIS" else "probe")
                continue
            part |= dict.fromkeys(own, "train")
            for k in list(rng.permutation(np.array(own)))[: held_out[spectrum]]:
                part[k] = "held_out"
    return {images["source"][k]: name for k, name in part.items()}


@pytest.mark.parametrize("seed", range(10))
def test_complete_people_are_split_as_by_plain_loops(made, seed):
    rng = np.random.default_rng(seed)
    people, vis, nir = rng.integers(6, 20), *rng.integers(4, 9, 2)
    images = made({f"{k:05}": (vis, nir) for k in range(people)}, rng, found=0.97)
    unseen = int(rng.integers(2, people - 2))
    parts = assign(images, unseen, seed=seed).parts
    expected = by_loops(images, unseen, {"VIS": 1, "NIR": 2}, seed)
    assert dict(zip(parts["source"], parts["part"], strict=True)) == expected


numbers = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


@given(
    counts=numbers,
    vis=st.integers(0, 3),
    nir=st.integers(0, 3),
    seed=st.integers(0, 99),
    found=st.floats(0.3, 1),
)
@settings(deadline=None, max_examples=60)
def test_any_people_keep_what_is_promised(*, made, counts, vis, nir, seed, found):
    people = {f"{k:05}": count for k, count in enumerate(counts)}
    images = made(people, np.random.default_rng(seed), found)
    with_face = images[images["found"]]
    usable = {
        subject
        for subject in people
        if {"VIS", "NIR"} <= set(with_face.loc[with_face["subject"] == subject, "spectrum"])
    }
    if len(usable) < 4:
        with pytest.raises(DataError, match=f"of {len(usable)} subjects"):
            assign(images, 2, vis, nir, seed)
        return
    parts = assign(images, 2, vis, nir, seed).parts
    assert sorted(parts["source"]) == sorted(images.loc[images["subject"].isin(usable), "source"])
    assert parts.loc[parts["part"] == "probe", "subject"].nunique() == 2
    trained = parts[parts["part"].isin(["train", "held_out"])]
    for (_, spectrum), own in trained.groupby(["subject", "spectrum"]):
        train = own[own["part"] == "train"]
        held_out, wanted = len(own) - len(train), {"VIS": vis, "NIR": nir}[spectrum]
        assert train["found"].any()
        assert held_out == wanted or (held_out < wanted and train["found"].sum() == 1)


def test_people_without_a_face_in_one_spectrum_are_left_out_counted_and_named(made, rng):
    images = made({f"p{k}": (4, 4) for k in range(8)} | {"no-nir": (3, 0), "no-vis": (0, 2)}, rng)
    images.loc[(images["subject"] == "p3") & (images["spectrum"] == "NIR"), "found"] = False
    assignment = assign(images, 3)
    assert set(assignment.parts["subject"]) == {f"p{k}" for k in range(8)} - {"p3"}
    steps = {step["step"]: step for step in assignment.funnel}
    assert steps["readable"] == {"step": "readable", "vis_subjects": 9, "vis_images": 35,
                                 "nir_subjects": 9, "nir_images": 34}  # fmt: skip
    assert steps["face found"]["nir_subjects"] == 8
    assert steps["face found"]["nir_images"] == 30
    assert steps["both kinds"]["vis_subjects"] == steps["both kinds"]["nir_subjects"] == 7
    assert steps["both kinds"]["note"].endswith("no-nir, no-vis, p3")


@pytest.mark.parametrize(("fraction", "people", "unseen"), [(0.5, 10, 5), (0.4, 7, 3), (0.2, 9, 2)])
def test_a_fraction_is_of_those_who_can_be_used(*, made, rng, fraction, people, unseen):
    images = made({f"p{k}": (3, 3) for k in range(people)} | {"half": (3, 0)}, rng)
    parts = assign(images, fraction).parts
    assert parts.loc[parts["part"] == "probe", "subject"].nunique() == unseen


@pytest.mark.parametrize("unseen", [0, 1, 9, 10, 11, 0.01, 0.99])
def test_too_few_people_are_refused(made, rng, unseen):
    images = made({f"p{k}": (3, 3) for k in range(10)}, rng)
    with pytest.raises(DataError, match=f"unseen_subjects = {unseen} of 10 subjects"):
        assign(images, unseen)


@pytest.mark.parametrize("unseen", [0.0, 1.0, 1.5, -0.5, float("nan")])
def test_what_is_no_fraction_is_refused(made, rng, unseen):
    images = made({f"p{k}": (3, 3) for k in range(10)}, rng)
    with pytest.raises(UsageError, match="fraction between 0 and 1"):
        assign(images, unseen)
