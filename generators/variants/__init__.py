"""The translators, one file each: a module here that defines `VARIANT` is a variant.

from generators import variants
variants.names()          # ["A", "B", "C"]
variants.get("B").build(settings, own, generator, {})

Installed packages add translators by entry points of the group `nirbench.translators`, each with
the name of its translator and naming a `Variant`. `generators.definitions` reads those in files.
"""

from dataclasses import replace
from typing import Any

from faces.common.registry import Registry
from generators.method import Variant
from generators.origin import Origin

VARIANTS: Registry[Variant[Any]] = Registry(
    "variant", __name__, __path__, "VARIANT", group="nirbench.translators"
)


def names() -> list[str]:
    """Return the variants' names in alphabetical order."""
    return VARIANTS.names()


def get(name: str) -> Variant[Any]:
    """Return the variant of that name. Raises UsageError with the nearest name if there is none."""
    variant, package = VARIANTS.get(name), VARIANTS.distribution(name)
    if package is None:
        return variant
    return replace(variant, origin=Origin(kind="package", name=package[0], version=package[1]))
