"""A: CycleGAN on eye-aligned faces."""

from generators.cyclegan import build
from generators.method import Variant

VARIANT = Variant(
    name="A",
    description="CycleGAN on eye-aligned faces",
    equalize="none",
    needs_features=False,
    build=build,
)
