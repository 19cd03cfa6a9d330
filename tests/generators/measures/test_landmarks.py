"""Detection and landmarks in a photograph, moved and at several sides."""

import numpy as np
import pytest

from generators.measures.landmarks import (
    detection_rate,
    displacement,
    faces_found,
    landmarks,
    resized,
)


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 64, 64), np.uint8)


def test_detection_sees_a_face_at_any_side_and_none_in_noise(face):
    for side in (64, 96, 150):
        assert detection_rate(resized(face, side)[None]) == 1
    assert detection_rate(noise(4)) == 0
    both = np.stack([resized(face, 64), noise(1)[0]])
    assert detection_rate(both) == 0.5
    assert faces_found(both).tolist() == [True, False]


def test_a_moved_face_is_displaced_by_as_much(face, predictor):
    """A shift of the image shifts its landmarks: by whole pixels at the detector's own side."""
    shown = np.pad(resized(face, 112), 8, mode="edge")
    moved = np.roll(shown, (3, -4), (0, 1))
    a, b = landmarks(np.stack([shown, moved]), predictor)
    assert displacement(a[None], b[None]) == pytest.approx(5, abs=1.2)
    assert np.median(b - a, axis=0) == pytest.approx([-4, 3], abs=1)
    assert displacement(a[None], a[None]) == 0


def test_landmarks_are_in_the_image_s_own_pixels(face, predictor):
    """The same picture twice as large has its landmarks twice as far, counted from its edge."""
    small, large = (landmarks(resized(face, side)[None], predictor) for side in (64, 128))
    np.testing.assert_allclose(2 * (small + 0.5), large + 0.5, atol=3)
    eyes = large[0, :4].reshape(2, 2, 2).mean(1)
    assert (np.abs(eyes[:, 1] - eyes[:, 1].mean()) < 12).all()  # level, as in the photograph
    assert (large > 0).all()
    assert (large < 128).all()


def test_where_no_face_is_there_are_no_landmarks(face, predictor):
    points = landmarks(np.stack([noise(1)[0], resized(face, 64)]), predictor)
    assert np.isnan(points[0]).all()
    assert np.isfinite(points[1]).all()
    assert np.isnan(displacement(points[:1], points[1:])).all()
