"""What is remembered is what would be answered again."""

import numpy as np
import torch

from generators.measures.memory import Memory


def judge(images: torch.Tensor) -> np.ndarray:
    asked.append(len(images))
    return images.float().mean((1, 2, 3)).numpy()[:, None]


asked: list[int] = []


def test_a_judge_is_asked_once_about_the_same_bytes(tmp_path):
    asked.clear()
    images = torch.arange(64, dtype=torch.uint8).reshape(4, 1, 4, 4)
    memory = Memory()
    first = memory.ask("mean", judge, images)
    assert memory.ask("mean", judge, images.clone()) is first
    memory.save(tmp_path / "answers.safetensors")
    again = Memory.load(tmp_path / "answers.safetensors")
    np.testing.assert_array_equal(again.ask("mean", judge, images), first)
    assert len(asked) == 1


def test_other_bytes_shapes_and_networks_are_asked_about():
    asked.clear()
    images = torch.arange(64, dtype=torch.uint8).reshape(4, 1, 4, 4)
    memory = Memory()
    for name, shown in (("a", images), ("b", images), ("a", images + 1),
                        ("a", images.reshape(1, 1, 8, 8)), ("a", images[:3])):  # fmt: skip
        np.testing.assert_array_equal(memory.ask(name, judge, shown), judge(shown))
    assert len(asked) == 10


def test_the_same_answers_give_the_same_bytes(tmp_path):
    images = torch.arange(64, dtype=torch.uint8).reshape(4, 1, 4, 4)
    for name in ("one", "two"):
        memory = Memory()
        for place in (0, 1):
            memory.ask(str(place), judge, images)
        memory.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
