"""The content of training sets of all kinds, image by image."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.stages.mixture import Mixture, image_sets
from faces import packed
from faces.equalize import equalize
from faces.luminance import luminance

SUBJECTS, SHOTS, SIDE_PX = ["p1", "p2", "p3"], 4, 12
CLASSES = sorted(SUBJECTS)


def folder(path: Path, channels: int, seed: int) -> np.ndarray:
    """Write SHOTS images of each subject as a packed folder; return the images."""
    rng = np.random.default_rng(seed)
    index = pd.DataFrame(
        [(subject, str(shot)) for subject in SUBJECTS for shot in range(SHOTS)],
        columns=["subject", "shot"],
    ).assign(spectrum=path.name, found=True)
    images = rng.integers(0, 256, (len(index), SIDE_PX, SIDE_PX, channels), np.uint8)
    packed.write(path, images, index)
    return images


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    aligned = tmp_path_factory.mktemp("aligned")
    images = {
        name: folder(aligned / name, channels, seed)
        for seed, (name, channels) in enumerate(
            {"VIS": 3, "NIR": 1, "NIR-true": 1, "fakes": 1}.items()
        )
    }
    parts = pd.DataFrame(
        [(subject, spectrum, row, "train")
         for spectrum in ("VIS", "NIR")
         for row, subject in enumerate(np.repeat(SUBJECTS, SHOTS))],
        columns=["subject", "spectrum", "row", "part"],
    ).assign(found=True, shot="0")  # fmt: skip
    return aligned, parts, images


def mixed(made, seed: int = 0, **values):
    aligned, parts, _ = made
    mixture = Mixture(**{"nir_per_subject": 0} | values)
    return image_sets(mixture, aligned, aligned / "fakes", parts, classes=CLASSES, seed=seed)


LABELS = np.repeat(np.arange(3), SHOTS)


@pytest.mark.parametrize("most", [0, 1, 3, "all"])
def test_so_many_real_nir_images_of_each_person(made, most):
    sets = mixed(made, nir_per_subject=most)
    assert [image_set.name for image_set in sets] == (["VIS"] if most == 0 else ["VIS", "NIR"])
    assert (sets[0].images == made[2]["VIS"]).all()
    if most:
        wanted = SHOTS if most == "all" else most
        assert np.bincount(sets[1].labels).tolist() == [wanted] * len(SUBJECTS)


def test_fewer_real_images_are_among_more(made):
    before = set()
    for most in (1, 2, 3):
        chosen = {image.tobytes() for image in mixed(made, nir_per_subject=most)[1].images}
        assert before < chosen
        before = chosen


@pytest.mark.parametrize(
    ("extra", "wanted"),
    [
        ("twice", lambda images: images["VIS"]),
        ("grey", lambda images: luminance(images["VIS"])),
        ("equalized", lambda images: np.stack([equalize(image) for image in images["VIS"]])),
        ("oracle", lambda images: images["NIR-true"]),
        ("fakes", lambda images: images["fakes"]),
    ],
)
def test_one_further_image_for_each_vis_image_under_the_same_name(made, extra, wanted):
    real, further = mixed(made, extra=extra)
    assert (real.images == made[2]["VIS"]).all()
    assert (further.images == wanted(made[2])).all()
    assert (further.labels == LABELS).all()


def test_altered_images_are_the_same_for_every_seed(made):
    first, second = (mixed(made, seed, extra="augmented")[1] for seed in (0, 1))
    assert (first.images == second.images).all()
    assert len(first.images) == len(LABELS)


def test_shuffled_names_are_dealt_out_anew_and_differently_by_seed(made):
    plain = mixed(made, extra="fakes")[1]
    first, second = (mixed(made, seed, extra="shuffled", shuffled=True)[1] for seed in (0, 1))
    assert (first.images == plain.images).all()
    assert sorted(first.labels) == sorted(plain.labels)
    assert (first.labels != plain.labels).all()
    assert (first.labels != second.labels).any()


def test_alone_means_nothing_but_fakes(made):
    (only,) = mixed(made, real=False, extra="fakes")
    assert (only.images == made[2]["fakes"]).all()


def test_a_smaller_share_is_among_a_larger_one(made):
    smaller, larger = (mixed(made, extra="fakes", share=share)[1] for share in (0.25, 0.5))
    assert np.bincount(smaller.labels).tolist() == [1] * len(SUBJECTS)
    assert np.bincount(larger.labels).tolist() == [2] * len(SUBJECTS)
    kept, also_kept = ({image.tobytes() for image in sets.images} for sets in (smaller, larger))
    assert kept < also_kept
    full = {image.tobytes(): label for image, label in zip(made[2]["fakes"], LABELS, strict=True)}
    assert all(full[image.tobytes()] == label
               for image, label in zip(larger.images, larger.labels, strict=True))  # fmt: skip
