"""Finds the image that a listed path means, in a data set of any layout.

Lists were made on other machines: their paths have folders before those of the data set, or begin
further below it, other suffixes, other case, and numbers without leading zeros. So one of the two
paths must end with all of the other. Of several images that fit, the one with the most parts in
common is meant, then the one with the listed suffix and case.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property

Path = tuple[str, ...]  # from the first folder to the file name


class PathMatcher:
    """The images of a data set by their paths; `sources` are paths below its folder."""

    def __init__(self, sources: Sequence[str]):
        self.paths = [tuple(source.split("/")) for source in sources]

    def find(self, listed: Path) -> list[int]:
        """Return the positions of the images that fit best, exactly one if it is clear."""
        without_suffix = (*listed[:-1], f"{listed[-1]}.")  # whose last dot belongs to the name
        fitting = (
            self._plain.find(listed)
            or self._plain.find(without_suffix)
            or self._zeroless.find(listed)
        )
        ranks = [_rank(self.paths[position], listed) for position in fitting]
        return [at for at, rank in zip(fitting, ranks, strict=True) if rank == min(ranks)]

    @cached_property
    def _plain(self) -> "_Index":
        return _Index(self.paths, _plain)

    @cached_property
    def _zeroless(self) -> "_Index":
        return _Index(self.paths, _without_zeros)


class _Index:
    """The images by each end of their paths, in one normal form."""

    def __init__(self, paths: Sequence[Path], normal: Callable[[Path], Path]):
        self.normal = normal
        self.paths = list(map(normal, paths))
        self.by_path: dict[Path, list[int]] = defaultdict(list)
        for position, path in enumerate(self.paths):
            self.by_path[path].append(position)

    @cached_property
    def by_end(self) -> dict[Path, list[int]]:
        """Return the images by each end of their paths."""
        by_end: dict[Path, list[int]] = defaultdict(list)
        for position, path in enumerate(self.paths):
            for start in range(len(path)):
                by_end[path[start:]].append(position)
        return by_end

    def find(self, listed: Path) -> list[int]:
        """Return the images whose paths end with the listed one, or with which it ends."""
        path = self.normal(listed)
        if path in self.by_path:
            return self.by_path[path]
        ends = (path[start:] for start in range(1, len(path)))
        longer = next((self.by_path[end] for end in ends if end in self.by_path), [])
        return self.by_end.get(path, longer)


def _plain(path: Path) -> Path:
    """Return a path without case and suffix."""
    folded = tuple(part.casefold() for part in path)
    stem = folded[-1].rpartition(".")[0] or folded[-1]
    return (*folded[:-1], stem)


def _without_zeros(path: Path) -> Path:
    """Return a plain path whose numbers have no leading zeros."""
    return tuple(re.sub(r"(?<!\d)0+(?=\d)", "", part) for part in _plain(path))


def _rank(path: Path, listed: Path) -> tuple[bool, bool]:
    """Rank an image's path by its difference from the listed path; the lowest is closest."""
    suffix, wanted = (name.rpartition(".")[2].casefold() for name in (path[-1], listed[-1]))
    shared = min(len(path), len(listed))
    return suffix != wanted, path[-shared:] != listed[-shared:]
