"""Defines EfficientNet-Lite0 (Tan & Le 2019, arXiv 1905.11946; the Lite variant of 2020).

It was trained on ImageNet, not on faces. The Frechet and kernel distances `fd_lite0` and `kd_lite0`
are computed from its 1280 pooled features. The Lite variant has ReLU6 and no squeeze and
excitation. Its "same" padding is TensorFlow's, which pads more at the right and the bottom.

Input convention of the published weights: RGB, side 224 px, (x - 127) / 128 of values in 0..255.
Parameters are named as in `efficientnet-lite0-57934424.pth`, so that file loads as it is.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIDE_PX = 224
FEATURES = 1280
CLASSES = 1000
MEAN, STD = 127 / 255, 128 / 255
# repeats, kernel, stride, expansion, inputs, outputs
STAGES = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)


class SameConv(nn.Conv2d):
    """A convolution whose output side is ceil(side / stride), padded as in TensorFlow."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        top, left = (max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in x.shape[2:])
        if top == left and top % 2 == 0:
            return F.conv2d(x, self.weight, self.bias, stride, top // 2, 1, self.groups)
        x = F.pad(x, (left // 2, left - left // 2, top // 2, top - top // 2))
        return F.conv2d(x, self.weight, self.bias, stride, 0, 1, self.groups)


def _relu6(x: Tensor) -> Tensor:
    """Apply ReLU6 in place, since memory traffic takes most of this network's time on a CPU."""
    return F.relu6(x, inplace=True)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


class MobileBlock(nn.Module):
    """An inverted residual: widen by 1x1, filter each channel, narrow by 1x1.

    (N, inputs, H, W) => (N, outputs, ceil(H / stride), ceil(W / stride)) float32. Where input and
    output have the same shape, the input is added.
    """

    def __init__(
        self, inputs: int, outputs: int, *, kernel: int, stride: int, expansion: int
    ) -> None:
        super().__init__()
        wide = inputs * expansion
        self.widens = expansion != 1
        self.skips = stride == 1 and inputs == outputs
        if self.widens:
            self._expand_conv = nn.Conv2d(inputs, wide, 1, bias=False)
            self._bn0 = _norm(wide)
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = _norm(wide)
        self._project_conv = nn.Conv2d(wide, outputs, 1, bias=False)
        self._bn2 = _norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = _relu6(self._bn0(self._expand_conv(x))) if self.widens else x
        y = _relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.skips else y


class EfficientNetLite0(nn.Module):
    """EfficientNet-Lite0: images => 1280 features, or 1000 ImageNet logits; for eval mode only."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = _norm(32)
        self._blocks = nn.ModuleList(
            MobileBlock(
                inputs if i == 0 else outputs,
                outputs,
                kernel=kernel,
                stride=stride if i == 0 else 1,
                expansion=expansion,
            )
            for repeats, kernel, stride, expansion, inputs, outputs in STAGES
            for i in range(repeats)
        )
        self._conv_head = nn.Conv2d(320, FEATURES, 1, bias=False)
        self._bn1 = _norm(FEATURES)
        self._fc = nn.Linear(FEATURES, CLASSES)

    def features(self, images: Tensor, side_px: int = SIDE_PX) -> Tensor:
        """Compute features: (N, 1 or 3, H, W), uint8 or float in [0, 1] => (N, 1280) float32."""
        x = _relu6(self._bn0(self._conv_stem(prepare(images, side_px))))
        for block in self._blocks:
            x = block(x)
        return _relu6(self._bn1(self._conv_head(x))).mean((2, 3))

    def forward(self, images: Tensor) -> Tensor:
        """Compute logits: (N, 1 or 3, H, W), uint8 or float in [0, 1] => (N, 1000) float32."""
        return self._fc(self.features(images))


def prepare(images: Tensor, side_px: int) -> Tensor:
    """Scale images to the network's side and range.

    (N, 1 or 3, H, W), uint8 or float in [0, 1] => (N, 3, side_px, side_px) float32 in [-1, 1].
    """
    x = images.float() / 255 if images.dtype == torch.uint8 else images
    if x.shape[2:] != (side_px, side_px):
        x = F.interpolate(x, (side_px, side_px), mode="bilinear", antialias=True)
    return (x.expand(-1, 3, -1, -1) - MEAN) / STD
