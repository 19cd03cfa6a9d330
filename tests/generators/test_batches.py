"""Preparation, random order and crops of training images."""

import numpy as np
import pytest
import torch

from faces.common.errors import DataError
from faces.equalize import equalize
from generators.batches import Batches, ShuffledRows, center, is_equalized, prepare, to_floats


def pictures(number: int, side_px: int, channels: int) -> np.ndarray:
    shape = (number, side_px, side_px, channels)
    return np.random.default_rng(side_px).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_the_right_side_are_only_transposed(channels):
    images = pictures(3, 16, channels)
    ready = prepare(images, 16, equalized=False)
    assert ready.dtype == torch.uint8
    assert np.array_equal(ready.permute(0, 2, 3, 1).numpy(), images)


def test_equalization_comes_before_resizing():
    images = pictures(2, 24, 3) // 3
    expected = prepare(np.stack([equalize(image) for image in images]), 16, equalized=False)
    assert torch.equal(prepare(images, 16, equalized=True), expected)


@pytest.mark.parametrize("side_px", [8, 20, 48])
@pytest.mark.parametrize("channels", [1, 3])
def test_resizing_keeps_a_plain_image_plain(side_px, channels):
    images = np.full((1, 32, 32, channels), 77, np.uint8)
    ready = prepare(images, side_px, equalized=False)
    assert ready.shape == (1, channels, side_px, side_px)
    assert (ready == 77).all()


def test_shrinking_averages_instead_of_picking_pixels():
    checkers = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)[None, ..., None]
    assert (prepare(checkers, 16, equalized=False).int() - 127).abs().max() <= 16


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 8, 8, 2), (1, 8, 8, 4)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(DataError, match="HWC uint8"):
        prepare(np.zeros(shape, np.uint8), 8, equalized=False)


def test_no_images_are_refused():
    with pytest.raises(DataError, match="no images"):
        prepare(np.zeros((0, 8, 8, 3), np.uint8), 8, equalized=False)


def test_floats_span_minus_one_to_one_and_grey_is_repeated():
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    floats = to_floats(levels)
    assert floats.shape == (1, 3, 16, 16)
    assert floats.min() == -1
    assert floats.max() == 1
    assert all(torch.equal(floats[0, 0], floats[0, channel]) for channel in (1, 2))
    assert torch.equal(((floats[:, :1] + 1) * 127.5).round().to(torch.uint8), levels)


def test_equalized_spectra():
    table = {"vis": (True, False), "nir": (False, True), "both": (True, True), "none": (False,) * 2}
    for spectra, expected in table.items():
        assert tuple(is_equalized(spectrum, spectra) for spectrum in ("VIS", "NIR")) == expected


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_row_comes_once_before_any_comes_again(count):
    generator = torch.Generator().manual_seed(0)
    rows = ShuffledRows(count).take(5 * count, generator).view(5, count)
    assert all(sorted(epoch.tolist()) == list(range(count)) for epoch in rows)


def batches(seed: int) -> Batches:
    stored = {
        "vis": prepare(pictures(4, 10, 3), 10, equalized=False),
        "nir": prepare(pictures(3, 10, 1), 10, equalized=False),
    }
    return Batches(stored, 8, 2, torch.Generator().manual_seed(seed))


def test_batches_are_crops_of_stored_images_or_their_mirror_images():
    drawing = batches(0)
    stored = to_floats(drawing.images["vis"])
    for _ in range(10):
        for crop in drawing.draw()["vis"]:
            windows = stored.unfold(2, 8, 1).unfold(3, 8, 1)
            candidates = windows.permute(0, 2, 3, 1, 4, 5).reshape(-1, 3, 8, 8)
            both = torch.cat((candidates, candidates.flip(-1)))
            assert (both == crop).flatten(1).all(1).any()


def test_all_places_and_both_mirrorings_are_drawn():
    drawing = batches(1)
    seen = {drawing.draw()["nir"][0].numpy().tobytes() for _ in range(600)}
    assert len(seen) == 3 * 3 * 3 * 2


def test_a_loaded_state_draws_on_as_the_saved_one():
    one, other = batches(0), batches(5)
    for _ in range(5):
        one.draw()
    other.load_state_dict(one.state_dict())
    for _ in range(5):
        first, second = one.draw(), other.draw()
        assert all(torch.equal(first[name], second[name]) for name in first)


def test_center():
    square = torch.arange(36).view(1, 1, 6, 6)
    assert center(square, 2).flatten().tolist() == [14, 15, 20, 21]
