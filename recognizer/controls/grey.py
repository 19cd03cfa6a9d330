"""Defines control `grey`: the VIS images as luminance, since lost colour can look like a gain.

A recognizer that sees colours always has it. For one that sees luminance anyway these are the VIS
images once more: then it is the same training as the control `twice`, and counted once.
"""

import numpy as np

from faces.luminance import luminance
from recognizer.controls.control import Control


def _in_grey(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, S, S, 3) uint8 and (N,) int64 -> (N, S, S, 1) uint8 luminance, and the same labels."""
    return luminance(images), labels


CONTROL = Control(
    name="grey",
    training_set="real+grey",
    label="with the VIS images in grey",
    images_name="grey VIS",
    make=_in_grey,
    always_for=("rgb",),
    seen_as={"grey": "twice"},
    seen_label="with the VIS images in grey, which is all this recognizer sees of them anyway",
)
