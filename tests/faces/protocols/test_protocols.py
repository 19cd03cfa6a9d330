"""Tests what must hold for every registered protocol that needs no list, also for added ones."""

import numpy as np
import pandas as pd
import pytest

from faces import protocols
from faces.common.errors import DataError, UsageError
from faces.protocols import PARTS_COLUMNS, Request

REQUEST = Request(fold=None, unseen_subjects=8, held_out={"VIS": 1, "NIR": 2}, seed=3)
every_protocol = pytest.mark.parametrize(
    "name", [name for name in protocols.names() if not protocols.get(name).needs_lists]
)


@pytest.fixture
def images(made, rng):
    counts = {f"{k:05}": tuple(rng.integers(1, 14, 2)) for k in range(50)}
    return made(counts, rng, found=0.9)


def assign(name, images, **changes):
    return protocols.get(name).assign(images, None, Request(**(vars(REQUEST) | changes)))


def test_the_promised_ones_are_registered():
    promised = {"subjects", "casia-view1", "casia-view2", "paper-520", "paper-520-as-published"}
    assert promised <= set(protocols.names())
    assert protocols.names() == sorted(protocols.names())
    assert [name for name in protocols.names() if protocols.get(name).leaky] == [
        "paper-520-as-published"
    ]


@pytest.mark.parametrize(
    ("asked", "meant"), [("Subject", "subjects"), ("casia-view3", "casia-view"), ("520", "paper")]
)
def test_an_unknown_name_is_told_its_nearest(asked, meant):
    with pytest.raises(UsageError, match=f"did you mean {meant}"):
        protocols.get(asked)


@every_protocol
def test_parts_have_their_columns_order_and_types(images, name):
    parts = assign(name, images).parts
    assert list(parts.columns) == PARTS_COLUMNS
    assert [str(parts[column].dtype) for column in ("row", "found", "generator")] == [
        "int64",
        "bool",
        "bool",
    ]
    ordered = parts.sort_values(["part", "spectrum", "row"], ignore_index=True)
    pd.testing.assert_frame_equal(parts, ordered)
    joined = parts.merge(images, on="source", suffixes=("", "_given"))
    assert len(joined) == len(parts)
    for column in ("spectrum", "row", "subject", "shot", "found"):
        assert (joined[column] == joined[f"{column}_given"]).all()


@every_protocol
def test_parts_come_back_from_a_file_as_they_were(images, name, tmp_path):
    assignment = assign(name, images)
    assignment.parts.to_csv(tmp_path / "parts.csv", index=False)
    text = {"subject": str, "spectrum": str, "source": str}
    back = pd.read_csv(tmp_path / "parts.csv", dtype=text)
    pd.testing.assert_frame_equal(back, assignment.parts, check_dtype=False)
    protocols.check(back, assignment.leaky)


@every_protocol
def test_the_seed_decides_and_the_order_of_the_images_does_not(images, name, rng):
    first, other = assign(name, images), assign(name, images, seed=4)
    again = assign(name, images.sample(frac=1, random_state=0))
    pd.testing.assert_frame_equal(first.parts, again.parts)
    assert first.funnel == again.funnel
    assert not first.parts.equals(other.parts)


@every_protocol
def test_the_given_images_are_not_changed(images, name):
    before = images.copy()
    assign(name, images)
    pd.testing.assert_frame_equal(images, before)


@every_protocol
def test_rows_are_of_one_part_and_by_default_with_a_face(images, name):
    parts = assign(name, images).parts
    for part, spectrum in set(zip(parts["part"], parts["spectrum"], strict=True)):
        every = protocols.rows(parts, part, spectrum, found_only=False)
        expected = [k for k, line in parts.iterrows() if tuple(line.iloc[:2]) == (part, spectrum)]
        assert every.index.to_list() == expected
        with_face = protocols.rows(parts, part, spectrum)
        assert with_face.index.to_list() == [k for k in expected if parts.loc[k, "found"]]


@every_protocol
def test_no_person_and_no_bytes_on_both_sides(images, name):
    protocol = protocols.get(name)
    for seed in range(8):
        parts = assign(name, images, seed=seed).parts
        tested = set(parts.loc[parts["part"].isin(["gallery", "probe"]), "subject"])
        trained = parts[~parts["part"].isin(["gallery", "probe"])]
        assert not tested & set(trained["subject"])
        assert tested == set(protocols.rows(parts, "gallery", "VIS", False)["subject"])
        assert tested == set(protocols.rows(parts, "probe", "NIR", False)["subject"])
        expected = parts["found"] & (protocol.leaky | (parts["part"] == "train"))
        assert (parts["generator"] == expected).all()


@every_protocol
def test_copied_bytes_are_refused_where_they_are_on_both_sides(images, name):
    sources = assign(name, images).parts.groupby("part")["source"].first()
    for one, other in (("train", "gallery"), ("held_out", "probe"), ("train", "held_out")):
        copied = images.set_index("source")
        copied.loc[sources[one], "sha256"] = copied.loc[sources[other], "sha256"]
        with pytest.raises(DataError, match=r"same bytes") as caught:
            assign(name, copied.reset_index())
        assert sources[one] in str(caught.value)
        assert sources[other] in str(caught.value)


@every_protocol
def test_unknown_bytes_are_no_copies(images, name):
    for unknown in ("", np.nan, None):
        parts = assign(name, images.assign(sha256=unknown)).parts
        pd.testing.assert_frame_equal(parts, assign(name, images).parts)


@every_protocol
def test_a_fold_is_refused_where_there_are_none(images, name):
    with pytest.raises(UsageError, match=f"{name} has no folds; leave out fold 1"):
        assign(name, images, fold=1)


@every_protocol
def test_images_without_any_face_are_refused(images, name):
    with pytest.raises(DataError, match="0 "):
        assign(name, images.assign(found=False))
