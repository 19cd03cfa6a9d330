"""Tests FID's network against torch-fidelity's and against a changed torchvision network."""

import pytest
import torch
from torch import nn

from faces.common import torchvision_cpu
from faces.networks.fid_inception import (
    CLASSES,
    FEATURES,
    MIXED,
    SIDE_PX,
    FidInception,
    enlarged,
    interpolation,
)


@pytest.fixture(scope="module")
def network() -> FidInception:
    """The network with random weights and with statistics that are not the initial ones."""
    torch.manual_seed(0)
    network = FidInception()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.1)
    return network.eval()


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    rng = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (1, 3, 64, 48), dtype=torch.uint8, generator=rng)


@torch.inference_mode()
def test_it_is_torchvision_s_network_but_for_three_things(network, images, monkeypatch):
    """The same names and shapes; the same maps after every block, where averages leave padding out
    and the last block's is a maximum."""
    torchvision_cpu.ensure()
    from torchvision.models import inception

    theirs = inception.Inception3(
        num_classes=CLASSES, aux_logits=False, transform_input=False, init_weights=False
    ).eval()
    theirs.load_state_dict(network.state_dict())
    x = (enlarged(images.float(), SIDE_PX) - 128) / 128
    average, maximum = nn.functional.avg_pool2d, nn.functional.max_pool2d
    for name in ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1",
                 "Conv2d_4a_3x3", "maxpool2"):  # fmt: skip
        x = theirs.get_submodule(name)(x)
    for name, *_ in MIXED:
        mended = maximum if name == "Mixed_7c" else average
        extra = {} if name == "Mixed_7c" else {"count_include_pad": False}
        with monkeypatch.context() as patch:
            patch.setattr(
                inception.F, "avg_pool2d",
                lambda x, kernel_size, stride, padding, mended=mended, extra=extra: mended(
                    x, kernel_size, stride, padding, **extra
                ),
            )  # fmt: skip
            expected = theirs.get_submodule(name)(x)
        torch.testing.assert_close(network.get_submodule(name)(x), expected)
        x = expected
    torch.testing.assert_close(network(images), x.mean((2, 3)), rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_features_are_those_of_torch_fidelity(network, images, tmp_path):
    torchvision_cpu.ensure()
    pytest.importorskip("torch_fidelity")
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    torch.save(network.state_dict(), tmp_path / "weights.pth")
    theirs = FeatureExtractorInceptionV3(
        "it", [str(FEATURES)], feature_extractor_weights_path=tmp_path / "weights.pth"
    )
    torch.testing.assert_close(network(images), theirs(images)[0], rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_one_channel_counts_as_three_equal_ones(network, images):
    grey = images[:, :1]
    torch.testing.assert_close(network(grey), network(grey.expand(-1, 3, -1, -1)))


def test_images_are_enlarged_from_their_corner():
    """Pixel i is sampled at i * side / side_px; computed here by loops."""
    ramp = torch.tensor([3.0, 5.0, 11.0, 2.0])
    found = enlarged(ramp.expand(1, 1, 4, 4), 10)[0, 0]
    for i in range(10):
        place = i * 4 / 10
        low = int(place)
        share = place - low
        expected = ramp[low] * (1 - share) + ramp[min(low + 1, 3)] * share
        assert found[7, i] == pytest.approx(float(expected), rel=1e-6)
    assert torch.equal(interpolation(5, 5), torch.eye(5))
