"""Defines the record of a photo to be written, and the writer of a layout."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np

IMAGE = "image"  # the state of an ordinary image


@dataclass(frozen=True)
class Photo:
    """A file to be written: its path, what a reader must find out about it, and what it shows.

    source: path below the root with forward slashes. subject, session, shot: as in a manifest.
    person, take: the subject and the shot that are rendered. eye_order: "" for no eye file, else
    whether the file names the image's "left" or "right" eye first. state: IMAGE or one of
    `mess.SPECIMEN_KINDS`.
    """

    source: str
    subject: str
    spectrum: str
    session: str
    shot: str
    person: int
    take: int
    eye_order: str = ""
    state: str = IMAGE

    def with_suffix(self, suffix: str) -> "Photo":
        """Return the same photo with another suffix, such as ".png"."""
        return replace(self, source=str(PurePosixPath(self.source).with_suffix(suffix)))


@dataclass(frozen=True)
class LayoutWriter:
    """The writer of a data set; `name` is that of the layout that reads it.

    place(person, spectrum, number): returns a person's photo by its number, counted from 0. No two
    calls return the same `source`, or the same `shot` of a subject in a spectrum. lists(photos,
    random): returns further files, path => bytes. aspect: width / height of the images.
    """

    name: str
    place: Callable[[int, str, int], Photo]
    lists: Callable[[list[Photo], np.random.Generator], dict[str, bytes]] = lambda *_: {}
    aspect: float = 1.0


def photo_of(person: int, spectrum: str, number: int, **names: str) -> Photo:
    """Return a person's photo by its number; names: the fields that depend on the layout.

    VIS and NIR photos never show the same shot.
    """
    take = number + (500 if spectrum == "NIR" else 0)
    return Photo(spectrum=spectrum, person=person, take=take, **{"session": ""} | names)
