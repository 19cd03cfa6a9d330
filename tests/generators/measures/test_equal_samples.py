"""Halves without a common person, for any numbers of images, and the floor from them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.measures.distances import frechet_distance
from generators.measures.equal_samples import TooFewImages, draw_equally, halves
from generators.measures.image_sample import ImageSample, Known

IMAGES_PER_PERSON = st.lists(st.integers(1, 40), min_size=2, max_size=30)


def shuffled_people(images: list[int], seed: int) -> np.ndarray:
    """Return names in random order; `images` are the numbers of images of each person."""
    names = np.repeat([f"p{i:02}" for i in range(len(images))], images)
    return np.random.default_rng(seed).permutation(names)


def blank(people: np.ndarray | None, n: int) -> ImageSample:
    """Return images whose value is their row number."""
    return ImageSample(np.arange(n).reshape(n, 1, 1, 1), people=people)


@settings(deadline=None)
@given(IMAGES_PER_PERSON, st.integers(0, 2**32))
def test_halves_hold_all_images_and_share_no_person(images, seed):
    people = shuffled_people(images, seed)
    first, second = halves(people, np.random.default_rng(seed))
    np.testing.assert_array_equal(np.sort(np.r_[first, second]), np.arange(len(people)))
    assert (np.diff(first) > 0).all()
    assert (np.diff(second) > 0).all()
    assert not set(people[first]) & set(people[second])
    assert abs(len(first) - len(second)) <= max(images)
    again = halves(people, np.random.default_rng(seed))
    assert all(np.array_equal(a, b) for a, b in zip((first, second), again, strict=True))


def test_people_are_divided_otherwise_by_another_generator():
    people = shuffled_people([3] * 12, 0)
    first_halves = {
        frozenset(people[halves(people, np.random.default_rng(i))[0]]) for i in range(20)
    }
    assert len(first_halves) > 10


@settings(deadline=None)
@given(st.integers(0, 50), st.booleans())
def test_one_person_or_strangers_are_halved_by_image(n, known):
    people = np.full(n, "p") if known else blank(None, n).names()
    first, second = halves(people, np.random.default_rng(0))
    assert sorted([*first, *second]) == list(range(n))
    assert len(first) - len(second) == n % 2


@settings(deadline=None)
@given(IMAGES_PER_PERSON.filter(lambda x: len(x) > 2), st.integers(6, 60), st.integers(0, 999))
def test_what_is_compared_with_the_floor_shows_nobody_of_it(images, count, seed):
    people = shuffled_people(images, seed)
    smaller = min(map(len, halves(people, np.random.default_rng(seed))))
    samples, real = {"A": blank(None, 25)}, blank(people, len(people))
    n = min(count, 25, smaller)
    chosen = {"count": count, "rng": np.random.default_rng(seed), "floor": True}
    if n < 6:
        with pytest.raises(TooFewImages, match="hold out more NIR images"):
            draw_equally(samples, real, None, **chosen)
        return
    equal = draw_equally(samples, real, None, **chosen)
    assert equal.n == n
    assert {len(sample.images) for sample in (equal.real, *equal.samples.values())} == {n}
    assert not set(equal.real.names()) & set(equal.samples["real"].names())
    for name, sample in equal.samples.items():
        np.testing.assert_array_equal(sample.images.ravel(), equal.rows[name])


def test_every_variant_meets_the_same_half():
    real, known = blank(shuffled_people([5] * 9, 0), 45), Known(blank(None, 7), blank(None, 30))
    together, *apart = (
        draw_equally(
            {name: blank(None, 22) for name in names},
            real, known, count=15, rng=np.random.default_rng(4), floor=floor,
        )
        for names, floor in (("AB", True), ("A", False), ("B", True))
    )  # fmt: skip
    for equal in apart:
        np.testing.assert_array_equal(equal.real.images, together.real.images)
        for name in equal.samples:
            np.testing.assert_array_equal(equal.rows[name], together.rows[name])
        np.testing.assert_array_equal(equal.known.vis.images, together.known.vis.images)
        assert len(equal.known.vis.images) == 15
        assert len(equal.known.nir.images) == 7
    assert "real" not in apart[0].samples


def test_images_of_strangers_from_the_same_camera_reach_the_floor():
    """Features are a person's place and a little noise; nothing else tells the two sets apart."""
    rng = np.random.default_rng(0)
    floor, strangers = [], []
    for _ in range(20):
        places = np.repeat(rng.normal(size=(60, 3)), 5, axis=0)
        features = places + 0.1 * rng.normal(size=places.shape)
        names = np.repeat([f"p{i:02}" for i in range(60)], 5)
        real = ImageSample(features[:200], people=names[:200])
        others = {"reshot": ImageSample(features[200:], people=names[200:])}
        equal = draw_equally(others, real, None, count=100, rng=rng, floor=True)
        compared, samples = equal.real.images, equal.samples
        floor.append(frechet_distance(compared, samples["real"].images))
        strangers.append(frechet_distance(compared, samples["reshot"].images))
    assert np.mean(strangers) == pytest.approx(np.mean(floor), rel=0.3)
