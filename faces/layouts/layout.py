"""Defines a layout: how the paths of a data set tell subject, spectrum and shot of an image."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """What the path of an image tells about it.

    `shot` is unique within subject and spectrum. `rendition`: a data set may hold the same shots
    several times, for example cropped; only the files of the lowest number present are read.
    """

    subject: str
    spectrum: str
    shot: str
    session: str = ""
    rendition: int = 0


Placing = Callable[[str], Place | str]  # path below the root => its place, or why it has none


def everywhere(place: Placing) -> Callable[[Path], Placing]:
    """Return the `placing` of a layout whose places follow from the paths alone."""
    return lambda root: place


@dataclass(frozen=True)
class Layout:
    """A data set's folder tree.

    `expected` shows the form of its paths. `placing(root)` returns a function of a path that
    returns its place, or one phrase that says why the path fits none; nothing is guessed.
    `suffix_tells_shots`: files that differ by their suffix alone are different shots.
    """

    name: str
    description: str
    expected: str
    placing: Callable[[Path], Placing]
    suffix_tells_shots: bool = False
