"""The translators, one file each: a module here that defines `VARIANT` is a variant.

from generators import variants
variants.names()          # ["A", "B", "C"]
variants.get("B").build(settings, generator, None)
"""

import difflib
import functools
import importlib
import pkgutil

from faces.errors import UsageError
from generators.method import Variant


def names() -> list[str]:
    """The variants' names in alphabetical order."""
    return sorted(discover())


def get(name: str) -> Variant:
    """The variant of that name. Raises UsageError with the nearest name where there is none."""
    known = discover()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0) or names()
    raise UsageError(f"variant {name!r} is not known; did you mean {near[0]}? ({', '.join(known)})")


@functools.cache
def discover() -> dict[str, Variant]:
    """Imports every module of this folder, once."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").VARIANT for name in modules]
    return {variant.name: variant for variant in found}
