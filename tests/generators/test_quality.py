"""The measurement of image quality: what must hold for any feature networks."""

import numpy as np
import pytest
import torch
from torch import nn

from faces.common.errors import DataError
from faces.networks.efficientnet_lite0 import EfficientNetLite0
from generators.measures.feature_networks import FeatureNetworks
from generators.quality import ImageSample, Known, Memory, measure

PEOPLE = np.array([f"p{i}" for i in range(8)])
SET_METRICS = {"fd_lite0", "kd_lite0", "fd_face", "kd_face", "fd_recognizer", "kd_recognizer",
               "precision", "recall", "density", "coverage", "detection"}  # fmt: skip
KNOWN_METRICS = {"nir_likeness", "nir_person", "copies"}


@pytest.fixture(scope="module")
def networks() -> FeatureNetworks:
    """Small feature networks with random weights."""
    torch.manual_seed(0)
    face = nn.Sequential(nn.AvgPool2d(25), nn.Flatten(), nn.Linear(108, 128))

    def recognizer(images: torch.Tensor) -> np.ndarray:
        return images.float()[:, 0, ::8, ::8].flatten(1).numpy() / 255

    lite0 = EfficientNetLite0().eval()
    return FeatureNetworks(lite0, face, torch.device("cpu"), recognizer=recognizer)


@pytest.fixture
def photographs(grey_images):
    """Return a function: (seed, n, side, channels) => (n, side, side, channels) uint8."""

    def make(seed: int, n: int, side: int = 32, channels: int = 1) -> np.ndarray:
        grey = grey_images(seed, n * channels, side)
        return grey.reshape(n, channels, side, side).permute(0, 2, 3, 1).numpy().copy()

    return make


def people(n: int) -> np.ndarray:
    return PEOPLE[np.arange(n) % len(PEOPLE)]


def run(
    networks: FeatureNetworks, samples: dict[str, ImageSample], real: np.ndarray, **others
) -> dict[tuple, dict]:
    chosen = {"count": 20, "side_px": 32, "lite0_px": 32} | others
    real_sample = ImageSample(real, people=people(len(real)))
    measured = measure(networks, samples, real_sample, rng=np.random.default_rng(3), **chosen)
    columns = {"images", "metric", "value", "n", "ci_low", "ci_high"}
    assert all(set(row) == columns for row in measured.rows)
    return {(row["images"], row["metric"]): row for row in measured.rows}


def test_every_sample_is_measured_with_the_same_number(networks, photographs):
    samples = {
        "A": ImageSample(
            photographs(1, 12), photographs(2, 12, 40, 3), photographs(3, 12, 48), people(12)
        ),
        "vis": ImageSample(photographs(2, 14, 40, 3)),
    }
    known = Known(
        ImageSample(photographs(7, 20), people=people(20)),
        ImageSample(photographs(8, 20), people=people(20)),
    )
    for given, more in ((None, set()), (known, KNOWN_METRICS)):
        rows = run(networks, samples, photographs(0, 30), known=given)
        paired = {"identity", "ssim", "psnr", "perceptual_lite0"}
        for name, metrics in (("real", SET_METRICS | more), ("A", SET_METRICS | paired | more)):
            assert {metric for images, metric in rows if images == name} == metrics
            assert {rows[name, metric]["n"] for metric in metrics} == {12}
        pairs = {name for name, metric in rows if metric == "identity"} - {"A"}
        assert pairs == ({"genuine", "impostor"} if given else set())
        assert {rows[name, "identity"]["n"] for name in pairs} <= {12}


def test_intervals_hold_their_values_and_end_where_their_metrics_do(networks, photographs):
    samples = {"A": ImageSample(photographs(1, 20), people=people(20))}
    rows = run(networks, samples, photographs(0, 40))
    for (_, metric), row in rows.items():
        assert row["ci_low"] <= row["value"] <= row["ci_high"]
        if metric in ("precision", "recall", "coverage", "detection"):
            assert row["ci_low"] >= 0
            assert row["ci_high"] <= 1
    assert rows["A", "fd_lite0"]["ci_low"] < rows["A", "fd_lite0"]["ci_high"]


