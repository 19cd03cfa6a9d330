"""The layouts that can be written, one file each: a module here that defines `WRITER` is one.

Installed packages add writers by entry points of the group `nirbench.layout_writers`, each called
as its layout and naming a `LayoutWriter`. The tests of layouts run over all that are registered.
"""

from faces.common.registry import Registry
from faces.testbed.photo import LayoutWriter

WRITERS: Registry[LayoutWriter] = Registry(
    "layout", __name__, __path__, "WRITER", group="nirbench.layout_writers"
)


def names() -> list[str]:
    """Gives the layouts' names in alphabetical order."""
    return WRITERS.names()


def get(name: str) -> LayoutWriter:
    """The writer of that layout. Raises UsageError with the nearest name where there is none."""
    return WRITERS.get(name)
