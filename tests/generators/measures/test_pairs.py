"""Similarity of pairs against the definitions, written out."""

import numpy as np
import pytest
import torch
from scipy.ndimage import correlate1d

from generators.measures.pairs import identity, psnr, ssim


def test_ssim_is_that_of_its_paper(grey_images):
    """Written out in float64 with SciPy; a window around every pixel, mirrored edges."""
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


def test_psnr_is_that_of_its_definition(grey_images):
    a, b = grey_images(0, 70, 20), grey_images(1, 70, 20)
    errors = ((a.double() - b.double()) ** 2).mean((1, 2, 3)).numpy()
    np.testing.assert_allclose(psnr(a, b), 10 * np.log10(255**2 / errors), rtol=1e-6)
    assert np.isinf(psnr(a, a)).all()


def test_a_dark_pair_is_measured_on_the_scale_of_bytes(grey_images):
    """The data range is 255 even where the images use a part of it."""
    dark = grey_images(0, 2, 32) // 10
    assert psnr(dark, dark + 1) == pytest.approx(10 * np.log10(255**2), rel=1e-6)
    flat = torch.full((2, 1, 32, 32), 10, dtype=torch.uint8)
    c1 = (0.01 * 255) ** 2  # flat images differ in the light term alone
    expected = (2 * 10 * 20 + c1) / (10**2 + 20**2 + c1)
    assert ssim(flat, 2 * flat) == pytest.approx(expected, rel=1e-5)


def test_identity_is_the_cosine():
    a, b = torch.randn(2, 9, 128, generator=torch.manual_seed(0))
    cosines = [float(x @ y / x.norm() / y.norm()) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(identity(a, b), cosines, rtol=1e-5)
    np.testing.assert_allclose(identity(a, 3 * a), 1)
