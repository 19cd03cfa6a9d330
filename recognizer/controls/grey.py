"""Defines control `grey`: the VIS images as luminance, since removing colour may cause a gain.

It always runs for a recognizer of colour images. For a recognizer of luminance these are the same
as the VIS images: then it is the same training as the control `twice`, and runs once.
"""

import numpy as np

from faces.luminance import luminance
from recognizer.controls.control import Control


def _in_grey(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return luminance and the labels: (N, S, S, 3) uint8, (N,) => (N, S, S, 1) uint8, (N,)."""
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
