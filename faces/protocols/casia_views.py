"""Implements the protocols `casia-view1` (tuning) and `casia-view2` (reporting, folds 1 to 10).

They belong to the data set CASIA NIR-VIS 2.0 (Li, Yi, Lei & Liao, "The CASIA NIR-VIS 2.0 Face
Database", 2013). Four lists per fold name the images of training, gallery and probes. Training uses
the lists `*_train_<fold>` only, never those of the other view, because people of the other view are
tested here. Nothing is held out: the published protocol trains on every training image, so
`Request.held_out`, the number of unseen people and the seed are ignored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from faces.common.errors import DataError
from faces.protocols.funnel import step
from faces.protocols.list_files import read_list
from faces.protocols.parts import NO_ROW, arrange
from faces.protocols.protocol import UNRESOLVED_COLUMNS, Assignment, Protocol, Request
from faces.protocols.resolving import Resolved, Resolver

LISTS = {  # name before the fold: part and spectrum of what is listed
    "vis_train": ("train", "VIS"),
    "nir_train": ("train", "NIR"),
    "vis_gallery": ("gallery", "VIS"),
    "nir_probe": ("probe", "NIR"),
}
FOLDS = tuple(range(1, 11))
DEV = "dev"
NAMED_LINES = 5  # that an error repeats of each list

# Lines per list as published with the data set.
PUBLISHED_PROBES = dict(
    zip(FOLDS, (6208, 6232, 6210, 6055, 6204, 6191, 6247, 6222, 6162, 6245), strict=True)
)
PUBLISHED: dict[int | str, dict[str, int]] = {
    fold: {"vis_gallery": 358, "nir_probe": n} for fold, n in PUBLISHED_PROBES.items()
}
PUBLISHED[DEV] = {"vis_train": 2480, "nir_train": 6270, "vis_gallery": 358, "nir_probe": 6123}


@dataclass(frozen=True)
class _Listed:
    """The resolved lines of one list; its images belong to one part and spectrum."""

    kind: str  # a key of LISTS
    file: str  # the list's place below the data set's folder
    lines: list[Resolved]

    @property
    def distinct(self) -> list[Resolved]:
        """The lines without repetitions."""
        return [each for each in self.lines if not each.repeated]

    @property
    def failed(self) -> list[Resolved]:
        """Gives the distinct lines without exactly one image."""
        return [each for each in self.distinct if each.image < 0]


def _draw(
    images: pd.DataFrame, root: Path | None, request: Request, fold: str | None = None
) -> Assignment:
    """Assigns what the lists of `fold` (else `request.fold`) name.

    Raises DataError where a list is missing, or where a gallery or probe line has not exactly one
    image, unless `request.allow_missing`: then each such line that names a subject is a row without
    image, and counts as a miss.
    """
    assert root is not None, "Protocol.assign refuses lists without a folder"
    chosen = fold or request.fold
    assert chosen is not None, "a protocol with lists has folds"
    resolver = Resolver(images)
    listed = [_read(root, kind, chosen, resolver) for kind in LISTS]
    if not request.allow_missing:
        _refuse_failed(listed)
    parts = pd.concat([_part(each, images) for each in listed], ignore_index=True)
    return Assignment(
        arrange(parts), _funnel(images, listed, parts, chosen), _unresolved(listed), leaky=False
    )


def _read(root: Path, kind: str, fold: int | str, resolver: Resolver) -> _Listed:
    """Reads the list of that name and finds the images of its lines."""
    path, lines = read_list(root, f"{kind}_{fold}.txt")
    return _Listed(kind, path, resolver.resolve_all(lines, LISTS[kind][1]))


def _refuse_failed(listed: list[_Listed]) -> None:
    """Raises DataError naming the first gallery and probe lines without exactly one image."""
    told = [
        f"{each.file}: {len(each.failed)} of {len(each.lines)} lines without exactly one image "
        f"({'; '.join(_words(line) for line in each.failed[:NAMED_LINES])})"
        for each in listed
        if LISTS[each.kind][0] != "train" and each.failed
    ]
    if told:
        raise DataError(
            f"{'; '.join(told)}; mend the list or the images, or add --allow-missing, "
            "which scores them as misses"
        )


def _words(failed: Resolved) -> str:
    """Describes a line that failed, and why."""
    return f"line {failed.line.number}: {failed.line.text}: {failed.reason}"


def _part(listed: _Listed, images: pd.DataFrame) -> pd.DataFrame:
    """Makes the rows of one list: its images, then the missing ones of gallery and probes."""
    part, spectrum = LISTS[listed.kind]
    there = images.iloc[[each.image for each in listed.distinct if each.image >= 0]]
    columns = ["spectrum", "row", "subject", "shot", "source", "found"]
    missing = [
        (spectrum, NO_ROW, each.line.path[2], each.line.shot, "/".join(each.line.path), False)
        for each in listed.failed
        if part != "train" and each.line.path
    ]
    absent = pd.DataFrame(missing, columns=columns)
    tables = [there[columns], absent] if missing else [there[columns]]
    return _told_apart(pd.concat(tables, ignore_index=True)).assign(part=part)


def _told_apart(images: pd.DataFrame) -> pd.DataFrame:
    """A missing line may name a shot that another line has already: every probe needs its name."""
    before = images.groupby(["subject", "shot"]).cumcount()
    again = (before > 0) & (images["row"] == NO_ROW)
    numbered = images["shot"] + " missing " + before.astype(str)
    return images.assign(shot=images["shot"].mask(again, numbered))


def _unresolved(listed: list[_Listed]) -> pd.DataFrame:
    """Makes the table UNRESOLVED_COLUMNS of all lines without an image."""
    rows = [
        (each.file, failed.line.text, failed.reason)
        for each in listed
        for failed in each.lines
        if failed.image < 0
    ]
    return pd.DataFrame(rows, columns=UNRESOLVED_COLUMNS, dtype=str)


def _funnel(
    images: pd.DataFrame, listed: list[_Listed], parts: pd.DataFrame, fold: int | str
) -> list[dict]:
    """Counts images and subjects from the readable images to those used."""
    named = pd.DataFrame(_named(listed), columns=["spectrum", "subject"])
    there = parts[parts["row"] != NO_ROW]
    note = (
        "all training images are trained on: the published protocol holds none out, "
        "so held_out is ignored"
    )
    return [
        step("readable", images),
        step("listed", named, note=_sizes(listed, fold)),
        step("listed and readable", there),
        step("face found", there[there["found"]], note=note),
    ]


def _named(listed: list[_Listed]) -> Iterator[tuple[str, str]]:
    """Yields spectrum and subject of every distinct line that names an image."""
    for each in listed:
        for line in each.distinct:
            if line.line.path:
                yield LISTS[each.kind][1], line.line.path[2]


def _sizes(listed: list[_Listed], fold: int | str) -> str:
    """Describes how many images each list names, with the published number if it differs."""
    sizes = []
    for each in listed:
        lines = len(each.distinct)
        published = PUBLISHED[fold].get(each.kind, lines)
        differs = f" (published: {published:,})" if published != lines else ""
        sizes.append(f"{each.kind} {lines:,}{differs}")
    return ", ".join(sizes)


PROTOCOLS = [
    Protocol(
        name="casia-view1",
        description="CASIA NIR-VIS 2.0, View 1, for tuning; lists of the data set",
        draw=partial(_draw, fold=DEV),
        needs_lists=True,
    ),
    Protocol(
        name="casia-view2",
        description="CASIA NIR-VIS 2.0, View 2, for reporting; lists of the data set, ten folds",
        draw=_draw,
        folds=FOLDS,
        needs_lists=True,
    ),
]
