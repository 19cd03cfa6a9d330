"""Lists every weight that a run can use: those of the fixed networks, and the recognizer's.

facenet-pytorch publishes no hashes. A row has one if several public projects agree on it. For a
row without one, the hash of the first copy that fits the network is noted in the cache, and later
copies must have the same.
"""

from functools import partial

from faces.weights.structure import Shapes, read_checkpoint, shapes
from faces.weights.table import FIXED_NETWORKS
from faces.weights.weight import Weight
from recognizer import network

FACENET_RELEASE = "https://github.com/timesler/facenet-pytorch/releases/download/v2.2.9"
FACENET_LICENCE = "MIT (code); trained on a face set released for research"
FACENET_INPUT = "RGB, 160 px, (x - 127.5) / 128 of 0..255"


def _inception_resnet_v1(classes: int) -> Shapes:
    """Return names and shapes of the recognizer with its classifier, as in facenet-pytorch."""
    return shapes(network.state(network.Recognizer(classes)))


RECOGNIZERS = (
    Weight(
        name="casia-webface",
        role="recognizer: Inception-ResNet-v1 of CASIA-WebFace",
        origin=f"{FACENET_RELEASE}/20180408-102900-casia-webface.pt",
        licence=FACENET_LICENCE,
        input=FACENET_INPUT,
        sha256="",
        size_bytes=115_887_415,
        read=read_checkpoint,
        shapes=partial(_inception_resnet_v1, classes=10_575),
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
        shapes=partial(_inception_resnet_v1, classes=8631),
    ),
)
TABLE = (*FIXED_NETWORKS, *RECOGNIZERS)
