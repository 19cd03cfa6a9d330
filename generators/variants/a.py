"""Defines variant A: CycleGAN on eye-aligned faces."""

from generators.cyclegan import TERMS, CycleGanSettings, build, step_seconds
from generators.method import Variant

VARIANT = Variant(
    name="A",
    description="CycleGAN on eye-aligned faces",
    settings=CycleGanSettings,
    build=build,
    step_seconds=step_seconds,
    terms=TERMS,
)
