"""Defines control `augmented`: VIS images with ordinary augmentations.

Blur, gamma, noise and removal of colour change a VIS image without any knowledge of near-infrared
light. Each image is altered once, by random amounts.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from recognizer.controls.control import Control

MOST_BLUR = 0.015  # of the image's side, standard deviation
MOST_GAMMA = 2.0  # the least is its inverse, so that half of the images become darker
MOST_NOISE = 0.04  # of full scale, standard deviation
ALTERATION_SEED = 0  # the altered images are the same in every training, as fakes are


def _augmented(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Alter images and keep labels: (N, S, S, 3) uint8, (N,) int64 => (N, S, S, 1) uint8, (N,)."""
    return altered(images, np.random.default_rng(ALTERATION_SEED)), labels


def altered(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Remove colour, blur, change gamma, add noise: (N, S, S, 3) uint8 => (N, S, S, 1) uint8.

    Colour is removed by a mean of the three channels with random weights, like that of a sensor of
    unknown sensitivity. All amounts are uniform, gamma on a logarithmic scale.
    """
    return np.stack([_altered(image, generator) for image in images])


def _altered(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Alter one image: (S, S, 3) uint8 => (S, S, 1) uint8."""
    side_px, channels = image.shape[0], image.shape[2]
    grey = image.astype(np.float64) @ generator.dirichlet(np.ones(channels)) / 255
    blurred = gaussian_filter(grey, generator.uniform(0, MOST_BLUR) * side_px)
    toned = blurred.clip(0, 1) ** np.exp(generator.uniform(-1, 1) * np.log(MOST_GAMMA))
    noisy = toned + generator.normal(0, generator.uniform(0, MOST_NOISE), toned.shape)
    return (255 * noisy).round().clip(0, 255).astype(np.uint8)[..., None]


CONTROL = Control(
    name="augmented",
    training_set="real+augmented",
    label="with the VIS images blurred, toned, noisy, without colour",
    images_name="altered VIS",
    make=_augmented,
)
