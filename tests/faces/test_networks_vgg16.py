import h5py
import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from faces.common import torchvision_cpu
from faces.common.errors import TamperedError
from faces.networks.vgg16 import (
    BLOCKS,
    CAFFE_UNIT,
    Vgg16Taps,
    layer_names,
    read_hed,
    read_torchvision,
)

TAPS = (3, 8, 15, 22)  # relu1_2, relu2_2, relu3_3, relu4_3 in torchvision's `features`


@pytest.fixture(scope="module")
def reference() -> nn.Module:
    torchvision_cpu.ensure()
    from torchvision.models import vgg16

    torch.manual_seed(0)
    network = vgg16(weights=None).features.eval()
    for name, values in network.named_parameters():
        if name.endswith("bias"):
            nn.init.normal_(values, std=0.5)
    return network.requires_grad_(False)


@pytest.fixture(scope="module")
def state(reference) -> dict[str, torch.Tensor]:
    return {f"features.{name}": values for name, values in reference.state_dict().items()}


def reference_taps(network: nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    taps = []
    for i, layer in enumerate(network):
        x = layer(x)
        if i in TAPS:
            taps.append(x.clone())
    return taps


def images() -> torch.Tensor:
    return torch.rand(2, 3, 32, 48, generator=torch.manual_seed(3)) * 2 - 1


@pytest.mark.parametrize("convention", ["imagenet", "caffe"])
def test_taps_are_those_of_torchvision(reference, state, convention, tmp_path):
    save_file(state, tmp_path / "vgg.safetensors", {"input": convention})
    taps = Vgg16Taps.from_file(tmp_path / "vgg.safetensors")(images())
    levels = (images() + 1) * 127.5
    if convention == "imagenet":
        mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
        ready = (levels / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    else:
        ready = levels.flip(1) - torch.tensor([103.939, 116.779, 123.68]).view(3, 1, 1)
    unit = 1 if convention == "imagenet" else CAFFE_UNIT
    expected = [tap / unit for tap in reference_taps(reference, ready)]
    assert [tap.shape[1] for tap in taps] == [64, 128, 256, 512]
    assert [tap.shape[3] for tap in taps] == [48, 24, 12, 6]
    for tap, wanted in zip(taps, expected, strict=True):
        torch.testing.assert_close(tap, wanted, rtol=1e-4, atol=1e-4 * float(wanted.max()))


def test_gradients_reach_images_and_never_weights(state):
    network = Vgg16Taps(state, "imagenet")
    shown = images().requires_grad_()
    sum(tap.mean() for tap in network(shown)).backward()
    assert shown.grad.abs().sum() > 0
    assert all(not values.requires_grad for values in network.parameters())


def test_names_are_those_of_torchvision(state):
    names = [name for block in layer_names() for name in block]
    assert {f"{name}.{part}" for name in names for part in ("weight", "bias")} == set(state)


def test_a_file_without_its_input_convention_is_refused(tmp_path):
    save_file({"x": torch.zeros(1)}, tmp_path / "vgg.safetensors")
    with pytest.raises(TamperedError, match=r"vgg\.safetensors"):
        Vgg16Taps.from_file(tmp_path / "vgg.safetensors")


def test_keras_weights_take_torchs_order(tmp_path):
    """Small weights in the format of the HED file, checked by a convolution by hand."""
    rng = np.random.default_rng(0)
    with h5py.File(tmp_path / "hed.h5", "w") as file:
        for block, widths in enumerate(BLOCKS, 1):
            for i in range(len(widths)):
                layer = f"block{block}/layers/conv2d{f'_{i}' if i else ''}/vars"
                file[f"{layer}/0"] = rng.normal(size=(3, 3, 2, 4)).astype(np.float32)
                file[f"{layer}/1"] = np.full(4, 10 * block + i, np.float32)
        kernel = file["block3/layers/conv2d_1/vars/0"][()]
    read = read_hed(tmp_path / "hed.h5")
    assert read["features.12.bias"].tolist() == [31] * 4
    patch = rng.normal(size=(3, 3, 2)).astype(np.float32)
    expected = np.einsum("hwi,hwio->o", patch, kernel)
    image = torch.from_numpy(patch).permute(2, 0, 1)[None]
    ours = torch.nn.functional.conv2d(image, read["features.12.weight"]).flatten()
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_a_checkpoint_of_torchvision_loses_its_classifier(state, tmp_path):
    torch.save(state | {"classifier.0.weight": torch.zeros(2)}, tmp_path / "vgg16.pth")
    read = read_torchvision(tmp_path / "vgg16.pth")
    assert set(read) == set(state)
    assert all(torch.equal(read[name], state[name]) for name in state)
