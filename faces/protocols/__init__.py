"""Divides people into those trained on and those tested, by named protocols.

A module in this folder that defines `PROTOCOLS` adds protocols.

from faces import protocols
protocols.names()         # ["casia-view1", "casia-view2", "paper-520", ..., "subjects"]
assignment = protocols.get("subjects").assign(images, None, protocols.Request(...))
protocols.rows(assignment.parts, "probe", "NIR")

`check` and `check_fakes` are the guards; they also run whenever parts or fakes are read from disk.
"""

from faces.common.registry import Registry
from faces.protocols.guards import check, check_fakes
from faces.protocols.parts import PARTS_COLUMNS, rows
from faces.protocols.protocol import Assignment, Protocol, Request

__all__ = [
    "PARTS_COLUMNS",
    "Assignment",
    "Protocol",
    "Request",
    "check",
    "check_fakes",
    "get",
    "names",
    "rows",
]


REGISTRY: Registry[Protocol] = Registry("protocol", __name__, __path__, "PROTOCOLS")


def names() -> list[str]:
    """Return the protocols' names in alphabetical order."""
    return REGISTRY.names()


def get(name: str) -> Protocol:
    """Return the protocol of a name. Raises UsageError with the nearest name if there is none."""
    return REGISTRY.get(name)
