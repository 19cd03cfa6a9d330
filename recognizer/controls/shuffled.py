"""Defines control `shuffled`: the fakes under other people's names.

It shows what fakes do by looking near-infrared alone, without telling who is who.
"""

import numpy as np

from recognizer.controls.control import Control


def _shuffled(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, S, S, 1) uint8 and (N,) int64 -> the same images, and labels dealt out by `seed`."""
    return images, under_other_names(labels, np.random.default_rng(seed))


def under_other_names(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """(N,) int64 -> (N,) int64: the same labels in another order.

    No image keeps its own label, as far as there are images of other people to exchange it with.
    """
    dealt = generator.permutation(labels)
    for row in np.flatnonzero(dealt == labels):
        willing = np.flatnonzero((dealt != labels[row]) & (labels != dealt[row]))
        if len(willing):
            other = generator.choice(willing)
            dealt[[row, other]] = dealt[[other, row]]
    return dealt


CONTROL = Control(
    name="shuffled",
    training_set="real+{translator}-shuffled",
    label="with the fakes by {translator} under other people's names",
    images_name="fake NIR, shuffled",
    make=_shuffled,
    beside="fakes",
    shuffled=True,
)
