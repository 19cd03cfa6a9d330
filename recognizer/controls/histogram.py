"""Defines control `histogram`: VIS images in grey with the histogram of a random NIR image.

It is the plainest use of unlabelled NIR images: grey values are spread as in an NIR image, and
nothing is learned about which parts of a face are dark or bright there.
"""

import numpy as np
from skimage.exposure import match_histograms

from faces.luminance import luminance
from recognizer.controls.control import Control, Examples, Make

CHOICE_SEED = 0  # the NIR image of each VIS image is the same in every training


def _learned(examples: Examples) -> Make:
    def make(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        return matched(images, examples.nir, np.random.default_rng(CHOICE_SEED)), labels

    return make


def matched(images: np.ndarray, nir: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Give each image the histogram of an NIR image that the generator draws.

    (N, S, S, 3) uint8, (M, S, S, 1) uint8 => (N, S, S, 1) uint8. The order of grey values stays:
    each is mapped to the NIR value of the same cumulative share (Gonzalez & Woods, "Digital Image
    Processing", section 3.3, histogram specification).
    """
    chosen = generator.integers(len(nir), size=len(images))
    found = np.empty((*images.shape[:3], 1), np.uint8)
    for place, row in enumerate(chosen):
        values = match_histograms(luminance(images[place]), nir[row])
        found[place] = np.rint(values).clip(0, 255)
    return found


CONTROL = Control(
    name="histogram",
    training_set="real+histogram",
    label="with the VIS images in grey and the histograms of NIR images",
    images_name="VIS with NIR histograms",
    learn=_learned,
)
