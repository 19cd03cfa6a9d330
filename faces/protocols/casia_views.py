"""Implements the protocols `casia-view1` (tuning) and `casia-view2` (reporting, folds 1 to 10).

They belong to the data set CASIA NIR-VIS 2.0 (Li, Yi, Lei & Liao, "The CASIA NIR-VIS 2.0 Face
Database", 2013). Four lists per fold name the images of training, gallery and probes. Training uses
only the lists `*_train_<fold>` of the same view, because people in the training lists of the other
view are tested here. Nothing is held out: the published protocol trains on every training image, so
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
NAMED_LINES = 5  # lines of each list that an error message repeats

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

    name: str  # a key of LISTS
    file: str  # the list's place below the data set's folder
    lines: list[Resolved]

    @property
    def distinct(self) -> list[Resolved]:
        """The lines without repetitions."""
        return [line for line in self.lines if not line.repeated]

    @property
    def failed(self) -> list[Resolved]:
        """The distinct lines without exactly one image."""
        return [line for line in self.distinct if line.image < 0]


def _draw(
    images: pd.DataFrame, root: Path | None, request: Request, fold: str | None = None
) -> Assignment:
    """Assign the images that the lists of `fold` (else of `request.fold`) name.

    Raises DataError where a list is missing, or where a gallery or probe line has not exactly one
    image, unless `request.allow_missing`: then each such line that names a subject is a row without
    image, and counts as a miss.
    """
    assert root is not None, "Protocol.assign refuses lists without a folder"
    chosen = fold or request.fold
    assert chosen is not None, "a protocol with lists has folds"
    resolver = Resolver(images)
    lists = [_read(root, name, chosen, resolver) for name in LISTS]
    if not request.allow_missing:
        _refuse_failed(lists)
    parts = pd.concat([_part(listed, images) for listed in lists], ignore_index=True)
    return Assignment(
        arrange(parts), _funnel(images, lists, parts, chosen), _unresolved(lists), leaky=False
    )


def _read(root: Path, name: str, fold: int | str, resolver: Resolver) -> _Listed:
    """Read the list of that name and finds the images of its lines."""
    path, lines = read_list(root, f"{name}_{fold}.txt")
    return _Listed(name, path, resolver.resolve_all(lines, LISTS[name][1]))


def _refuse_failed(lists: list[_Listed]) -> None:
    """Raise DataError naming the first gallery and probe lines without exactly one image."""
    faults = [
        f"{listed.file}: {len(listed.failed)} of {len(listed.lines)} lines without exactly one "
        f"image ({'; '.join(_words(line) for line in listed.failed[:NAMED_LINES])})"
        for listed in lists
        if LISTS[listed.name][0] != "train" and listed.failed
    ]
    if faults:
        raise DataError(
            f"{'; '.join(faults)}; mend the list or the images, or add --allow-missing, "
            "which scores them as misses"
        )


def _words(failed: Resolved) -> str:
    """Describe a line without exactly one image, and the reason."""
    return f"line {failed.line.number}: {failed.line.text}: {failed.reason}"


def _part(listed: _Listed, images: pd.DataFrame) -> pd.DataFrame:
    """Make the rows of one list: its images, then the missing ones of gallery and probes."""
    part, spectrum = LISTS[listed.name]
    present = images.iloc[[found.image for found in listed.distinct if found.image >= 0]]
    columns = ["spectrum", "row", "subject", "shot", "source", "found"]
    missing = [
        (spectrum, NO_ROW, failed.line.path[2], failed.line.shot, "/".join(failed.line.path), False)
        for failed in listed.failed
        if part != "train" and failed.line.path
    ]
    absent = pd.DataFrame(missing, columns=columns)
    tables = [present[columns], absent] if missing else [present[columns]]
    return _with_distinct_shots(pd.concat(tables, ignore_index=True)).assign(part=part)


def _with_distinct_shots(images: pd.DataFrame) -> pd.DataFrame:
    """Rename the shots of missing images that another line names too: a shot must be unique."""
    before = images.groupby(["subject", "shot"]).cumcount()
    again = (before > 0) & (images["row"] == NO_ROW)
    numbered = images["shot"] + " missing " + before.astype(str)
    return images.assign(shot=images["shot"].mask(again, numbered))


def _unresolved(lists: list[_Listed]) -> pd.DataFrame:
    """Make the table UNRESOLVED_COLUMNS of all lines without an image."""
    rows = [
        (listed.file, failed.line.text, failed.reason)
        for listed in lists
        for failed in listed.lines
        if failed.image < 0
    ]
    return pd.DataFrame(rows, columns=UNRESOLVED_COLUMNS, dtype=str)


def _funnel(
    images: pd.DataFrame, lists: list[_Listed], parts: pd.DataFrame, fold: int | str
) -> list[dict]:
    """Count images and subjects from the readable images to those used."""
    named = pd.DataFrame(_named(lists), columns=["spectrum", "subject"])
    present = parts[parts["row"] != NO_ROW]
    note = (
        "all training images are trained on: the published protocol holds none out, "
        "so held_out is ignored"
    )
    return [
        step("readable", images),
        step("listed", named, note=_sizes(lists, fold)),
        step("listed and readable", present),
        step("face found", present[present["found"]], note=note),
    ]


def _named(lists: list[_Listed]) -> Iterator[tuple[str, str]]:
    """Yield spectrum and subject of every distinct line that names an image."""
    for listed in lists:
        for resolved in listed.distinct:
            if resolved.line.path:
                yield LISTS[listed.name][1], resolved.line.path[2]


def _sizes(lists: list[_Listed], fold: int | str) -> str:
    """Describe how many images each list names, with the published number if it differs."""
    sizes = []
    for listed in lists:
        lines = len(listed.distinct)
        published = PUBLISHED[fold].get(listed.name, lines)
        differs = f" (published: {published:,})" if published != lines else ""
        sizes.append(f"{listed.name} {lines:,}{differs}")
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
