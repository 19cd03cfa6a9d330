"""An example of a translator whose training diverges: its losses are NaN from step 5."""

from dataclasses import replace

from generators.cyclegan import CycleGanSettings, cycle_gan
from generators.method import Variant

LAST_GOOD_STEP = 4


class Diverging:
    """The terms of a phase, which are NaN after some steps."""

    def __init__(self, terms):
        self.terms, self.step = terms, 0

    def __call__(self, made):
        self.step += 1
        found = self.terms(made)
        if self.step > LAST_GOOD_STEP:
            return {name: term * float("nan") for name, term in found.items()}
        return found


def build(settings, own, generator, fixed):
    """Return CycleGAN with other terms of its first phase."""
    method = cycle_gan(own, generator)
    first, *others = method.phases
    return replace(method, phases=(replace(first, terms=Diverging(first.terms)), *others))


VARIANT = Variant(
    name="wild",
    description="a training that diverges",
    settings=CycleGanSettings,
    build=build,
)