def test_samples_apart_give_what_samples_together_give(networks, photographs, tmp_path):
    """With and without the outputs that the first measurement stored."""
    real = photographs(0, 30)
    known = Known(
        ImageSample(photographs(7, 20), people=people(20)),
        ImageSample(photographs(8, 15), people=people(15)),
    )
    samples = {"A": ImageSample(photographs(1, 15)), "B": ImageSample(photographs(2, 15))}
    together = run(networks, samples, real, known=known)
    memory = Memory()
    apart = run(networks, {"A": samples["A"]}, real, known=known, memory=memory)
    memory.save(tmp_path / "answers")
    found = Memory.load(tmp_path / "answers")
    apart |= run(networks, {"B": samples["B"]}, real, known=known, floor=False, memory=found)
    assert together == apart
    assert len(found.answers) == len(memory.answers) + 3  # of B: Lite0, face, recognizer


def test_pairs_stay_paired_through_the_draw(networks, photographs):
    images = photographs(1, 25)
    noisy = np.clip(images.astype(int) + 4, 0, 255).astype(np.uint8)
    rows = run(
        networks, {"A": ImageSample(images, sources=images, truth=noisy)}, photographs(0, 20)
    )
    assert rows["A", "identity"]["value"] == pytest.approx(1)
    assert rows["A", "ssim"]["value"] > 0.9
    assert rows["A", "psnr"]["value"] > 30
    same = run(networks, {"A": ImageSample(images, truth=images)}, photographs(0, 20))
    assert same["A", "perceptual_lite0"]["value"] == 0
    assert same["A", "psnr"]["value"] == np.inf


def test_copies_are_named_by_their_rows(networks, photographs):
    """Rows are those of the given images, not of the drawn ones, and have their distances."""
    training, images, held_out = (photographs(seed, n) for seed, n in ((5, 30), (1, 25), (0, 50)))
    images[5:] = np.clip(training[:20].astype(int) + 5, 0, 255)
    known = Known(
        ImageSample(training, people=people(30)), ImageSample(photographs(8, 25), people=people(25))
    )
    chosen = {"count": 20, "side_px": 32, "lite0_px": 32, "rng": np.random.default_rng(0)}
    real = ImageSample(held_out, people=people(50))
    measured = measure(networks, {"A": ImageSample(images)}, real, known=known, **chosen)
    given = {"A": images, "real": held_out}
    for pair in measured.pairs:
        both = given[pair["images"]][pair["row"]], training[pair["training_row"]]
        a, b = (x.astype(float) - x.mean() for x in both)
        distance = np.linalg.norm(a / np.linalg.norm(a) - b / np.linalg.norm(b))
        assert pair["distance"] == pytest.approx(distance, abs=1e-6)
    found = {row["images"]: row["value"] for row in measured.rows if row["metric"] == "copies"}
    assert found["A"] >= 15 / 20
    assert found["real"] < 0.2
    first = next(pair for pair in measured.pairs if pair["images"] == "A")
    assert first["row"] == first["training_row"] + 5
    assert first["distance"] < first["allowed"]


def test_the_real_halves_share_neither_image_nor_person(networks, photographs):
    """All real images differ, and there are three of each person: each half shows four people."""
    real = photographs(0, 24)
    seen = []
    spy = FeatureNetworks(networks.lite0, networks.face, networks.device)
    original = networks.features
    object.__setattr__(spy, "features", lambda x, px: seen.append(x) or original(x, px))
    run(spy, {"A": ImageSample(photographs(1, 12))}, real)
    compared, other = ({image.numpy().tobytes() for image in seen[i]} for i in (0, 2))
    assert len(compared) == len(other) == 12
    assert not compared & other
    assert compared | other == {image.tobytes() for image in real}
    shown = {image.tobytes(): name for image, name in zip(real, people(24), strict=True)}
    assert len({shown[image] for image in compared}) == 4


def test_too_few_images_are_told(networks, photographs):
    with pytest.raises(DataError, match="hold out more NIR images"):
        run(networks, {"A": ImageSample(photographs(1, 12))}, photographs(0, 11))
