"""Defines control `shuffled`: the fakes with the labels of other people.

It shows the effect of fakes as near-infrared images alone, without the identity of the people.
"""

import numpy as np

from recognizer.controls.control import Control


def _shuffled(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shuffle labels by `seed`, keep images: (N, S, S, 1) uint8, (N,) int64 => the same shapes."""
    return images, under_other_names(labels, np.random.default_rng(seed))


def under_other_names(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Shuffle labels: (N,) int64 => (N,) int64.

    No image keeps its label, as long as there are images of other people to exchange it with.
    """
    shuffled = generator.permutation(labels)
    for row in np.flatnonzero(shuffled == labels):
        partners = np.flatnonzero((shuffled != labels[row]) & (labels != shuffled[row]))
        if len(partners):
            other = generator.choice(partners)
            shuffled[[row, other]] = shuffled[[other, row]]
    return shuffled


CONTROL = Control(
    name="shuffled",
    training_set="real+{translator}-shuffled",
    label="with the fakes by {translator} under other people's names",
    images_name="fake NIR, shuffled",
    make=_shuffled,
    beside="fakes",
    shuffled=True,
)
