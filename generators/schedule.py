"""Computes how long a training is and how its learning rate falls, in optimizer steps."""

import math


def linear_decay(step: int, steps: int, decay_from: float) -> float:
    """Return the factor on the learning rate of step 0 <= `step` < `steps`.

    1 until the fraction `decay_from` of the training, then linear to 0, which step `steps` itself
    would have (Zhu et al. 2017, 7.1: 100 epochs constant, 100 epochs linear).
    """
    start = round(decay_from * steps)
    return 1.0 if step <= start else (steps - step) / (steps - start)


def steps_of_epochs(epochs: int, vis_images: int, nir_images: int, batch: int = 1) -> int:
    """Return the steps of so many epochs; an epoch shows each image of the larger domain once."""
    return epochs * math.ceil(max(vis_images, nir_images) / batch)
