"""Decides which links to folders are followed while a folder tree is read.

A link to a folder above it would lead in a circle, and is not followed. Every other link is. So a
folder can be read under several paths: its own, and those of the links to it. Where linked folders
hold links themselves, paths multiply: n folders that link each other have n! of them. Therefore a
link is followed on its first path, and on others only until its target was linked MOST_PATHS times.

Folders are told apart by their real paths, which hold no links. Inode numbers do not tell them
apart: network and union file systems give the same number to different folders.
"""

import os
from collections import Counter
from dataclasses import dataclass

MOST_PATHS = 16  # views of one data set that may show the same linked folder


@dataclass(frozen=True)
class Folder:
    """A folder to read: its path below the root, and its real path.

    crossed: the real paths of the folders that hold the links on the way to this one.
    """

    source: str
    real: str
    crossed: tuple[str, ...] = ()

    def inner(self, name: str) -> "Folder":
        """Return an ordinary folder in this one."""
        return Folder(self.join(name), os.path.join(self.real, name), self.crossed)

    def join(self, name: str) -> str:
        """Return the path below the root of an entry of this folder."""
        return f"{self.source}/{name}" if self.source else name

    def is_below(self, real: str) -> bool:
        """Tell whether a real path is that of this folder, or of one above it on any way to it."""
        above = os.path.join(real, "")
        return any(way == real or way.startswith(above) for way in (*self.crossed, self.real))


class Links:
    """The links to folders that were met so far.

    refused: the links that are not followed, each under its first path, with the reason.
    """

    def __init__(self) -> None:
        self.refused: dict[str, str] = {}
        self._targets: dict[str, str] = {}  # real path of a link => that of its folder
        self._followed: set[str] = set()
        self._told: set[str] = set()
        self._paths: Counter[str] = Counter()  # of a folder, by links

    def follow(self, folder: Folder, name: str) -> Folder | None:
        """Return the folder that a link in `folder` leads to; None if it is not followed."""
        link = os.path.join(folder.real, name)
        if link not in self._targets:
            self._targets[link] = os.path.realpath(link)
        real = self._targets[link]
        if reason := self._reason_against(folder, link, real):
            if link not in self._told:
                self._told.add(link)
                self.refused[folder.join(name)] = reason
            return None
        self._followed.add(link)
        self._paths[real] += 1
        return Folder(folder.join(name), real, (*folder.crossed, folder.real))

    def _reason_against(self, folder: Folder, link: str, real: str) -> str:
        """Return why a link is not followed on this path, or ""."""
        if folder.is_below(real):
            return "a link to a folder above it"
        if link in self._followed and self._paths[real] >= MOST_PATHS:
            return f"a link to a folder that was read under {MOST_PATHS} other paths"
        return ""
