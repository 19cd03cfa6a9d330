"""Defines a photo to be written, and how a layout's writer says where photos lie."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np

IMAGE = "image"  # the kind of a photo that nothing is wrong with


@dataclass(frozen=True)
class Photo:
    """One file: where it lies, what a reader must say of it, and what is to be seen on it.

    source: path below the root with forward slashes; subject, session, shot: as a manifest names
    them; person, take: numbers of the rendered face. eye_order: "" for no eye file, else whether
    the image's "left" or "right" eye stands first in it. kind: IMAGE or one of `mess.KINDS`.
    """

    source: str
    subject: str
    spectrum: str
    session: str
    shot: str
    person: int
    take: int
    eye_order: str = ""
    kind: str = IMAGE

    def ending(self, suffix: str) -> "Photo":
        """Gives the same photo as another kind of file, such as ".png"."""
        return replace(self, source=str(PurePosixPath(self.source).with_suffix(suffix)))


@dataclass(frozen=True)
class LayoutWriter:
    """How a data set lies on a disk; `name` is that of the layout which reads it.

    place(person, spectrum, number): the photo of a person that has this number, counted from 0;
    no two calls give the same `source`, nor the same `shot` of a subject in a spectrum.
    lists(photos, random): further files, path -> bytes. aspect: width / height of the images.
    """

    name: str
    place: Callable[[int, str, int], Photo]
    lists: Callable[[list[Photo], np.random.Generator], dict[str, bytes]] = lambda *_: {}
    aspect: float = 1.0


def photo_of(person: int, spectrum: str, number: int, **where: str) -> Photo:
    """Gives the photo of a person that has this number; `where` says how a layout calls it.

    VIS and NIR photos never show the same moment.
    """
    take = number + (500 if spectrum == "NIR" else 0)
    return Photo(spectrum=spectrum, person=person, take=take, **{"session": ""} | where)
