"""The image pool: it returns every fake once, and its state can be saved and loaded."""

import pytest
import torch

from generators.pool import ImagePool


def numbered(first: int, count: int) -> torch.Tensor:
    return torch.arange(first, first + count, dtype=torch.float32).view(-1, 1, 1, 1)


def pool(capacity: int, seed: int = 0) -> ImagePool:
    return ImagePool(capacity, torch.Generator().manual_seed(seed))


def test_without_capacity_every_fake_comes_back():
    fakes = numbered(0, 5)
    assert torch.equal(pool(0).exchange(fakes), fakes)


@pytest.mark.parametrize("capacity", [1, 7, 50])
def test_the_first_fakes_come_back_and_later_ones_are_swapped_half_of_the_time(capacity):
    swapping = pool(capacity)
    assert torch.equal(swapping.exchange(numbered(0, capacity)), numbered(0, capacity))
    draws = 2000
    given = swapping.exchange(numbered(capacity, draws))
    fresh = (given == numbered(capacity, draws)).double().mean()
    assert abs(float(fresh) - 0.5) < 4 * 0.5 / draws**0.5


def test_no_fake_is_lost_or_doubled():
    swapping = pool(10)
    given = swapping.exchange(numbered(0, 300)).flatten().tolist()
    kept = [float(image) for image in swapping.images]
    # the first ten were both given and kept; each later one is given once, or still kept
    assert sorted(given + kept) == sorted([*range(10), *range(300)])


def test_results_carry_no_gradient_and_no_memory_of_later_changes():
    fakes = numbered(0, 2).requires_grad_()
    storing = pool(4)
    assert not storing.exchange(fakes).requires_grad
    with torch.no_grad():
        fakes.fill_(99)
    assert [float(image) for image in storing.images] == [0, 1]


def test_a_loaded_state_goes_on_as_the_saved_pool():
    one, other = pool(5), pool(5, seed=1)
    one.exchange(numbered(0, 40))
    other.load_state_dict(one.state_dict())
    assert torch.equal(one.exchange(numbered(40, 40)), other.exchange(numbered(40, 40)))
