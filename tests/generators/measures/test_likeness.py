"""Classification of spectra and people, on simulated embeddings whose truth is known."""

import numpy as np
import pytest

from generators.measures.likeness import People, pairs_of_people, unit

FEATURES = 48


class World:
    """People as directions, near-infrared as a step common to all, images with noise."""

    def __init__(self, people: int = 30, step: float = 1.0, noise: float = 0.1) -> None:
        self.rng = np.random.default_rng(0)
        self.names = np.array([f"p{i:02d}" for i in range(people)])
        self.centres = self.rng.normal(size=(people, FEATURES))
        self.step = step * np.r_[6.0, np.zeros(FEATURES - 1)]
        self.noise = noise

    def images(self, nir: float, count: int = 4) -> tuple[np.ndarray, np.ndarray]:
        """Return embeddings and people; `nir` is 0 for visible light, 1 for near-infrared."""
        rows = np.repeat(np.arange(len(self.names)), count)
        noise = self.noise * self.rng.normal(size=(len(rows), FEATURES))
        return self.centres[rows] + nir * self.step + noise, self.names[rows]

    def people(self) -> People:
        return People(*self.images(1), *self.images(0))


def test_true_near_infrared_of_a_person_is_taken_for_it_and_visible_is_not():
    world = World(people=120)
    people = world.people()
    for nir, share in ((1, 1), (0, 0)):
        images, names = world.images(nir)
        assert people.near_infrared(images, names).mean() == pytest.approx(share, abs=0.05)
        assert people.right_person(images, names).mean() > 0.9


def test_images_of_another_person_are_not_the_right_person():
    world = World()
    images, names = world.images(1)
    assert world.people().right_person(images, np.roll(names, 4)).mean() < 0.1


def test_nearest_is_by_distance_to_the_mean_of_unit_images():
    """Against a loop. Centres of scattered people are short, so a product is not a distance."""
    world = World(people=40, noise=0.5)
    nir, names = world.images(1)
    scattered = np.isin(names, world.names[::2])
    nir[scattered] += 2 * world.rng.normal(size=(scattered.sum(), FEATURES))
    people = People(nir, names, *world.images(0))
    images, own = world.images(1, count=10)
    images[::2] += world.rng.normal(size=images[::2].shape)
    centres = {name: unit(nir[names == name]).mean(0) for name in world.names}
    for image, name, right in zip(unit(images), own, people.right_person(images, own), strict=True):
        distances = {person: np.linalg.norm(image - centre) for person, centre in centres.items()}
        assert right == (min(distances, key=distances.get) == name)


def test_images_are_not_classified_by_a_regression_that_was_fitted_to_them():
    """If the spectra do not differ, half of the known images are classified as each of them.

    A regression that was fitted to these images would overfit to them.
    """
    world = World(people=20, step=0.0, noise=3.0)
    (nir, names), (vis, vis_names) = world.images(1), world.images(0)
    people = People(nir, names, vis, vis_names)
    shares = people.near_infrared(nir, names).mean(), people.near_infrared(vis, vis_names).mean()
    assert 0.35 < (shares[0] + 1 - shares[1]) / 2 < 0.6
    seen = people.regression(np.unique(names))
    overfitted = (seen.predict(nir).mean() + 1 - seen.predict(vis).mean()) / 2
    assert overfitted > 0.62


def test_images_of_unknown_people_are_classified_too():
    world = World(people=120)
    people = world.people()
    images, names = world.images(1)
    strangers = np.char.add("x", names)
    assert people.near_infrared(images, strangers).mean() > 0.9
    assert not people.right_person(images, strangers).any()


def test_pairs_are_of_one_person_and_of_two():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 9, 200).astype(str), rng.integers(3, 12, 150).astype(str)
    rows, genuine, impostor = pairs_of_people(a, b, rng)
    assert (a[rows] == b[genuine]).all()
    assert (a[rows] != b[impostor]).all()
    assert set(rows) == set(np.flatnonzero(np.isin(a, b)))
