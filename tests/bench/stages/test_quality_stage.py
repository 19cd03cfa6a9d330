"""The stage of image quality on a few rendered people, from files to files."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from bench import weights
from bench.running.store import Job, Machine
from bench.settings.own_settings import TAKEN
from bench.stages import quality
from faces import packed
from faces.align import align_face
from faces.common.progress import silent
from faces.protocols.parts import arrange
from faces.synthetic.renderer import render_with_truth

PEOPLE, SIDE_PX = range(6), 64
SHOTS = {"VIS": (0, 1), "NIR": (500, 501, 502, 503)}


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def crops(spectrum: str, shots: tuple[int, ...]) -> tuple[np.ndarray, pd.DataFrame]:
    rows, images = [], []
    for person in PEOPLE:
        for shot in shots:
            image, eyes = render_with_truth(person, shot, spectrum, 80)
            images.append(align_face(image, eyes, SIDE_PX))
            rows.append((f"{person:03}", spectrum, str(shot)))
    index = pd.DataFrame(rows, columns=["subject", "spectrum", "shot"]).assign(found=True)
    return np.stack(images), index


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> dict[str, Path]:
    """Write inputs: all people are trained on, half of the NIR images are held out.

    Fakes are true NIR images, dimmed.
    """
    root = tmp_path_factory.mktemp("inputs")
    tables = []
    for spectrum, shots in SHOTS.items():
        images, index = crops(spectrum, shots)
        packed.write(root / "aligned" / spectrum, images, index)
        tables.append(index.assign(row=range(len(index))))
    truth, index = crops("NIR", SHOTS["VIS"])
    index = index.assign(spectrum="VIS")
    again = np.clip(
        truth.astype(int) + np.random.default_rng(0).integers(-4, 5, truth.shape), 0, 255
    )
    packed.write(root / "aligned" / "NIR-clean", truth, index)
    packed.write(root / "aligned" / "NIR-true", again.astype(np.uint8), index)
    packed.write(root / "fakes", (truth * 0.8).astype(np.uint8), index)
    images = pd.concat(tables, ignore_index=True)
    held_out = (images["spectrum"] == "NIR") & images["shot"].isin(["502", "503"])
    part = np.where(held_out, "held_out", "train")
    lines = images.assign(part=part, source=images.index.astype(str))
    (root / "split").mkdir()
    arrange(lines).to_csv(root / "split" / "split.csv", index=False)
    (root / "split" / "protocol.json").write_text(json.dumps({"leaky": False}))
    return {name: root / name for name in ("aligned", "split", "fakes")}


def run(out: Path, inputs: dict[str, Path], images: str, cache: Path, *, count: int = 6) -> Path:
    out.mkdir()
    settings = quality.QualityStageSettings(images=images, count=count, side_px=SIDE_PX)
    quality.measure_images(Job(settings, out, inputs, Machine("cpu", 1, cache), silent))
    return out


@pytest.fixture(scope="module")
def measured(inputs, tmp_path_factory) -> dict[str, Path]:
    """Measure the untranslated images, and a variant with and without their kept outputs."""
    root = tmp_path_factory.mktemp("measured")
    real = {name: path for name, path in inputs.items() if name != "fakes"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_OFFLINE", "1")
        untranslated = run(root / "untranslated", real, "vis", root / "cache")
        known = inputs | {"untranslated": untranslated}
        return {
            "untranslated": untranslated,
            "variant": run(root / "variant", known, "A", root / "cache"),
            "alone": run(root / "alone", inputs, "A", root / "cache"),
        }


def test_every_kind_has_its_rows(measured):
    rows = pd.read_csv(measured["untranslated"] / "quality.csv")
    assert tuple(rows.columns) == quality.COLUMNS
    assert set(rows["images"]) == {"vis", "reshot", "real", "genuine", "impostor"}
    assert set(rows["images"]) <= TAKEN  # no translator may have the name of a row
    variant = pd.read_csv(measured["variant"] / "quality.csv")
    assert set(variant["images"]) == {"A"}
    assert {"fd_lite0", "kd_face", "identity", "landmarks", "ssim", "perceptual_lite0",
            "nir_person", "copies", "detection"} <= set(variant["metric"])  # fmt: skip
    means = rows.set_index(["images", "metric"])["value"]
    assert means["genuine", "identity"] > means["impostor", "identity"]
    assert means["reshot", "psnr"] > means["vis", "psnr"]


def test_what_the_first_stage_kept_changes_no_byte(measured):
    for name in ("quality.csv", "copies.csv", "omitted.csv"):
        first, again = (measured[variant] / name for variant in ("variant", "alone"))
        assert first.read_bytes() == again.read_bytes()
    assert (measured["untranslated"] / quality.ANSWERS).exists()
    assert not (measured["variant"] / quality.ANSWERS).exists()


def test_copies_are_named_by_subject_and_shot(measured):
    table = packed.read_table(measured["variant"] / "copies.csv")
    assert tuple(table.columns) == quality.COPY_COLUMNS
    assert set(table["images"]) == {"A"}
    assert set(table["subject"]) <= {f"{person:03}" for person in PEOPLE}
    assert set(table["shot"]) <= set(map(str, SHOTS["VIS"]))
    assert set(table["training_shot"].astype(str)) <= {"500", "501"}
    assert table["distance"].is_monotonic_increasing


def test_without_its_weights_fid_is_left_out_with_a_note(measured, tmp_path):
    reasons = pd.read_csv(measured["variant"] / "omitted.csv")["reason"]
    assert reasons.str.contains("fid and kid are left out").any()
    assert quality.inception_sha256(tmp_path) == ""
    (tmp_path / "weights").mkdir()
    weight = weights.find(quality.INCEPTION)
    (tmp_path / "weights" / weight.original_name).write_bytes(b"put there by hand, but wrong")
    assert quality.inception_sha256(tmp_path) == ""


def test_too_few_images_leave_the_table_empty_and_say_so(inputs, tmp_path, measured):
    out = run(tmp_path / "few", inputs, "A", measured["untranslated"].parent / "cache", count=3)
    assert pd.read_csv(out / "quality.csv").empty
    assert "hold out more NIR images" in pd.read_csv(out / "omitted.csv")["reason"].item()
