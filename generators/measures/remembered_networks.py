"""Joins the feature networks with their settings and a memory of their outputs."""

from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from generators.measures.feature_networks import LITE0_PX, FeatureNetworks, to_luminance
from generators.measures.landmarks import faces_found, landmarks
from generators.measures.memory import Memory


@dataclass(frozen=True)
class RememberedNetworks:
    """Feature networks that are applied to the same images only once.

    `side_px`: the side to which all images are resized; `lite0_px`: that to which Lite0 enlarges
    them.
    """

    networks: FeatureNetworks
    side_px: int
    lite0_px: int = LITE0_PX
    memory: Memory = field(default_factory=Memory)

    def grey(self, images: np.ndarray) -> Tensor:
        """Return luminance: (N, S, S, 1 or 3) uint8 => (N, 1, side_px, side_px) uint8."""
        return to_luminance(images, self.side_px)

    def features(self, images: Tensor) -> np.ndarray:
        """Return features of Lite0: (N, 1, S, S) uint8 => (N, 1280) float64."""

        def features(new_images: Tensor) -> np.ndarray:
            return self.networks.features(new_images, self.lite0_px)

        return self.memory.ask(f"lite0 {self.lite0_px}", features, images).astype(np.float64)

    def embeddings(self, images: Tensor) -> np.ndarray:
        """Return embeddings of dlib's face network: (N, 1, S, S) uint8 => (N, 128) float64."""
        return self.memory.ask("face", self.networks.embeddings, images).astype(np.float64)

    def inception(self, images: Tensor) -> np.ndarray | None:
        """Return features of FID's network, if there: (N, 1, S, S) uint8 => (N, 2048) float64."""
        if self.networks.inception is None:
            return None
        network = self.networks.inception_features
        return self.memory.ask("inception", network, images).astype(np.float64)

    def recognizer(self, images: Tensor) -> np.ndarray | None:
        """Return embeddings of the recognizer, if there: (N, 1, S, S) uint8 => (N, D) float64."""
        if self.networks.recognizer is None:
            return None
        network = self.networks.recognizer
        return self.memory.ask("recognizer", network, images).astype(np.float64)

    def points(self, images: Tensor) -> np.ndarray | None:
        """Return five landmarks: (N, 1, S, S) uint8 => (N, 5, 2) float64, NaN without a face.

        None without the landmark file.
        """
        predictor = self.networks.predictor
        if predictor is None:
            return None
        return self.memory.ask("points", lambda x: landmarks(x[:, 0].numpy(), predictor), images)

    def faces(self, images: Tensor) -> np.ndarray:
        """Tell in which images a face is found: (N, 1, S, S) uint8 => (N,) bool."""
        points = self.points(images)
        if points is not None:
            return ~np.isnan(points[:, 0, 0])
        return faces_found(images[:, 0].numpy())
