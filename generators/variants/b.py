"""Defines variant B: A with histogram-equalized VIS images."""

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
