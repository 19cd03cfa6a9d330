"""Defines VGG16's convolutions (Simonyan & Zisserman 2014, arXiv 1409.1556) for a perceptual loss.

The four taps are relu1_2, relu2_2, relu3_3 and relu4_3: "layers 4, 9, 16, 23" counted from 1, which
are `features[3]`, `[8]`, `[15]` and `[22]` of torchvision's network. Weights of two origins fit:
the ImageNet ones, and those of an edge detector that was fine-tuned from them (HED, Xie & Tu 2015,
arXiv 1504.06375). Each has its own input convention, which its safetensors file names in its
metadata under `input`.

The edge detector was trained on values of 0..255, so its responses are larger by two orders of
magnitude. They are divided by CAFFE_UNIT, the spread of its inputs over that of the ImageNet
network's, so that a loss weight means about the same for both. In a network of convolutions and
ReLUs the output is divided by a number if the input and the biases are, so these are divided.
"""

from pathlib import Path
from typing import Self

import h5py
import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor, nn

from faces.common.errors import TamperedError

BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
TAPPED_BLOCKS = 4
CAFFE_UNIT = 255 * 0.226  # grey levels in the mean of ImageNet's three deviations
# input convention: reverses to BGR; mean and deviation of values in 0..1; divisor of the biases
CONVENTIONS = {
    "imagenet": (False, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 1.0),
    "caffe": (True, (103.939 / 255, 116.779 / 255, 123.68 / 255), (0.226,) * 3, CAFFE_UNIT),
}


def layer_names(blocks: int = len(BLOCKS)) -> list[list[str]]:
    """Return torchvision's names of the convolutions by block: features.0, features.2, ..."""
    names, position = [], 0
    for widths in BLOCKS[:blocks]:
        names.append([f"features.{position + 2 * i}" for i in range(len(widths))])
        position += 2 * len(widths) + 1  # a ReLU after each convolution, a pooling after the block
    return names


class Vgg16Taps(nn.Module):
    """The first four blocks of VGG16, frozen: images get gradients, weights do not.

    state: weights by torchvision's names. convention: a key of CONVENTIONS. The file that
    `from_file` reads holds both.
    """

    def __init__(self, state: dict[str, Tensor], convention: str) -> None:
        super().__init__()
        self.reverses, mean, std, unit = CONVENTIONS[convention]
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1))
        self.blocks = nn.ModuleList(
            nn.ModuleList(_convolution(state, name, unit) for name in block)
            for block in layer_names(TAPPED_BLOCKS)
        )
        self.requires_grad_(False).eval()

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a safetensors file. Raises TamperedError if its metadata name no known input."""
        with safe_open(path, "pt") as stored:
            convention = (stored.metadata() or {}).get("input", "")
            if convention not in CONVENTIONS:
                raise TamperedError(f"{path}: names no known input; delete it and fetch it again")
            return cls({key: stored.get_tensor(key) for key in stored.keys()}, convention)  # noqa: SIM118

    def forward(self, images: Tensor) -> list[Tensor]:
        """Compute the taps: NCHW RGB float32 in [-1, 1] => 4 maps of 64, 128, 256, 512 channels.

        Their sides are those of the images divided by 1, 2, 4 and 8.
        """
        x = images.flip(1) if self.reverses else images
        x = ((x + 1) / 2 - self.get_buffer("mean")) / self.get_buffer("std")
        taps = []
        for i, block in enumerate(self.blocks):
            x = F.max_pool2d(x, 2) if i else x
            for conv in block.children():
                x = F.relu(conv(x))
            taps.append(x)
        return taps


def _convolution(state: dict[str, Tensor], name: str, unit: float) -> nn.Conv2d:
    """Return one layer; its biases are divided by `unit`."""
    weight = state[f"{name}.weight"]
    conv = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
    conv.load_state_dict({"weight": weight, "bias": state[f"{name}.bias"] / unit})
    return conv


def read_hed(path: Path) -> dict[str, Tensor]:
    """Read the convolutions of HED's Keras weights, (H, W, in, out), under torchvision's names."""
    state = {}
    with h5py.File(path) as stored:
        for block, names in enumerate(layer_names(), 1):
            for i, name in enumerate(names):
                layer = stored[f"block{block}/layers/conv2d{f'_{i}' if i else ''}/vars"]
                weight = torch.from_numpy(layer["0"][()]).permute(3, 2, 0, 1)
                state[f"{name}.weight"] = weight.contiguous()
                state[f"{name}.bias"] = torch.from_numpy(layer["1"][()])
    return state


def read_torchvision(path: Path) -> dict[str, Tensor]:
    """Read the convolutions of torchvision's VGG16 checkpoint; the classifier is left out."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    names = [name for block in layer_names() for name in block]
    return {
        f"{name}.{part}": state[f"{name}.{part}"] for name in names for part in ("weight", "bias")
    }
