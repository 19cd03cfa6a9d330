"""Tests alignment against closed forms: the places of the eyes, and no aliases by shrinking."""

import numpy as np
import pytest
from PIL import Image

from faces.align import align_face, crop_to_image
from faces.excerpt import is_ordinary
from faces.eye_places import EYE_PLACES

SIDES = [64, 96, 160]


def blobs(height, width, centres, radius_px):
    """Return a dark image with a soft bright spot at each x, y."""
    y, x = np.mgrid[:height, :width]
    spots = sum(np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius_px**2)) for cx, cy in centres)
    return np.rint(255 * np.clip(spots, 0, 1)).astype(np.uint8)[..., None]


def centre_of_light(image):
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    weight = image.astype(float) / image.sum()
    return np.array([(x * weight).sum(), (y * weight).sum()])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("side_px", SIDES)
def test_the_eyes_land_on_their_places(seed, side_px):
    rng = np.random.default_rng(seed)
    left = rng.uniform(70, 120, 2)
    angle, distance = rng.uniform(-0.5, 0.5), rng.uniform(30, 90)
    right = left + distance * np.array([np.cos(angle), np.sin(angle)])
    image = blobs(240, 260, [left, right], distance / 20)
    crop = align_face(image, np.array([left, right]), side_px)[..., 0]
    halves = np.s_[:, : side_px // 2], np.s_[:, side_px // 2 :]
    for half, place in zip(halves, EYE_PLACES, strict=True):
        offset = 0 if half[1].start is None else side_px // 2
        found = centre_of_light(crop[half]) + np.array([offset, 0])
        assert np.abs(found - (place * side_px - 0.5)).max() < 0.35


@pytest.mark.parametrize("turned", [-0.5, 0.1, 0.4])
@pytest.mark.parametrize("distance", [40, 260, 900])
def test_the_eyes_land_on_their_places_from_a_large_photograph(distance, turned):
    left = np.array([700.3, 800.6])
    right = left + distance * np.array([np.cos(turned), np.sin(turned)])
    image = blobs(1700, 1900, [left, right], distance / 20)
    assert not is_ordinary(image)
    crop = align_face(image, np.array([left, right]), 96)[..., 0]
    for half, place in zip((np.s_[:, :48], np.s_[:, 48:]), EYE_PLACES, strict=True):
        found = centre_of_light(crop[half]) + np.array([half[1].start or 0, 0])
        assert np.abs(found - (place * 96 - 0.5)).max() < 0.35


@pytest.mark.parametrize("corner", [(100, 90), (1650, 80), (90, 1500), (1700, 1450)])
@pytest.mark.parametrize(("right", "grain"), [((18, 0), 1), ((70, 14), 4), ((210, -40), 10)])
def test_a_crop_of_a_large_photograph_is_that_of_its_surroundings(
    *, corner, right, grain, monkeypatch
):
    """Compared with the crop from the photograph as a whole, also beyond its border."""
    shape = (1700 // grain, 1900 // grain, 3)
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, shape, np.uint8))
    image = np.asarray(noise.resize((1900, 1700), Image.Resampling.BICUBIC))
    eyes = np.array(corner) + np.array([(0, 0), right])
    crop = align_face(image, eyes, 64)
    monkeypatch.setattr("faces.align.is_ordinary", lambda image: True)
    np.testing.assert_allclose(crop.astype(int), align_face(image, eyes, 64), atol=1)


@pytest.mark.parametrize("channels", [1, 3])
def test_shape_type_and_grey_are_kept(channels):
    image = np.full((90, 70, channels), 137, np.uint8)
    crop = align_face(image, np.array([[10, 40], [60, 35]]), 48)
    assert crop.shape == (48, 48, channels)
    assert crop.dtype == np.uint8
    assert (crop == 137).all()  # also outside the image, whose border is repeated


def test_the_map_is_a_similarity():
    rng = np.random.default_rng(0)
    for _ in range(50):
        eyes = rng.uniform(0, 200, (2, 2))
        matrix = crop_to_image(eyes, 96)
        linear = matrix[:, :2]
        assert np.allclose(linear.T @ linear, np.linalg.det(linear) * np.eye(2))
        assert np.allclose(
            np.column_stack([EYE_PLACES * 96, [1, 1]]) @ matrix.T, eyes + 0.5, atol=1e-9
        )


def test_fine_stripes_do_not_alias():
    stripes = np.zeros((512, 512, 1), np.uint8)
    stripes[:, ::2] = 255
    span = 512 * (EYE_PLACES[1, 0] - EYE_PLACES[0, 0])
    eyes = np.array([[160.0, 190.0], [160.0 + span, 190.0]])
    crop = align_face(stripes, eyes, 73)[5:-5, 5:-5]
    assert crop.std() < 12  # nearest or bilinear sampling leaves stripes of 30 and more
    assert abs(crop.mean() - 127.5) < 3
