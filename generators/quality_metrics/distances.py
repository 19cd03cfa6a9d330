"""Measures Frechet and kernel distance from real NIR images, in the features of four networks.

`generators.quality.frechet_distance` and `kernel_distance` have the equations. A distance falls
with the number of images: compare values of the same n.
"""

from collections.abc import Callable

import numpy as np
from torch import Tensor

from faces.common.metric import Metric
from generators.measures.measured_sample import MeasuredSample
from generators.measures.remembered_networks import RememberedNetworks
from generators.measures.samples import Statistic, distance_statistic
from generators.quality_metrics.metric import SampleMetrics

Features = Callable[[RememberedNetworks, Tensor], np.ndarray | None]
GROUP = "distances"


def _frechet(name: str, label: str, network: str, *, digits: int, place: int) -> Metric:
    """Return the record of a Frechet distance in the features of a network."""
    return Metric(
        name, label, "Fréchet distance from real NIR images (Heusel et al. 2017)",
        digits=digits, better="lower", low=0.0, needs=(network,), group=GROUP, place=place,
    )  # fmt: skip


def _kernel(name: str, label: str, network: str, *, digits: int, place: int) -> Metric:
    """Return the record of a kernel distance. It is unbiased, so it may be negative."""
    return Metric(
        name, label, "kernel distance from real NIR images (Binkowski et al. 2018)",
        digits=digits, better="lower", needs=(network,), group=GROUP, place=place,
    )  # fmt: skip


def _distances(name: str, order: int, features: Features, *records: Metric) -> SampleMetrics:
    """Return both distances in the features of a network, with their records."""

    def statistic(sample: MeasuredSample) -> Statistic:
        real = features(sample.networks, sample.real)
        fake = features(sample.networks, sample.images)
        assert real is not None
        assert fake is not None
        return distance_statistic(real, fake, *(record.name for record in records))

    return SampleMetrics(name, records, order, statistic=statistic)


METRIC = [
    _distances(
        "distances in Lite0",
        10,
        RememberedNetworks.features,
        _frechet("fd_lite0", "Fréchet distance (Lite0)", "efficientnet-lite0", digits=1, place=7),
        _kernel("kd_lite0", "kernel distance (Lite0)", "efficientnet-lite0", digits=3, place=3),
    ),
    _distances(
        "distances in Inception",
        20,
        RememberedNetworks.inception,
        _frechet("fid", "FID", "fid-inception", digits=1, place=8),
        _kernel("kid", "KID", "fid-inception", digits=4, place=4),
    ),
    _distances(
        "distances in dlib's face network",
        30,
        RememberedNetworks.embeddings,
        _frechet(
            "fd_face", "Fréchet distance (dlib's face network)", "dlib-face", digits=4, place=6
        ),
        _kernel("kd_face", "kernel distance (dlib's face network)", "dlib-face", digits=5, place=2),
    ),
    _distances(
        "distances in the recognizer",
        40,
        RememberedNetworks.recognizer,
        _frechet("fd_recognizer", "Fréchet distance (recognizer)", "recognizer", digits=3, place=5),
        _kernel("kd_recognizer", "kernel distance (recognizer)", "recognizer", digits=5, place=1),
    ),
]
