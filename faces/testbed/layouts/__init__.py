"""Lists the layouts that can be written. A writer is a module here that defines `WRITER`.

Installed packages add writers by entry points of the group `nirbench.layout_writers`. An entry
point has the name of its layout and refers to a `LayoutWriter`. The tests of layouts run over all
writers.
"""

from faces.common.registry import Registry
from faces.testbed.photo import LayoutWriter

WRITERS: Registry[LayoutWriter] = Registry(
    "layout", __name__, __path__, "WRITER", group="nirbench.layout_writers"
)


def names() -> list[str]:
    """Return the layouts' names in alphabetical order."""
    return WRITERS.names()


def get(name: str) -> LayoutWriter:
    """Return the writer of a layout. Raises UsageError with the nearest name if there is none."""
    return WRITERS.get(name)
