"""Tests that torchvision can be imported, and that our nms gives the same result as its own."""

import subprocess
import sys

import pytest
import torch

from faces.common import torchvision_cpu

IMPORTS = """
from faces.common import torchvision_cpu
torchvision_cpu.ensure()
torchvision_cpu.ensure()
import torch, torchvision, torchmetrics, facenet_pytorch
boxes = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 2.1], [5, 5, 6, 6]])
kept = torchvision.ops.nms(boxes, torch.tensor([0.5, 0.9, 0.1]), 0.5)
assert kept.tolist() == [1, 2], kept
torchvision_cpu.ensure()
"""


def test_the_importers_of_torchvision_can_be_imported():
    subprocess.run([sys.executable, "-W", "error", "-c", IMPORTS], check=True)


def test_nothing_is_defined_on_cuda_builds(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    monkeypatch.setattr(torchvision_cpu, "_libraries", [])
    monkeypatch.setattr(torchvision_cpu, "_define_operators", lambda: pytest.fail("defined"))
    torchvision_cpu.ensure()


def overlap(a: list[float], b: list[float]) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    area_a, area_b = ((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return width * height / (area_a + area_b - width * height)


@pytest.mark.parametrize("seed", range(20))
def test_nms_equals_a_plain_loop(seed):
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(25, 2, generator=generator)
    sides = 0.05 + 0.5 * torch.rand(25, 2, generator=generator)
    boxes = torch.cat([corners, corners + sides], 1).double()
    scores = torch.randperm(25, generator=generator).double()
    kept: list[int] = []
    for box in sorted(range(25), key=lambda i: -scores[i]):
        if all(overlap(boxes[box].tolist(), boxes[k].tolist()) <= 0.4 for k in kept):
            kept.append(box)
    assert torchvision_cpu.nms(boxes, scores, 0.4).tolist() == kept


def test_nms_of_no_boxes_is_empty():
    kept = torchvision_cpu.nms(torch.zeros(0, 4), torch.zeros(0), 0.5)
    assert kept.shape == (0,)
    assert kept.dtype == torch.int64
