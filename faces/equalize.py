"""Equalizes the histogram of an image's luminance and keeps its colours.

This is the paper's second preprocessing step. A face in too dark or too bright light has little
contrast, so its grey values are spread over the whole range.
"""

from typing import Literal

import numpy as np
from PIL import Image, ImageOps
from skimage.exposure import equalize_adapthist

Method = Literal["global", "clahe"]


def equalize(image: np.ndarray, method: Method = "global") -> np.ndarray:
    """Equalize the luminance of an image: (H, W, 1 or 3) uint8 => the same shape, uint8 0..255.

    "global" uses the cumulative histogram of the whole image (Pillow's `ImageOps.equalize`);
    "clahe" equalizes tiles of an eighth of the side with limited contrast (Zuiderveld, "Contrast
    Limited Adaptive Histogram Equalization", Graphics Gems IV, 1994). The colour differences (Cb
    and Cr of ITU-R BT.601) are kept.
    """
    if image.shape[2] == 1:
        return _equalize_luminance(Image.fromarray(image[..., 0]), method)[..., None]
    luminance, blue, red = Image.fromarray(image).convert("YCbCr").split()
    equalized = Image.fromarray(_equalize_luminance(luminance, method))
    return np.asarray(Image.merge("YCbCr", (equalized, blue, red)).convert("RGB"))


def _equalize_luminance(luminance: Image.Image, method: Method) -> np.ndarray:
    """Equalize one channel: an image of mode "L" => (H, W) uint8 in 0..255."""
    if method == "global":
        return np.asarray(ImageOps.equalize(luminance))
    return np.rint(equalize_adapthist(np.asarray(luminance)) * 255).astype(np.uint8)
