"""The recognizer before fine-tuning: its weights are the given ones, its classes are means."""

import numpy as np
import pandas as pd
import pytest
import torch

from recognizer import network, untuned
from recognizer.batches import ImageSet
from recognizer.embedding import embed
from recognizer.untuned import class_means

CPU = torch.device("cpu")
CLASSES = 4


@pytest.fixture(scope="module")
def sets() -> list[ImageSet]:
    draw = np.random.default_rng(3)
    vis = draw.integers(0, 256, (9, 90, 90, 3), np.uint8)
    nir = draw.integers(0, 256, (3, 90, 90, 1), np.uint8)
    return [ImageSet("vis", vis, np.arange(9) % 3), ImageSet("nir", nir, np.array([0, 0, 1]))]


@pytest.fixture(scope="module")
def written(trained, settings, sets, tmp_path_factory):
    out = tmp_path_factory.mktemp("untuned")
    return untuned.write(
        sets,
        CLASSES,
        initial=trained,
        out=out,
        side_px=settings.side_px,
        colour=settings.colour,
        device=CPU,
    )


def test_the_trunk_is_that_of_the_given_file(written, trained):
    before, after = network.state(network.load(trained)), network.state(network.load(written))
    trunk = [name for name in before if not name.startswith("logits.")]
    assert all(torch.equal(before[name], after[name]) for name in trunk)


def test_an_image_is_taken_for_the_person_with_the_nearest_mean(written, settings, sets):
    """Against cosines to means computed here, over images of every kind."""
    recognizer = network.load(written)
    embeddings = np.concatenate(
        [embed(recognizer, one.images, settings.side_px, settings.colour, device=CPU).embeddings
         for one in sets]
    )  # fmt: skip
    labels = np.concatenate([one.labels for one in sets])
    means = np.stack([embeddings[labels == person].mean(0) for person in range(3)])
    cosines = embeddings @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T
    logits = embed(recognizer, sets[0].images, settings.side_px, settings.colour, device=CPU).logits
    unit = logits[:, :3] / np.linalg.norm(logits[:, :3], axis=1, keepdims=True)
    expected = cosines[:9] / np.linalg.norm(cosines[:9], axis=1, keepdims=True)
    np.testing.assert_allclose(unit, expected, atol=1e-5)


def test_nobody_is_taken_for_a_person_without_images(written, settings):
    noise = np.random.default_rng(9).integers(0, 256, (40, 90, 90, 1), np.uint8)
    found = embed(network.load(written), noise, settings.side_px, "grey", device=CPU)
    assert (found.logits.argmax(1) != CLASSES - 1).all()


def test_it_says_what_it_is_and_has_no_losses(written):
    assert network.provenance(written)["classifier"] == "class means"
    assert pd.read_csv(written.parent / "losses.csv").empty


def test_means_have_unit_length_and_order_does_not_matter():
    draw = np.random.default_rng(0)
    embeddings = draw.normal(size=(20, 6)).astype(np.float32)
    labels = draw.integers(0, 3, 20)
    order = draw.permutation(20)
    means = class_means(embeddings, labels, 4)
    np.testing.assert_allclose(np.linalg.norm(means[:3], axis=1), 1, rtol=1e-6)
    assert (means[3] == 0).all()
    np.testing.assert_allclose(means, class_means(embeddings[order], labels[order], 4), atol=1e-6)
