"""Each measure against a slow, plain reference; the shell against what must hold for any judge."""

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save_file
from scipy.ndimage import correlate1d

from faces.errors import DataError
from faces.networks.dlib_resnet import DlibFaceNet
from faces.networks.efficientnet_lite0 import EfficientNetLite0
from generators import quality
from generators.measures.detection import at_side
from generators.measures.pairs import identity, psnr, ssim
from generators.quality import (
    Judges,
    Kind,
    density_coverage,
    frechet_distance,
    kernel_distance,
    measure,
    precision_recall,
)


def samples(seed: int, n: int, m: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Two samples of features with different means and correlated, unequal spreads."""
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(2, d, d)) / np.sqrt(d)
    return rng.normal(size=(n, d)) @ mix[0], rng.normal(size=(m, d)) @ mix[1] + rng.normal(size=d)


SHAPES = [(2, 2, 1), (2, 3, 5), (7, 40, 3), (40, 7, 20), (30, 30, 30), (31, 30, 30), (90, 50, 64),
          (300, 280, 64), (60, 400, 128), (500, 500, 100)]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_frechet_distance_is_that_of_the_matrix_root(shape, dtype):
    a, b = (x.astype(dtype) for x in samples(len(shape), *shape))
    expected = reference_frechet(a.astype(np.float64), b.astype(np.float64))
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def reference_frechet(a: np.ndarray, b: np.ndarray) -> float:
    """tr (S_a^1/2 S_b S_a^1/2)^1/2 by eigenvalues: the root of a symmetric matrix, float64."""
    cov_a, cov_b = (np.cov(x, rowvar=False).reshape(x.shape[1], -1) for x in (a, b))
    values, vectors = scipy.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    inner = np.linalg.svd(root @ scipy.linalg.sqrtm(cov_b + 0j).real, compute_uv=False).sum()
    shift = a.mean(0) - b.mean(0)
    return shift @ shift + np.trace(cov_a) + np.trace(cov_b) - 2 * inner


@pytest.mark.parametrize("shape", [(300, 280, 20), (900, 700, 64), (150, 150, 149)])
def test_frechet_distance_is_that_of_scipys_sqrtm(shape):
    a, b = samples(5, *shape)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(cov_a @ cov_b)
    shift = a.mean(0) - b.mean(0)
    expected = shift @ shift + np.trace(cov_a + cov_b - 2 * root.real)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.integers(2, 40), st.integers(2, 40), st.integers(1, 60))
def test_frechet_distance_is_a_distance(seed, n, m, d):
    a, b = samples(seed, n, m, d)
    there = frechet_distance(a, b)
    assert there == pytest.approx(frechet_distance(b, a), rel=1e-9, abs=1e-9)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9 * (a**2).sum())
    shifted = frechet_distance(a, a + 3)
    assert shifted == pytest.approx(9 * d, rel=1e-9)
    turn = scipy.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0]
    assert frechet_distance(a @ turn, b @ turn) == pytest.approx(there, rel=1e-8, abs=1e-8)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.integers(2, 12), st.integers(2, 12), st.integers(1, 20))
def test_kernel_distance_is_that_of_loops(seed, n, m, d):
    a, b = samples(seed, n, m, d)

    def k(x, y):
        return (sum(p * q for p, q in zip(x, y, strict=True)) / d + 1) ** 3

    within_a = np.mean([k(a[i], a[j]) for i in range(n) for j in range(n) if i != j])
    within_b = np.mean([k(b[i], b[j]) for i in range(m) for j in range(m) if i != j])
    across = np.mean([k(x, y) for x in a for y in b])
    assert kernel_distance(a, b) == pytest.approx(within_a + within_b - 2 * across, rel=1e-8)


def test_kernel_distance_is_unbiased():
    """Over many pairs of samples of one distribution its mean is zero, within five errors."""
    rng = np.random.default_rng(0)
    values = [kernel_distance(*rng.normal(size=(2, 8, 5))) for _ in range(2000)]
    assert abs(np.mean(values)) < 5 * np.std(values) / np.sqrt(len(values))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.integers(5, 25), st.integers(5, 25), st.integers(1, 4))
def test_neighbour_measures_are_those_of_loops(seed, n, m, k):
    a, b = samples(seed, n, m, 3)
    b = b * 0.7 + a.mean(0) - b.mean(0) * 0.7

    def radius(x, i):
        return sorted(np.linalg.norm(x[i] - other) for j, other in enumerate(x) if j != i)[k - 1]

    real, fake = [radius(a, i) for i in range(n)], [radius(b, j) for j in range(m)]
    gaps = [[np.linalg.norm(x - y) for y in b] for x in a]
    precision = np.mean([any(gaps[i][j] <= real[i] for i in range(n)) for j in range(m)])
    recall = np.mean([any(gaps[i][j] <= fake[j] for j in range(m)) for i in range(n)])
    density = np.mean([sum(gaps[i][j] <= real[i] for i in range(n)) / k for j in range(m)])
    coverage = np.mean([min(gaps[i]) <= real[i] for i in range(n)])
    assert precision_recall(a, b, k) == pytest.approx((precision, recall))
    assert density_coverage(a, b, k) == pytest.approx((density, coverage))


def test_far_samples_cover_nothing():
    a = np.random.default_rng(0).normal(size=(30, 4))
    assert precision_recall(a, a + 100, 3) == (0, 0)
    assert precision_recall(a, a, 3) == (1, 1)


def grey_images(seed: int, n: int, side: int) -> torch.Tensor:
    """Smooth random images, (n, 1, side, side) uint8."""
    coarse = torch.rand(n, 1, 5, 5, generator=torch.manual_seed(seed))
    fine = torch.nn.functional.interpolate(coarse, (side, side), mode="bicubic")
    return (fine.clamp(0, 1) * 255).to(torch.uint8)


def test_ssim_is_that_of_its_paper():
    """Written out in float64 with SciPy; a window round every pixel, the edges mirrored."""
    a, b = grey_images(0, 6, 48), grey_images(1, 6, 48)
    b[:3] = (a[:3].float() * 0.8 + 20).to(torch.uint8)
    x = np.arange(-5, 6)
    window = np.exp(-(x**2) / (2 * 1.5**2))
    window /= window.sum()

    def smooth(image):
        return correlate1d(correlate1d(image, window, 0, mode="mirror"), window, 1, mode="mirror")

    for p, q, ours in zip(a[:, 0].numpy(), b[:, 0].numpy(), ssim(a, b), strict=True):
        p, q = p.astype(np.float64), q.astype(np.float64)
        mean_p, mean_q = smooth(p), smooth(q)
        var_p, var_q = smooth(p * p) - mean_p**2, smooth(q * q) - mean_q**2
        both = smooth(p * q) - mean_p * mean_q
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        light = (2 * mean_p * mean_q + c1) / (mean_p**2 + mean_q**2 + c1)
        shape = (2 * both + c2) / (var_p + var_q + c2)
        assert ours == pytest.approx((light * shape).mean(), abs=1e-4)


def test_psnr_is_that_of_its_definition():
    a, b = grey_images(0, 70, 20), grey_images(1, 70, 20)
    errors = ((a.double() - b.double()) ** 2).mean((1, 2, 3)).numpy()
    np.testing.assert_allclose(psnr(a, b), 10 * np.log10(255**2 / errors), rtol=1e-6)
    assert np.isinf(psnr(a, a)).all()


def test_a_dark_pair_is_judged_on_the_scale_of_bytes():
    """The data range is 255 even where the images use a part of it."""
    dark = grey_images(0, 2, 32) // 10
    assert psnr(dark, dark + 1) == pytest.approx(10 * np.log10(255**2), rel=1e-6)


def test_identity_is_the_cosine():
    a, b = torch.randn(2, 9, 128, generator=torch.manual_seed(0))
    cosines = [float(x @ y / x.norm() / y.norm()) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(identity(a, b), cosines, rtol=1e-5)
    np.testing.assert_allclose(identity(a, 3 * a), 1)


def test_detection_sees_a_face_at_any_side_and_none_in_noise():
    data = pytest.importorskip("skimage.data")
    face = data.astronaut()[30:200, 140:310].mean(2).astype(np.uint8)
    for side in (64, 96, 150):
        assert quality.detection_rate(at_side(face, side)[None]) == 1
    noise = np.random.default_rng(0).integers(0, 256, (4, 64, 64), np.uint8)
    assert quality.detection_rate(noise) == 0
    both = np.stack([at_side(face, 64), noise[0]])
    assert quality.detection_rate(both) == 0.5


@pytest.fixture(scope="module")
def judges(tmp_path_factory) -> Judges:
    """Networks with random weights: what the shell must do holds for any of them."""
    folder = tmp_path_factory.mktemp("judges")
    torch.manual_seed(0)
    save_file(EfficientNetLite0().state_dict(), folder / "lite0.safetensors")
    save_file(DlibFaceNet().state_dict(), folder / "face.safetensors")
    return Judges.load(
        folder / "lite0.safetensors", folder / "face.safetensors", torch.device("cpu")
    )


def photographs(seed: int, n: int, side: int = 32, channels: int = 1) -> np.ndarray:
    grey = grey_images(seed, n * channels, side)
    return grey.reshape(n, channels, side, side).permute(0, 2, 3, 1).numpy().copy()


def run(judges: Judges, kinds: dict[str, Kind], real: np.ndarray, **others) -> dict[tuple, float]:
    chosen = {"count": 20, "side_px": 32, "lite0_px": 32} | others
    rows = measure(judges, kinds, real, rng=np.random.default_rng(3), **chosen)
    assert all(set(row) == {"images", "metric", "value", "n"} for row in rows)
    return {(row["images"], row["metric"]): (row["value"], row["n"]) for row in rows}


def test_every_kind_is_measured_with_the_same_number(judges):
    real = photographs(0, 30)
    kinds = {
        "A": Kind(photographs(1, 12), photographs(2, 12, 40, 3), photographs(3, 12, 48)),
        "vis": Kind(photographs(2, 14, 40, 3)),
    }
    rows = run(judges, kinds, real)
    assert {n for _, n in rows.values()} == {12}
    shared = {"fd_lite0", "kd_lite0", "precision", "recall", "density", "coverage", "detection"}
    for name, metrics in (("vis", shared), ("real", shared),
                          ("A", shared | {"identity", "ssim", "psnr"})):  # fmt: skip
        assert {metric for images, metric in rows if images == name} == metrics


def test_kinds_apart_give_what_kinds_together_give(judges):
    real = photographs(0, 30)
    kinds = {"A": Kind(photographs(1, 15)), "B": Kind(photographs(2, 15))}
    together = run(judges, kinds, real)
    apart = {}
    for name, kind in kinds.items():
        apart |= run(judges, {name: kind}, real, floor=name == "A")
    assert together == apart


def test_pairs_stay_paired_through_the_draw(judges):
    images = photographs(1, 25)
    noisy = np.clip(images.astype(int) + 4, 0, 255).astype(np.uint8)
    rows = run(judges, {"A": Kind(images, sources=images, truth=noisy)}, photographs(0, 20))
    assert rows["A", "identity"][0] == pytest.approx(1)
    assert rows["A", "ssim"][0] > 0.9
    assert rows["A", "psnr"][0] > 30


def test_the_real_halves_share_no_image(judges):
    """Real images that all differ, shown as fakes: half of them at most are in the reference."""
    real = photographs(0, 24)
    reference, other = set(), set()
    original = judges.features
    seen = []
    spy = Judges(judges.lite0, judges.face, judges.device)
    object.__setattr__(spy, "features", lambda x, px: seen.append(x) or original(x, px))
    run(spy, {"A": Kind(photographs(1, 12))}, real)
    reference = {image.numpy().tobytes() for image in seen[0]}
    other = {image.numpy().tobytes() for image in seen[2]}
    assert len(reference) == len(other) == 12
    assert not reference & other
    assert reference | other == {image.tobytes() for image in real}


def test_side_and_channels_of_the_files_do_not_decide(judges):
    """The same pictures stored larger, or in three equal channels, give the same features."""
    grey = photographs(1, 8)
    big = grey.repeat(2, axis=1).repeat(2, axis=2)
    plain = quality.to_luminance(grey, 16)
    assert (plain.int() - quality.to_luminance(big, 16).int()).abs().max() <= 1
    assert torch.equal(plain, quality.to_luminance(np.repeat(grey, 3, 3), 16))


def test_colours_are_weighed_as_pillow_weighs_them():
    colours = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    wanted = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in colours])
    np.testing.assert_array_equal(quality.to_luminance(colours, 32)[:, 0].numpy(), wanted)


@pytest.mark.parametrize("size", [1, 7, 32])
def test_batch_size_does_not_matter(judges, monkeypatch, size):
    images = quality.to_luminance(photographs(1, 9), 32)
    features, embeddings = judges.features(images, 64), judges.embeddings(images)
    monkeypatch.setattr(quality, "CPU_BATCH", size)
    np.testing.assert_allclose(judges.features(images, 64), features, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(judges.embeddings(images), embeddings, rtol=1e-4, atol=1e-5)


def test_too_few_images_are_told(judges):
    with pytest.raises(DataError, match="hold out more NIR images"):
        run(judges, {"A": Kind(photographs(1, 12))}, photographs(0, 11))
