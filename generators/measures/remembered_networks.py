"""Joins the feature networks with their settings and a memory of their answers."""

from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from generators.measures.feature_networks import LITE0_PX, FeatureNetworks, to_luminance
from generators.measures.landmarks import found, landmarks
from generators.measures.memory import Memory


@dataclass(frozen=True)
class RememberedNetworks:
    """Feature networks that are asked about the same images only once.

    `side_px`: the side at which every image enters; `lite0_px`: to which Lite0 enlarges it.
    """

    networks: FeatureNetworks
    side_px: int
    lite0_px: int = LITE0_PX
    memory: Memory = field(default_factory=Memory)

    def grey(self, images: np.ndarray) -> Tensor:
        """(N, S, S, 1 or 3) uint8 -> (N, 1, side_px, side_px) uint8."""
        return to_luminance(images, self.side_px)

    def features(self, images: Tensor) -> np.ndarray:
        """(N, 1, S, S) uint8 -> (N, 1280) float64, of Lite0."""

        def answer(asked: Tensor) -> np.ndarray:
            return self.networks.features(asked, self.lite0_px)

        return self.memory.ask(f"lite0 {self.lite0_px}", answer, images).astype(np.float64)

    def embeddings(self, images: Tensor) -> np.ndarray:
        """(N, 1, S, S) uint8 -> (N, 128) float64, of dlib's face network."""
        return self.memory.ask("face", self.networks.embeddings, images).astype(np.float64)

    def inception(self, images: Tensor) -> np.ndarray | None:
        """(N, 1, S, S) uint8 -> (N, 2048) float64, or None without FID's network."""
        if self.networks.inception is None:
            return None
        answer = self.networks.inception_features
        return self.memory.ask("inception", answer, images).astype(np.float64)

    def recognizer(self, images: Tensor) -> np.ndarray | None:
        """(N, 1, S, S) uint8 -> (N, D) float64, or None without the run's recognizer."""
        if self.networks.recognizer is None:
            return None
        answer = self.networks.recognizer
        return self.memory.ask("recognizer", answer, images).astype(np.float64)

    def points(self, images: Tensor) -> np.ndarray | None:
        """(N, 1, S, S) uint8 -> (N, 5, 2), NaN without a face; None without the landmark file."""
        predictor = self.networks.predictor
        if predictor is None:
            return None
        return self.memory.ask("points", lambda x: landmarks(x[:, 0].numpy(), predictor), images)

    def faces(self, images: Tensor) -> np.ndarray:
        """(N, 1, S, S) uint8 -> (N,) bool, a face is detected."""
        points = self.points(images)
        if points is not None:
            return ~np.isnan(points[:, 0, 0])
        return found(images[:, 0].numpy())
