"""The translators, one file each: a module here that defines `VARIANT` is a variant.

from generators import variants
variants.names()          # ["A", "B", "C"]
variants.get("B").build(settings, generator, None)
"""

from faces.common.registry import Registry
from generators.method import Variant

VARIANTS: Registry[Variant] = Registry("variant", __name__, __path__, "VARIANT")


def names() -> list[str]:
    """The variants' names in alphabetical order."""
    return VARIANTS.names()


def get(name: str) -> Variant:
    """The variant of that name. Raises UsageError with the nearest name where there is none."""
    return VARIANTS.get(name)
