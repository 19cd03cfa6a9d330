"""Joins a sample of images with everything that a metric may need to measure it."""

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
from torch import Tensor

from generators.measures.image_sample import ImageSample
from generators.measures.known_faces import KnownFaces
from generators.measures.remembered_networks import RememberedNetworks


class MeasuredSample:
    """A sample to be measured, the real NIR images it is compared with, and the networks.

    All images are (N, 1, S, S) uint8 luminance of one side. `known` are faces of the people that
    translators were trained on, or None.
    """

    def __init__(
        self,
        networks: RememberedNetworks,
        sample: ImageSample,
        real: Tensor,
        known: KnownFaces | None,
    ) -> None:
        self.networks, self.real, self.known = networks, real, known
        self._sample = sample

    @cached_property
    def images(self) -> Tensor:
        """The images that are measured, (N, 1, S, S) uint8."""
        return self.networks.grey(self._sample.images)

    @cached_property
    def sources(self) -> Tensor:
        """The VIS image that each was made from, (N, 1, S, S) uint8; only where that is known."""
        assert self._sample.sources is not None
        return self.networks.grey(self._sample.sources)

    @cached_property
    def truth(self) -> Tensor:
        """The true NIR image of each shot, (N, 1, S, S) uint8; only where that is known."""
        assert self._sample.truth is not None
        return self.networks.grey(self._sample.truth)

    @property
    def people(self) -> np.ndarray:
        """Who is seen, (N,) str."""
        return self._sample.names()

    def has(self, need: str) -> bool:
        """Tell whether a need of a metric, a key of NEEDS, is available."""
        return NEEDS[need](self)

    @property
    def known_faces(self) -> KnownFaces:
        """The faces of known people; only where there are any."""
        assert self.known is not None
        return self.known


NEEDS: Mapping[str, Callable[[MeasuredSample], bool]] = {
    "efficientnet-lite0": lambda sample: True,
    "dlib-face": lambda sample: True,
    "dlib-landmarks-5": lambda sample: sample.networks.networks.predictor is not None,
    "fid-inception": lambda sample: sample.networks.networks.inception is not None,
    "recognizer": lambda sample: sample.networks.networks.recognizer is not None,
    "VIS sources": lambda sample: sample._sample.sources is not None,
    "true NIR": lambda sample: sample._sample.truth is not None,
    "known people": lambda sample: sample.known is not None,
}
