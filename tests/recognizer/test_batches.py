"""Equal shares, drawing without replacement, and augmentation against image by image loops."""

from collections import Counter

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from faces.common.errors import DataError
from recognizer.batches import (
    SAMPLERS,
    ImageSet,
    ProportionalSampler,
    Sampler,
    at_most_per_subject,
    augment,
)
from recognizer.settings import TrainingSettings

STILL = {"flip": 0, "crop": 0, "contrast": 0, "brightness": 0}


@hypothesis.settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.integers(2, 33), st.integers(0, 9))
def test_sets_share_every_batch_and_images_return_only_after_all_others(counts, batch, seed):
    sampler = Sampler(counts, seed)
    batches = [sampler.next(batch) for _ in range(12)]
    totals = np.array([[len(rows) for rows in of_sets] for of_sets in batches])
    assert (totals.sum(1) == batch).all()
    assert np.ptp(totals, axis=1).max() <= 1
    assert np.ptp(totals.sum(0)) <= 1, "what is left over goes to all sets alike"
    for place, count in enumerate(counts):
        used = torch.cat([rows[place] for rows in batches]).tolist()
        for start in range(0, len(used), count):
            epoch = used[start : start + count]
            assert len(set(epoch)) == len(epoch)
            assert set(epoch) <= set(range(count))


@hypothesis.settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.integers(2, 33), st.integers(0, 9))
def test_in_proportion_all_images_are_one_list_drawn_without_replacement(counts, batch, seed):
    sampler = ProportionalSampler(counts, seed)
    batches = [sampler.next(batch) for _ in range(12)]
    assert all(sum(len(rows) for rows in drawn) == batch for drawn in batches)
    total = sum(counts)
    for epochs in range(1, 12 * batch // total + 1):
        if epochs * total % batch:
            continue  # the epoch ends within a batch
        seen = batches[: epochs * total // batch]
        for kind, count in enumerate(counts):
            rows = torch.cat([drawn[kind] for drawn in seen])
            assert torch.bincount(rows, minlength=count).tolist() == [epochs] * count


def test_in_proportion_a_kind_has_the_share_of_its_images():
    sampler = ProportionalSampler([900, 100], 0)
    shares = np.mean([[len(rows) / 32 for rows in sampler.next(32)] for _ in range(500)], axis=0)
    np.testing.assert_allclose(shares, [0.9, 0.1], atol=0.005)


@pytest.mark.parametrize("mixing", SAMPLERS)
@hypothesis.settings(deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=4), st.integers(0, 7), st.integers(0, 9))
def test_a_restored_sampler_goes_on_as_the_first(mixing, counts, batches_before, seed):
    make = SAMPLERS[mixing]
    sampler = make(counts, seed)
    for _ in range(batches_before):
        sampler.next(5)
    other = make(counts, seed + 1)
    other.restore(sampler.state())
    for _ in range(6):
        for rows, others in zip(sampler.next(5), other.next(5), strict=True):
            assert rows.tolist() == others.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_at_most_per_subject_takes_so_many_of_each_and_nested(seed):
    draw = np.random.default_rng(seed)
    subjects = [f"p{i}" for i in draw.integers(0, 6, 40)]
    smaller: set[int] = set()
    for count in (0, 1, 2, 5, 40):
        rows = at_most_per_subject(subjects, count, np.random.default_rng(seed))
        present = Counter(subjects)
        taken = Counter(subjects[row] for row in rows)
        assert taken == Counter({s: min(count, n) for s, n in present.items() if count})
        assert sorted(set(rows)) == list(rows)
        assert smaller <= set(rows)
        smaller = set(rows)


def images(number: int = 4, channels: int = 3) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    shape = (number, 20, 20, channels)
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)


def test_without_strength_nothing_changes():
    still = augment(images(), TrainingSettings(**STILL), torch.Generator().manual_seed(0))
    assert torch.equal(still, images().float())


def test_a_flip_mirrors_left_and_right():
    settings = TrainingSettings(**STILL | {"flip": 1})
    flipped = augment(images(), settings, torch.Generator().manual_seed(0))
    assert torch.equal(flipped, images().float().flip(2))


@pytest.mark.parametrize("seed", range(10))
def test_a_crop_is_a_window_of_the_reflected_image(seed):
    settings = TrainingSettings(**STILL | {"crop": 0.15})
    moved = augment(images(6), settings, torch.Generator().manual_seed(seed))
    padded = functional.pad(images(6).float().permute(0, 3, 1, 2), (3, 3, 3, 3), mode="reflect")
    windows = padded.permute(0, 2, 3, 1).unfold(1, 20, 1).unfold(2, 20, 1)  # N, 7, 7, C, 20, 20
    places = set()
    for image, of_image in zip(moved, windows, strict=True):
        matches = (of_image == image.permute(2, 0, 1)).flatten(2).all(2).nonzero().tolist()
        assert len(matches) == 1
        places.add(tuple(matches[0]))
    assert len(places) > 1, "every image moves by its own amount"


@pytest.mark.parametrize("seed", range(10))
def test_tone_changes_are_affine_per_image_and_bounded(seed):
    settings = TrainingSettings(**STILL | {"contrast": 0.2, "brightness": 0.1})
    calm = images() // 2 + 64  # far enough from 0 and 255 that nothing is clamped
    toned = augment(calm, settings, torch.Generator().manual_seed(seed))
    slopes = []
    for before, after in zip(calm.double(), toned.double(), strict=True):
        slope, offset = np.polyfit(before.ravel(), after.ravel(), 1)
        assert 0.8 <= slope <= 1.2
        shift = offset + slope * float(before.mean()) - float(before.mean())
        assert abs(shift) <= 25.5 + 1e-3
        np.testing.assert_allclose(after, slope * before + offset, atol=1e-3)
        slopes.append(slope)
    assert np.ptp(slopes) > 0
    assert toned.min() >= 0
    assert toned.max() <= 255


def test_an_empty_or_unlabelled_set_is_refused():
    with pytest.raises(DataError, match="kind fake: none"):
        ImageSet("fake", np.zeros((0, 8, 8, 1), np.uint8), np.zeros(0, np.int64))
    with pytest.raises(DataError, match="one label per uint8 image"):
        ImageSet("fake", np.zeros((2, 8, 8, 1), np.uint8), np.zeros(1, np.int64))
