"""B: A, and the VIS images have their histograms equalized."""

from generators.cyclegan import build
from generators.method import Variant

VARIANT = Variant(
    name="B",
    description="A with histogram-equalized VIS images",
    equalize="vis",
    needs_features=False,
    build=build,
)
