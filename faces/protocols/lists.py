"""Implements the protocol `lists`: training, gallery and probe lists of any data set.

The settings `lists.*` say where the lists are. The gallery is VIS and the probes are NIR; training
lists hold both. As in published protocols, nothing is held out, so `Request.held_out`, the number
of unseen people and the seed are ignored.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from faces.common.errors import DataError
from faces.common.evenly_spaced import first_few
from faces.protocols.list_files import find_lists, read_bytes, shown
from faces.protocols.list_lines import Line, parse
from faces.protocols.list_settings import ListSettings
from faces.protocols.listed import (
    NO_IMAGE,
    WRONG_SPECTRUM,
    Listed,
    Repeats,
    Resolved,
    assignment_of,
)
from faces.protocols.path_matching import PathMatcher
from faces.protocols.protocol import Assignment, Protocol, Request

SPECTRUM = {"train": "", "gallery": "VIS", "probe": "NIR"}  # that each part must have


def _draw(images: pd.DataFrame, root: Path | None, request: Request) -> Assignment:
    """Assign the images that the lists of `request.fold` name.

    Raises DataError where a list is missing, or where a gallery or probe line has not exactly one
    image, unless `request.allow_missing`.
    """
    assert root is not None, "Protocol.assign refuses lists without a folder"
    settings = request.lists or ListSettings()
    resolver = _Resolver(images)
    lists = [
        resolver.resolve(part, _name(path, root, part), _parsed(path, settings.path_column))
        for part in SPECTRUM
        for path in find_lists(root, getattr(settings, part), request.fold)
    ]
    note = "; ".join([_sizes(lists), *resolver.notes])
    return assignment_of(images, lists, allow_missing=request.allow_missing, note=note)


def _parsed(path: Path, path_column: str) -> list[Line]:
    """Read and parse a list. Raises DataError, naming the file."""
    try:
        return parse(read_bytes(path), path_column)
    except DataError as error:
        raise DataError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from None


def _name(path: Path, root: Path, part: str) -> str:
    """Return how a list is called in messages, which tells its part."""
    file = shown(path, root)
    return file if part in path.name.casefold() else f"{file} ({part})"


class _Resolver:
    """The images, which line of a part named each of them first, and notes on the lists' labels."""

    def __init__(self, images: pd.DataFrame):
        self.sources = images["source"].to_list()
        self.spectra = images["spectrum"].to_list()
        self.subjects = images["subject"].to_list()
        self.matcher = PathMatcher(self.sources)
        self.repeats = Repeats()
        self.notes: list[str] = []

    def resolve(self, part: str, file: str, lines: Sequence[Line]) -> Listed:
        """Find the images of a list's lines; mark lines that repeat an earlier one of the part."""
        found = [self._find(part, line) for line in lines]
        shown_by = self._people_by_label(lines, [image for image, _ in found])
        self.notes += _contradiction(file, shown_by)
        resolved = [
            self._resolved(part, file, line, image=image, reason=reason, shown_by=shown_by)
            for line, (image, reason) in zip(lines, found, strict=True)
        ]
        return Listed(part, SPECTRUM[part], file, resolved)

    def _people_by_label(self, lines: Sequence[Line], images: Sequence[int]) -> dict[str, set[str]]:
        """Return whom the images of each label show, of those that are there."""
        shown_by: dict[str, set[str]] = defaultdict(set)
        for line, image in zip(lines, images, strict=True):
            if image >= 0 and line.label:
                shown_by[line.label].add(self.subjects[image])
        return shown_by

    def _find(self, part: str, line: Line) -> tuple[int, str]:
        """Return the position of a line's image, or -1 and the reason why there is none."""
        if line.problem:
            return -1, line.problem
        fitting = self.matcher.find(line.path)
        if not fitting:
            return -1, NO_IMAGE
        if len(fitting) > 1:
            return -1, f"more than one image: {first_few([self.sources[k] for k in fitting])}"
        if SPECTRUM[part] not in ("", self.spectra[fitting[0]]):
            return -1, WRONG_SPECTRUM
        return fitting[0], ""

    def _resolved(
        self,
        part: str,
        file: str,
        line: Line,
        *,
        image: int,
        reason: str,
        shown_by: Mapping[str, set[str]],
    ) -> Resolved:
        named = (part, image if image >= 0 else line.path)
        if line.path and (again := self.repeats.reason(named, f"line {line.number} of {file}")):
            return Resolved(line, -1, again, repeated=True)
        people = shown_by.get(line.label, set())
        if image >= 0 or len(people) != 1:
            return Resolved(line, image, reason)
        path = "/".join(line.path)
        return Resolved(line, -1, reason, (next(iter(people)), path, path))


def _sizes(lists: Sequence[Listed]) -> str:
    """Describe how many images each list names."""
    return ", ".join(f"{listed.file} {len(listed.distinct):,}" for listed in lists)


def _contradiction(file: str, shown_by: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield a message if the labels of a list do not tell people apart as the data set does."""
    people = set().union(*shown_by.values())
    if sum(map(len, shown_by.values())) > min(len(shown_by), len(people)):
        yield (
            f"the {len(shown_by):,} labels of {file} do not tell its {len(people):,} people apart "
            "as the data set does; people are those of the data set"
        )


PROTOCOLS = [
    Protocol(
        name="lists",
        description="training, gallery and probe lists of any data set, by the settings lists.*",
        draw=_draw,
        needs_lists=True,
        own_lists=True,
    )
]
