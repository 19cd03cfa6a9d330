"""Control training sets, one file each: a module here that defines `CONTROL` is a control.

from recognizer import controls
controls.names()          # ["alone", "augmented", ...], in alphabetical order
controls.get("grey")      # => recognizer.controls.control.Control

Installed packages add controls by entry points of the group `nirbench.controls`, each with
the name of its control and naming a `Control`. Imports no torch.
"""

from faces.common.registry import Registry
from recognizer.controls.control import Control

CONTROLS: Registry[Control] = Registry(
    "control", __name__, __path__, "CONTROL", group="nirbench.controls"
)


def names() -> list[str]:
    """Return the controls' names in alphabetical order."""
    return CONTROLS.names()


def get(name: str) -> Control:
    """Return the control of that name. Raises UsageError with the nearest name if there is none."""
    return CONTROLS.get(name)


def origin(name: str) -> str:
    """Return name and version of the package that adds a control; empty for those of nirbench."""
    return " ".join(CONTROLS.distribution(name) or ())
