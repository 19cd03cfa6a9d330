"""Faces of known people: a few of each are embedded, and all are compared with for copies."""

import numpy as np
import pytest
import torch
from torch import nn

from faces.networks.efficientnet_lite0 import EfficientNetLite0
from generators.measures.copies import closest_allowed, flattened
from generators.measures.feature_networks import FeatureNetworks
from generators.measures.image_sample import ImageSample, Known
from generators.measures.known_faces import MOST_PER_PERSON, KnownFaces
from generators.measures.measurement import Measurement
from generators.measures.remembered_networks import RememberedNetworks

NAMES = np.repeat(["p0", "p1", "p2", "p3"], 8)


@pytest.fixture(scope="module")
def networks() -> RememberedNetworks:
    """The face network sees the means of 36 parts of the chip."""
    face = nn.Sequential(nn.AvgPool2d(25), nn.Flatten())
    return RememberedNetworks(
        FeatureNetworks(EfficientNetLite0().eval(), face, torch.device("cpu")), 32, 32
    )


@pytest.fixture
def nir(grey_images) -> torch.Tensor:
    """(32, 1, 32, 32): eight shots of four people, a little apart."""
    people = grey_images(0, 4, 32).repeat_interleave(8, 0).int()
    return (people + grey_images(1, 32, 32) // 8).clamp(0, 255).to(torch.uint8)


@pytest.fixture
def known(nir) -> Known:
    """The VIS image of a person is the negative of a NIR one; p3 has none, p4 nothing but that."""
    vis = torch.cat([255 - nir[[0, 8, 16]], nir[:1]])
    people = np.array(["p0", "p1", "p2", "p4"])
    images = (x.permute(0, 2, 3, 1).numpy() for x in (nir, vis))
    return Known(*map(ImageSample, images, (None, None), (None, None), (NAMES, people)))


def test_a_few_images_of_each_person_are_embedded_and_all_may_be_copied(networks, known, nir):
    faces = KnownFaces.of(networks, known)
    names, counts = np.unique(faces.people.nir_people, return_counts=True)
    assert names.tolist() == ["p0", "p1", "p2", "p3"]
    assert (counts == MOST_PER_PERSON).all()
    np.testing.assert_array_equal(faces.training, flattened(nir))
    assert faces.allowed == closest_allowed(faces.training)


def test_copies_end_where_training_images_themselves_lie(networks, known, nir, grey_images):
    """Row 9 dimmed and mixed with ever more of a stranger: near, a little too far, far."""
    faces = KnownFaces.of(networks, known)
    shares = torch.linspace(0, 0.6, 40).view(-1, 1, 1, 1)
    images = (0.5 * (1 - shares) * nir[9] + 0.5 * shares * grey_images(9, 1, 32) + 20).byte()
    distances = np.linalg.norm(flattened(images) - faces.training[9], axis=1)
    near = distances < closest_allowed(flattened(nir))
    assert near[0]
    assert (~near & (distances < 1.2 * faces.allowed)).any()
    np.testing.assert_array_equal(faces.copied(images), near)
    assert (faces.nearest(images).rows[near] == 9).all()


def test_only_people_with_near_infrared_images_can_be_recognized(networks, known, nir):
    faces = KnownFaces.of(networks, known)
    people = np.array(["p0", "p3", "p4"])
    infrared, right = faces.taken_for(networks.embeddings(nir[[1, 25, 2]]), people)
    assert np.isnan(right).tolist() == [False, False, True]
    assert (infrared[:2] == 1).all()
    assert (right[:2] == 1).all()


def test_pairs_are_of_one_person_and_of_two(networks, known):
    faces = KnownFaces.of(networks, known)
    pairs = {pair: (cosines, people) for pair, cosines, people in faces.identities()}
    assert list(pairs) == ["genuine", "impostor"]
    for cosines, people in pairs.values():
        assert people.tolist() == ["p0", "p1", "p2"]  # nobody has a NIR image of p4
        assert cosines.shape == (3,)
    own = faces.people.nir[faces.people.nir_people == "p0"]
    vis = faces.people.vis[0]
    cosines = own @ vis / np.linalg.norm(own, axis=1) / np.linalg.norm(vis)
    assert np.isclose(cosines, pairs["genuine"][0][0]).any()


def test_where_nobody_is_known_there_is_nothing_to_tell(networks, known):
    real = ImageSample(known.nir.images[:12], people=NAMES[:12])
    without, with_known = Measurement(networks, real, None), Measurement(networks, real, known)
    sample = ImageSample(known.nir.images[12:24], people=NAMES[12:24])
    assert without.known is None
    assert not [*without.real_pairs(), *without.nearest("A", without.sample(sample))]
    of_known = {row["metric"] for row in with_known.image_by_image("A", with_known.sample(sample))}
    of_unknown = {row["metric"] for row in without.image_by_image("A", without.sample(sample))}
    assert of_known - of_unknown == {"nir_likeness", "nir_person", "copies"}
