"""Tests that every guard names the fault that a test put into its input."""

import numpy as np
import pandas as pd
import pytest

from faces import protocols
from faces.common.errors import DataError
from faces.protocols import Request
from faces.protocols.guards import check_copies


@pytest.fixture
def images(made, rng):
    return made({f"p{k:02}": (5, 5) for k in range(14)}, rng)


@pytest.fixture
def parts(images):
    request = Request(None, 6, {"VIS": 1, "NIR": 1}, 0)
    return protocols.get("subjects").assign(images, None, request).parts


def first(parts, part, spectrum="VIS"):
    """Return the row label of the first image of a part."""
    return protocols.rows(parts, part, spectrum).index[0]


def refused(parts, *named, leaky=False):
    with pytest.raises(DataError) as caught:
        protocols.check(parts, leaky)
    assert "\n" not in str(caught.value)
    for name in named:
        assert name in str(caught.value)


def test_sound_parts_pass(parts):
    protocols.check(parts)
    protocols.check(parts, leaky=True)


@pytest.mark.parametrize("leaky", [False, True])
@pytest.mark.parametrize(
    ("part", "spectrum", "moved"),
    [("gallery", "VIS", "train"), ("probe", "NIR", "train"), ("probe", "NIR", "held_out"),
     ("train", "VIS", "gallery"), ("held_out", "NIR", "probe")],
)  # fmt: skip
def test_a_subject_on_both_sides(*, parts, part, spectrum, moved, leaky):
    culprit = first(parts, part, spectrum)
    parts.loc[culprit, ["part", "generator"]] = moved, False
    refused(parts, "both trained on and tested", parts["subject"][culprit], leaky=leaky)


def test_at_most_ten_culprits_are_named(parts):
    parts["subject"] = [f"q{k % 30:02}" for k in range(len(parts))]
    refused(parts, "q00, q01, q02, q03, q04, q05, q06, q07, q08, q09 and 20 more")


@pytest.mark.parametrize(
    ("part", "spectrum", "problem"),
    [
        ("gallery", "VIS", "seen by the translators"),
        ("probe", "NIR", "seen by the translators"),
        ("held_out", "NIR", "held-out images seen by the translators"),
    ],
)
def test_a_translator_that_sees_what_is_tested(parts, part, spectrum, problem):
    culprit = first(parts, part, spectrum)
    parts.loc[culprit, "generator"] = True
    column = "source" if part == "held_out" else "subject"
    refused(parts, problem, parts[column][culprit])
    protocols.check(parts, leaky=True)


def test_a_translator_that_sees_an_image_without_a_face(parts):
    culprit = first(parts, "train")
    parts.loc[culprit, "found"] = False
    refused(parts, "without a found face", parts["source"][culprit])


def test_an_image_in_two_parts(parts):
    culprit = parts.loc[first(parts, "train")]
    twice = pd.concat([parts, culprit.to_frame().T], ignore_index=True).astype(parts.dtypes)
    refused(twice, "two parts", culprit["source"])
    twice.loc[len(parts), ["part", "generator"]] = "held_out", False
    refused(twice, "two parts", culprit["source"])


def test_missing_probes_are_no_images_in_two_parts(parts):
    lost = protocols.rows(parts, "probe", "NIR").index[:3]
    parts.loc[lost, "row"] = -1
    parts.loc[lost, "found"] = False
    protocols.check(parts)


@pytest.mark.parametrize(("part", "found"), [("train", False), ("probe", True)])
def test_an_image_that_cannot_exist(parts, part, found):
    culprit = first(parts, part, "NIR")
    parts.loc[culprit, ["row", "found", "generator"]] = -1, found, False
    refused(parts, "do not exist", parts["source"][culprit])


@pytest.mark.parametrize(("part", "spectrum"), [("gallery", "VIS"), ("probe", "NIR")])
def test_an_image_of_the_wrong_spectrum(parts, part, spectrum):
    culprit = first(parts, part, spectrum)
    parts.loc[culprit, "row"] = 10_000
    parts.loc[culprit, "spectrum"] = {"VIS": "NIR", "NIR": "VIS"}[spectrum]
    refused(parts, "wrong spectrum", parts["source"][culprit])


def test_people_who_can_never_be_right(parts):
    probe = parts["subject"][first(parts, "probe", "NIR")]
    held_out = parts["subject"][first(parts, "held_out")]
    without = parts[~((parts["part"] == "gallery") & (parts["subject"] == probe))]
    refused(without, "probe subjects without a gallery image", probe)
    without = parts[~((parts["part"] == "train") & (parts["subject"] == held_out))]
    refused(without, "held-out subjects without a training image", held_out)


def test_an_unknown_part_or_a_missing_column(parts):
    refused(parts.drop(columns="generator"), "generator")
    refused(parts.replace({"part": {"held_out": "heldout"}}), "unknown parts", "heldout")


@pytest.mark.parametrize(
    ("part", "spectrum"), [("train", "VIS"), ("train", "NIR"), ("probe", "NIR")]
)
def test_a_part_that_is_empty(parts, part, spectrum):
    chosen = (parts["part"] == part) & (parts["spectrum"] == spectrum)
    refused(parts[~chosen], f"no {spectrum} image", f"`{part}`")


