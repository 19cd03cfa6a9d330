"""Defines the Inception network of FID and KID in torch.

Inception-v3 (Szegedy et al. 2015, arXiv 1512.00567) as in TensorFlow's graph of 2015-12-05, which
Heusel et al. 2017 (arXiv 1706.08500) took. Parameters are named as in the published file
`pt_inception-2015-12-05-6726825d.pth`. From torchvision's network it differs in three ways:
averages leave padding out, the last block pools by maximum, and there are 1008 classes.

Images are prepared as in that graph: enlarged to 299 px by TensorFlow 1's bilinear rule, in which
pixel i is sampled at i * side / 299, then (x - 128) / 128.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIDE_PX = 299
FEATURES = 2048
CLASSES = 1008


class Conv(nn.Module):
    """Convolution, normalization, ReLU: (N, inputs, H, W) => (N, outputs, H', W') float32 >= 0.

    With a stride of 1 and padding the side stays the same; strided convolutions are not padded.
    """

    def __init__(self, inputs: int, outputs: int, kernel, stride: int = 1, *, padded: bool = True):
        super().__init__()
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (height // 2, width // 2) if padded and stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, (height, width), stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


# A branch is a chain of (name, outputs, kernel[, stride]); those in a list run side by side.
Chain = tuple


def _block_a(pooled: int) -> tuple[str, list[Chain]]:
    double = (("3x3dbl_1", 64, 1), ("3x3dbl_2", 96, 3), ("3x3dbl_3", 96, 3))
    chains = [(("1x1", 64, 1),), (("5x5_1", 48, 1), ("5x5_2", 64, 5)), double]
    return "average", [*chains, (("_pool", pooled, 1),)]


def _block_b() -> tuple[str, list[Chain]]:
    double = (("3x3dbl_1", 64, 1), ("3x3dbl_2", 96, 3), ("3x3dbl_3", 96, 3, 2))
    return "halve", [(("3x3", 384, 3, 2),), double, ()]


def _block_c(middle: int) -> tuple[str, list[Chain]]:
    wide, high = (1, 7), (7, 1)
    once = (("7x7_1", middle, 1), ("7x7_2", middle, wide), ("7x7_3", 192, high))
    twice = (("7x7dbl_1", middle, 1), ("7x7dbl_2", middle, high), ("7x7dbl_3", middle, wide),
             ("7x7dbl_4", middle, high), ("7x7dbl_5", 192, wide))  # fmt: skip
    return "average", [(("1x1", 192, 1),), once, twice, (("_pool", 192, 1),)]


def _block_d() -> tuple[str, list[Chain]]:
    once = (("3x3_1", 192, 1), ("3x3_2", 320, 3, 2))
    twice = (("7x7x3_1", 192, 1), ("7x7x3_2", 192, (1, 7)), ("7x7x3_3", 192, (7, 1)),
             ("7x7x3_4", 192, 3, 2))  # fmt: skip
    return "halve", [once, twice, ()]


def _block_e(pool: str) -> tuple[str, list[Chain]]:
    def fork(name: str) -> list:
        return [(f"{name}a", 384, (1, 3)), (f"{name}b", 384, (3, 1))]

    once = (("3x3_1", 384, 1), fork("3x3_2"))
    twice = (("3x3dbl_1", 448, 1), ("3x3dbl_2", 384, 3), fork("3x3dbl_3"))
    return pool, [(("1x1", 320, 1),), once, twice, (("_pool", 192, 1),)]


MIXED = (
    ("Mixed_5b", 192, _block_a(32)),
    ("Mixed_5c", 256, _block_a(64)),
    ("Mixed_5d", 288, _block_a(64)),
    ("Mixed_6a", 288, _block_b()),
    ("Mixed_6b", 768, _block_c(128)),
    ("Mixed_6c", 768, _block_c(160)),
    ("Mixed_6d", 768, _block_c(160)),
    ("Mixed_6e", 768, _block_c(192)),
    ("Mixed_7a", 768, _block_d()),
    ("Mixed_7b", 1280, _block_e("average")),
    ("Mixed_7c", 2048, _block_e("maximum")),
)
POOLS = {
    "average": lambda x: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
    "maximum": lambda x: F.max_pool2d(x, 3, 1, 1),
    "halve": lambda x: F.max_pool2d(x, 3, 2),
}


class Mixed(nn.Module):
    """Chains of convolutions side by side, the last one behind a pooling.

    (N, inputs, H, W) => (N, sum of the chains' outputs, H', W') float32.
    """

    def __init__(self, inputs: int, pool: str, chains: list[Chain]) -> None:
        super().__init__()
        self.pool, self.chains = POOLS[pool], chains
        for chain in chains:
            width = inputs
            for step in chain:
                steps = step if isinstance(step, list) else [step]
                for name, outputs, *shape in steps:
                    self.add_module(f"branch{name}", Conv(width, outputs, *shape))
                width = sum(outputs for _, outputs, *_ in steps)

    def forward(self, x: Tensor) -> Tensor:
        *plain, pooled = self.chains
        ends = [self.follow(x, chain) for chain in plain]
        return torch.cat([*ends, self.follow(self.pool(x), pooled)], 1)

    def follow(self, x: Tensor, chain: Chain) -> Tensor:
        """Apply the convolutions of a chain: (N, inputs, H, W) => (N, outputs, H', W')."""
        for step in chain:
            steps = step if isinstance(step, list) else [step]
            x = torch.cat([self.get_submodule(f"branch{name}")(x) for name, *_ in steps], 1)
        return x


class FidInception(nn.Module):
    """FID's Inception network, for eval mode only.

    (N, 1 or 3, H, W) uint8 => (N, 2048) float32, the pooled features.
    """

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Conv(3, 32, 3, 2)
        self.Conv2d_2a_3x3 = Conv(32, 32, 3, padded=False)
        self.Conv2d_2b_3x3 = Conv(32, 64, 3)
        self.Conv2d_3b_1x1 = Conv(64, 80, 1)
        self.Conv2d_4a_3x3 = Conv(80, 192, 3, padded=False)
        for name, inputs, (pool, chains) in MIXED:
            self.add_module(name, Mixed(inputs, pool, chains))
        self.fc = nn.Linear(FEATURES, CLASSES)  # in the file, though features come before it

    def forward(self, images: Tensor) -> Tensor:
        x = (enlarged(images.expand(-1, 3, -1, -1).float(), SIDE_PX) - 128) / 128
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, 2)))
        x = F.max_pool2d(x, 3, 2)
        for name, *_ in MIXED:
            x = self.get_submodule(name)(x)
        return x.mean((2, 3))


def enlarged(images: Tensor, side_px: int) -> Tensor:
    """Resize images by TensorFlow 1's bilinear rule: NCHW float32 => (N, C, side_px, side_px)."""
    down, across = (interpolation(side, side_px).to(images.device) for side in images.shape[2:])
    return down @ images @ across.T


def interpolation(side: int, side_px: int) -> Tensor:
    """Return the weights of old pixels in each new one: (side_px, side) float32, rows sum to 1.

    Beyond the edge the last pixel is repeated.
    """
    places = torch.arange(side_px, dtype=torch.float64) * side / side_px
    low = places.floor().long()
    rows, share = torch.arange(side_px), places - low
    matrix = torch.zeros(side_px, side, dtype=torch.float64)
    matrix[rows, low] += 1 - share
    matrix[rows, (low + 1).clamp(max=side - 1)] += share
    return matrix.float()
