"""C: B, and features of an image and of its cycle reconstruction are drawn together."""

from generators.cyclegan import build
from generators.method import Variant

VARIANT = Variant(
    name="C",
    description="B with a perceptual loss on VGG16 features of the cycle",
    equalize="vis",
    needs_features=True,
    build=build,
)
