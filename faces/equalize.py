"""Equalizes the histogram of the luminance, and keeps colours.

The paper's second preprocessing step: a face lit too darkly or too
brightly has little contrast, so its grey values are spread over the whole range.
"""

from typing import Literal

import numpy as np
from PIL import Image, ImageOps
from skimage.exposure import equalize_adapthist

Method = Literal["global", "clahe"]


def equalize(image: np.ndarray, method: Method = "global") -> np.ndarray:
    """HWC uint8 with 1 or 3 channels -> the same shape, its luminance equalized.

    "global" is the classic cumulative histogram; "clahe" equalizes tiles of an eighth of the side
    with limited contrast (Zuiderveld 1994). Colour differences (Cb and Cr of ITU-R 601) are kept.
    """
    if image.shape[2] == 1:
        return _equalize_luminance(Image.fromarray(image[..., 0]), method)[..., None]
    luminance, blue, red = Image.fromarray(image).convert("YCbCr").split()
    equalized = Image.fromarray(_equalize_luminance(luminance, method))
    return np.asarray(Image.merge("YCbCr", (equalized, blue, red)).convert("RGB"))


def _equalize_luminance(luminance: Image.Image, method: Method) -> np.ndarray:
    if method == "global":
        return np.asarray(ImageOps.equalize(luminance))
    return np.rint(equalize_adapthist(np.asarray(luminance)) * 255).astype(np.uint8)
