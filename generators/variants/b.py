"""B: A, and the VIS images have their histograms equalized."""

from generators.cyclegan import TERMS, CycleGanSettings, build, step_seconds
from generators.method import Variant

VARIANT = Variant(
    name="B",
    description="A with histogram-equalized VIS images",
    settings=CycleGanSettings,
    build=build,
    equalize="vis",
    step_seconds=step_seconds,
    terms=TERMS,
)
