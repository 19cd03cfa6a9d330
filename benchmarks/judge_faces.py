"""Measures rendered people with dlib, which was trained on photographs: detection, recognition.

    python benchmarks/judge_faces.py                  detection, eye error, recognition
    python benchmarks/judge_faces.py --sheet people.png --no-judge

The renderer was tuned on subjects below 1000; the default subjects here were never used for that.
dlib's models are taken from the package face-recognition-models (CC0), or from given files.
"""

from importlib.util import find_spec
from pathlib import Path

import click
import dlib
import numpy as np
from PIL import Image
from sklearn.metrics import roc_auc_score

from faces.common.errors import MissingError
from faces.synthetic import render
from faces.synthetic.difficulty import STANDARD
from faces.synthetic.person import make_person
from faces.synthetic.renderer import develop, true_eyes, view_person

LANDMARKS = "shape_predictor_5_face_landmarks.dat"
RECOGNIZER = "dlib_face_recognition_resnet_model_v1.dat"
FIRST_NIR_SHOT = 500


def packaged(name: str) -> str | None:
    """Return the path of a file in the package face_recognition_models, without importing it."""
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "models" / name
    return str(path) if path.exists() else None


class DlibFaces:
    """dlib's frontal detector, landmarks and face network."""

    def __init__(self, landmarks: str, recognizer: str) -> None:
        self.detector = dlib.get_frontal_face_detector()
        self.landmarks = dlib.shape_predictor(landmarks)
        self.recognizer = dlib.face_recognition_model_v1(recognizer)

    def measure(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Find a face: HWC uint8 => (2, 2) eyes sorted by x, (128,) embedding; None without one."""
        rgb = np.ascontiguousarray(np.broadcast_to(image, (*image.shape[:2], 3)))
        boxes = self.detector(rgb, 0)  # 0: without upsampling
        if not boxes:
            return None
        shape = self.landmarks(rgb, max(boxes, key=lambda box: box.width()))
        points = np.array([(point.x, point.y) for point in shape.parts()], float)
        eyes = np.stack([points[:2].mean(0), points[2:4].mean(0)])
        embedding = np.array(self.recognizer.compute_face_descriptor(rgb, shape))
        return eyes[np.argsort(eyes[:, 0])], embedding


def measure_people(
    dlib_faces: DlibFaces, subjects: range, *, per_spectrum: int, side_px: int, seed: int
) -> dict:
    """Render and measure people; the returned arrays have one entry per detected image."""
    columns = {"subject": [], "spectrum": [], "error": [], "embedding": []}
    for subject in subjects:
        person = make_person(seed, subject, side_px)
        for spectrum, first in (("VIS", 0), ("NIR", FIRST_NIR_SHOT)):
            for shot in range(first, first + per_spectrum):
                view = view_person(person, shot, side_px, STANDARD)
                truth, seen = true_eyes(view), dlib_faces.measure(develop(view, spectrum))
                if seen is None:
                    continue
                eyes, embedding = seen
                distance = np.linalg.norm(truth[1] - truth[0])
                error = np.linalg.norm(eyes - truth, axis=1).mean() / distance
                row = (subject, spectrum, error, embedding)
                for column, value in zip(columns.values(), row, strict=True):
                    column.append(value)
    return {name: np.array(values) for name, values in columns.items()}


def cross_spectral_auc(found: dict) -> float:
    """Return the area under the ROC of all VIS-NIR pairs, by embedding distance."""
    vis, nir = found["spectrum"] == "VIS", found["spectrum"] == "NIR"
    a, b = found["embedding"][vis], found["embedding"][nir]
    distance = np.linalg.norm(a[:, None] - b[None], axis=2)
    same = found["subject"][vis][:, None] == found["subject"][nir][None]
    return float(roc_auc_score(same.ravel(), -distance.ravel()))


def write_sheet(path: str, subjects: range, side_px: int, seed: int) -> None:
    """Write a contact sheet: one column per person, the VIS image above the NIR image."""
    rows = []
    for spectrum in ("VIS", "NIR"):
        images = [render(subject, 0, spectrum, side_px, seed) for subject in subjects]
        rows.append(np.concatenate([np.broadcast_to(i, (*i.shape[:2], 3)) for i in images], 1))
    Image.fromarray(np.concatenate(rows)).save(path, optimize=True)


@click.command(help=__doc__)
@click.option("--first-subject", default=5000, show_default=True)
@click.option("--subjects", default=50, show_default=True)
@click.option("--per-spectrum", default=4, show_default=True, help="Images of each per subject.")
@click.option("--side-px", default=256, show_default=True)
@click.option("--seed", default=0, show_default=True, help="Population.")
@click.option("--landmarks", default=lambda: packaged(LANDMARKS), help=f"File {LANDMARKS}.")
@click.option("--recognizer", default=lambda: packaged(RECOGNIZER), help=f"File {RECOGNIZER}.")
@click.option("--judge/--no-judge", "measured", default=True, help="Whether to measure.")
@click.option("--sheet", help="Write a contact sheet of the first 8 people to this file.")
def main(
    *,
    first_subject,
    subjects,
    per_spectrum,
    side_px,
    seed,
    landmarks,
    recognizer,
    measured,
    sheet,
):
    if sheet:
        write_sheet(sheet, range(first_subject, first_subject + 8), side_px, seed)
    if not measured:
        return
    if landmarks is None or recognizer is None:
        error = MissingError("dlib's models: install face-recognition-models or name the files")
        raise click.ClickException(str(error))
    people = range(first_subject, first_subject + subjects)
    found = measure_people(
        DlibFaces(landmarks, recognizer), people,
        per_spectrum=per_spectrum, side_px=side_px, seed=seed,
    )  # fmt: skip
    total = 2 * subjects * per_spectrum
    click.echo(f"{total} images of {subjects} people from {first_subject}, {side_px} px")
    for spectrum in ("VIS", "NIR"):
        errors = found["error"][found["spectrum"] == spectrum]
        click.echo(
            f"{spectrum}: {len(errors)} of {total // 2} detected without upsampling; "
            f"median eye error {100 * np.median(errors):.2f} % of the eye distance"
        )
    both = len(found["error"]) / total
    click.echo(
        f"both: detected {100 * both:.2f} %, eye error {100 * np.median(found['error']):.2f} %"
    )
    click.echo(f"dlib's face network, VIS against NIR: AUC {cross_spectral_auc(found):.4f}")


if __name__ == "__main__":
    main()
