"""Defines what a layout says: where in its folder tree an image of which person lies."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """What the path of an image says about it.

    `shot` is unique within subject and spectrum. `rendition`: a data set may hold the same shots
    twice, such as cropped; only the files of the lowest number that is there are read.
    """

    subject: str
    spectrum: str
    shot: str
    session: str = ""
    rendition: int = 0


Placing = Callable[[str], Place | str]  # of a path below the root: its place, or why it has none


def everywhere(place: Placing) -> Callable[[Path], Placing]:
    """Gives the `placing` of a layout whose places follow from paths alone, whatever the folder."""
    return lambda root: place


@dataclass(frozen=True)
class Layout:
    """A data set's folder tree.

    `expected` shows the paths it consists of. `placing(root)` returns the function that places a
    path or says in one phrase why it fits no place; what a path does not say is never guessed.
    `suffix_tells_shots`: files that differ by their suffix alone are different shots.
    """

    name: str
    description: str
    expected: str
    placing: Callable[[Path], Placing]
    suffix_tells_shots: bool = False
