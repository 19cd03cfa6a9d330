"""The layouts that can be written, one file each: a module here that defines `LAYOUT` is one."""

from faces.common.registry import Registry
from faces.testbed.photo import Layout

LAYOUTS: Registry[Layout] = Registry("layout", __name__, __path__, "LAYOUT")


def names() -> list[str]:
    """The layouts' names in alphabetical order."""
    return LAYOUTS.names()


def get(name: str) -> Layout:
    """The layout of that name. Raises UsageError with the nearest name where there is none."""
    return LAYOUTS.get(name)
