"""Finds the image that a line of a protocol list names.

Extensions in the lists can differ from those on disk, folders and extensions can differ in case,
and some copies have only the cropped folders (`NIR_128x128`). So a line is matched by session,
spectrum, subject and stem. Of several files that fit, one in the listed folder is preferred, then
one with the listed extension, then bmp, jpg, png.
"""

from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

from faces.protocols.casia_lines import FLAT, SUFFIX_OF_CROPPED, Line, stem_and_suffix
from faces.protocols.listed import NO_IMAGE, WRONG_SPECTRUM, Repeats, Resolved

SUFFIXES = ("bmp", "jpg", "png")


class Resolver:
    """The images by session, folder, subject and stem; `images` has `source` and `spectrum`."""

    def __init__(self, images: pd.DataFrame):
        self.sources = images["source"].to_list()
        self.spectra = images["spectrum"].to_list()
        self.by_key: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for position, source in enumerate(self.sources):
            if path := _path_of(source):
                self.by_key[_key(path)].append(position)

    def resolve_all(self, lines: Sequence[Line], spectrum: str) -> list[Resolved]:
        """Find the images of all lines of a list; mark lines that repeat an earlier one."""
        repeats, resolved = Repeats(), []
        for line in lines:
            result = self.resolve(line, spectrum)
            named = result.image if result.image >= 0 else _key(line.path)
            if line.path and (reason := repeats.reason(named, f"line {line.number}")):
                result = Resolved(line, -1, reason, line.place, repeated=True)
            resolved.append(result)
        return resolved

    def resolve(self, line: Line, spectrum: str) -> Resolved:
        """Find the image of one line, which must be of that spectrum."""
        if line.problem:
            return Resolved(line, -1, line.problem)
        key = _key(line.path)
        fitting = self._closest(line.path, self.by_key.get(key, []))
        other = {"vis", "nir"} - {spectrum.lower()}
        if key[1] in other or any(self.spectra[position] != spectrum for position in fitting):
            return Resolved(line, -1, WRONG_SPECTRUM, line.place)
        if not fitting:
            return Resolved(line, -1, NO_IMAGE, line.place)
        if len(fitting) > 1:
            names = ", ".join(self.sources[position] for position in fitting)
            return Resolved(line, -1, f"more than one image: {names}", line.place)
        return Resolved(line, fitting[0])

    def _closest(self, listed: tuple[str, ...], positions: list[int]) -> list[int]:
        """Select the positions whose paths are closest to the listed path."""
        ranks = [_rank(_path_of(self.sources[position]), listed) for position in positions]
        return [
            position for position, rank in zip(positions, ranks, strict=True) if rank == min(ranks)
        ]


def _path_of(source: str) -> tuple[str, ...]:
    """Split a source into session, folder, subject and file name; () if it has fewer parts."""
    parts = source.split("/")
    if flat := FLAT.fullmatch(parts[-1]):
        return flat.groups()
    return tuple(parts[-4:]) if len(parts) >= 4 else ()


def _key(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return session, spectrum, subject and stem of a path in lower case; () for an empty path."""
    if not path:
        return ()
    session, folder, subject, name = path
    stem = stem_and_suffix(name)[0]
    plain = folder.casefold().removesuffix(SUFFIX_OF_CROPPED)
    return session.casefold(), plain, subject.casefold(), stem.casefold()


def _rank(path: tuple[str, ...], listed: tuple[str, ...]) -> tuple[bool, int, bool]:
    """Rank an image's path by its difference from the listed path; the lowest rank is closest."""
    suffix, wanted = stem_and_suffix(path[3])[1], stem_and_suffix(listed[3])[1]
    order = [wanted, *SUFFIXES]
    place = order.index(suffix) if suffix in order else len(order)
    return path[1].casefold() != listed[1].casefold(), place, path != listed