def test_what_is_tested_may_be_one_of_two_things_but_not_nothing(parts):
    tested = parts["part"].isin(["gallery", "probe"])
    held_out = parts["part"] == "held_out"
    protocols.check(parts[~tested])
    protocols.check(parts[~held_out])
    refused(parts[~tested & ~held_out], "no VIS image", "`gallery`")


@pytest.mark.parametrize("seed", range(10))
def test_copies_are_found_as_by_comparing_all_pairs(images, parts, seed):
    rng = np.random.default_rng(seed)
    images["sha256"] = [str(k) for k in rng.integers(0, 5000, len(images))]
    images.loc[rng.random(len(images)) < 0.3, "sha256"] = ""
    hashes = dict(zip(images["source"], images["sha256"], strict=True))
    tests = {"train": {"held_out", "gallery", "probe"}, "held_out": {"gallery", "probe"},
             "gallery": {"probe"}}  # fmt: skip
    culprits = {
        name
        for one in parts.itertuples()
        for other in parts.itertuples()
        if (
            other.part in tests.get(one.part, ())
            or (one.part == other.part == "held_out" and one.spectrum != other.spectrum)
        )
        and hashes[one.source] == hashes[other.source] != ""
        for name in (one.source, other.source)
    }
    if not culprits:
        check_copies(parts, images)
        return
    with pytest.raises(DataError, match="the same bytes") as caught:
        check_copies(parts, images)
    named = {word for word in str(caught.value).split() if word.endswith(".bmp")}
    assert named
    assert named <= culprits


def copied(images, one, other):
    """Return the images with the hash of one row of parts at another row too."""
    sha256 = images.set_index("source")["sha256"]
    return images.assign(
        sha256=images["sha256"].mask(images["source"] == other["source"], sha256[one["source"]])
    )


def test_leaky_forgives_the_translators_alone(images, parts):
    probe, other = (parts.loc[label] for label in protocols.rows(parts, "probe", "NIR").index[:2])
    images = copied(images, probe, other)
    parts["generator"] = True
    check_copies(parts, images, leaky=True)
    with pytest.raises(DataError, match=probe["source"]):
        check_copies(parts, images, leaky=False)


@pytest.mark.parametrize("leaky", [False, True])
@pytest.mark.parametrize("same_person", [True, False])
def test_a_probe_made_of_a_gallery_image(*, images, parts, leaky, same_person):
    """A copy is always recognized, or, under another name, never."""
    gallery = parts.loc[first(parts, "gallery")]
    probes = protocols.rows(parts, "probe", "NIR")
    own = probes[(probes["subject"] == gallery["subject"]) == same_person].iloc[0]
    with pytest.raises(DataError, match="the same bytes are in the gallery and a probe") as caught:
        check_copies(parts, copied(images, gallery, own), leaky)
    for name in (gallery["source"], own["source"], gallery["subject"], own["subject"]):
        assert name in str(caught.value)


@pytest.mark.parametrize("leaky", [False, True])
def test_held_out_images_of_both_spectra_made_of_the_same_bytes(images, parts, leaky):
    vis, nir = (parts.loc[first(parts, "held_out", spectrum)] for spectrum in ("VIS", "NIR"))
    with pytest.raises(DataError, match="held out as VIS and as NIR") as caught:
        check_copies(parts, copied(images, vis, nir), leaky)
    assert vis["source"] in str(caught.value)
    assert nir["source"] in str(caught.value)


@pytest.mark.parametrize(
    ("part", "spectrum"), [("train", "VIS"), ("probe", "NIR"), ("held_out", "NIR")]
)
def test_copies_on_one_side_are_no_leak(images, parts, part, spectrum):
    """Neither within a part and spectrum, nor among the training images of both."""
    one, other = (parts.loc[label] for label in protocols.rows(parts, part, spectrum).index[:2])
    check_copies(parts, copied(images, one, other))
    vis, nir = (parts.loc[first(parts, "train", spectrum)] for spectrum in ("VIS", "NIR"))
    check_copies(parts, copied(images, vis, nir))


@pytest.fixture
def fakes(parts):
    train = protocols.rows(parts, "train", "VIS")
    return pd.DataFrame({"subject": train["subject"], "source": train["row"].astype(str)})


def test_fakes_of_training_images_pass(fakes, parts):
    protocols.check_fakes(fakes, parts)


@pytest.mark.parametrize("part", ["gallery", "held_out"])
def test_a_fake_of_an_image_outside_training(fakes, parts, part):
    culprit = parts.loc[first(parts, part)]
    fakes.iloc[0] = culprit["subject"], str(culprit["row"])
    named = culprit["subject"] if part == "gallery" else culprit["source"]
    with pytest.raises(DataError, match=named):
        protocols.check_fakes(fakes, parts)


def test_a_fake_of_an_image_without_a_face_or_of_none(fakes, parts):
    culprit = first(parts, "train")
    parts.loc[culprit, "found"] = False
    with pytest.raises(DataError, match=parts["source"][culprit]):
        protocols.check_fakes(fakes, parts)
    fakes.iloc[1, 1] = "100000"
    with pytest.raises(DataError, match="VIS row 100000"):
        protocols.check_fakes(fakes, parts)


def test_a_fake_under_another_name(fakes, parts):
    other = next(name for name in fakes["subject"] if name != fakes["subject"].iloc[0])
    row = fakes["source"].iloc[0]
    fakes.iloc[0, 0] = other
    with pytest.raises(DataError, match=f"another subject .*VIS rows: {row};"):
        protocols.check_fakes(fakes, parts)
