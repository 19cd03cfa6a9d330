"""Defines control `equalized`: the VIS images with equalized luminance."""

import numpy as np

from faces.equalize import equalize
from recognizer.controls.control import Control


def _equalized(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Equalize luminance, keep colours and labels: (N, S, S, 3) uint8, (N,) => the same shapes."""
    return np.stack([equalize(image) for image in images]), labels


CONTROL = Control(
    name="equalized",
    training_set="real+equalized",
    label="with the VIS images equalized",
    images_name="equalized VIS",
    make=_equalized,
)
