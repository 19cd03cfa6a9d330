"""Faces lost in translation, against a loop and in photographs."""

import numpy as np
import pytest
import torch

from faces.common.metric import by_name
from generators import quality_metrics
from generators.measures.feature_networks import FeatureNetworks
from generators.measures.image_sample import ImageSample
from generators.measures.landmarks import resized
from generators.measures.measurement import Measurement
from generators.measures.remembered_networks import RememberedNetworks
from generators.quality_metrics.lost_faces import METRIC, lost

SIDE = 96


@pytest.mark.parametrize("seed", range(20))
def test_only_faces_that_were_there_can_be_lost(seed):
    before, after = np.random.default_rng(seed).random((2, 40)) < 0.7
    for value, was, still in zip(lost(before, after), before, after, strict=True):
        assert np.isnan(value) if not was else value == (0 if still else 1)


@pytest.fixture
def measurement(predictor) -> Measurement:
    """A measurement by this metric alone, with dlib's landmarks."""
    nothing = torch.nn.Identity()
    networks = FeatureNetworks(nothing, nothing, torch.device("cpu"), predictor=predictor)
    real = ImageSample(np.zeros((2, SIDE, SIDE, 1), np.uint8))
    return Measurement(RememberedNetworks(networks, SIDE), real, None, [METRIC])


def test_a_face_is_lost_where_its_source_shows_one_and_the_image_does_not(face, measurement):
    shown = resized(face, SIDE)[..., None]
    blank = np.full_like(shown, 128)
    pairs = [(shown, shown), (shown, blank), (blank, shown), (blank, blank), (shown, shown)]
    sources, images = (np.stack(side) for side in zip(*(pairs * 4), strict=True))
    people = np.array(list("aabbccddeeffgghhiijj"))
    sample = measurement.sample(ImageSample(images, sources, people=people))
    (row,) = measurement.image_by_image("A", sample)
    assert row["metric"] == "lost_faces"
    assert row["value"] == pytest.approx(1 / 3)
    assert row["n"] == 12
    assert 0 <= row["ci_low"] < row["value"] < row["ci_high"] <= 1


def test_without_sources_nothing_is_lost_and_lower_is_better(face, measurement):
    sample = measurement.sample(ImageSample(resized(face, SIDE)[None, ..., None]))
    assert not list(measurement.image_by_image("vis", sample))
    assert by_name(quality_metrics.records())["lost_faces"].better == "lower"
