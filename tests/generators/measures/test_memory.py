"""A stored output is that of another call of the network."""

import numpy as np
import torch

from generators.measures.memory import Memory


def mean_grey(images: torch.Tensor) -> np.ndarray:
    calls.append(len(images))
    return images.float().mean((1, 2, 3)).numpy()[:, None]


calls: list[int] = []


def test_a_network_is_called_once_with_the_same_bytes(tmp_path):
    calls.clear()
    images = torch.arange(64, dtype=torch.uint8).reshape(4, 1, 4, 4)
    memory = Memory()
    first = memory.ask("mean", mean_grey, images)
    assert memory.ask("mean", mean_grey, images.clone()) is first
    memory.save(tmp_path / "answers.safetensors")
    again = Memory.load(tmp_path / "answers.safetensors")
    np.testing.assert_array_equal(again.ask("mean", mean_grey, images), first)
    assert len(calls) == 1


def test_other_bytes_shapes_and_networks_are_other_calls():
    calls.clear()
    images = torch.arange(64, dtype=torch.uint8).reshape(4, 1, 4, 4)
    memory = Memory()
    for name, shown in (("a", images), ("b", images), ("a", images + 1),
                        ("a", images.reshape(1, 1, 8, 8)), ("a", images[:3])):  # fmt: skip
        np.testing.assert_array_equal(memory.ask(name, mean_grey, shown), mean_grey(shown))
    assert len(calls) == 10


def test_the_same_answers_give_the_same_bytes(tmp_path):
    images = torch.arange(64, dtype=torch.uint8).reshape(4, 1, 4, 4)
    for name in ("one", "two"):
        memory = Memory()
        for place in (0, 1):
            memory.ask(str(place), mean_grey, images)
        memory.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
