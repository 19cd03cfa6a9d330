"""Implements the protocols `casia-view1` (tuning) and `casia-view2` (reporting, folds 1 to 10).

They belong to the data set CASIA NIR-VIS 2.0 (Li, Yi, Lei & Liao, "The CASIA NIR-VIS 2.0 Face
Database", 2013). Four lists per fold name the images of training, gallery and probes. Training uses
only the lists `*_train_<fold>` of the same view, because people in the training lists of the other
view are tested here. Nothing is held out: the published protocol trains on every training image, so
`Request.held_out`, the number of unseen people and the seed are ignored.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from faces.protocols.casia_lines import parse
from faces.protocols.casia_resolving import Resolver
from faces.protocols.list_files import find_list, read_bytes, shown
from faces.protocols.listed import Listed, assignment_of
from faces.protocols.protocol import Assignment, Protocol, Request

LISTS = {  # name before the fold: part and spectrum of what is listed
    "vis_train": ("train", "VIS"),
    "nir_train": ("train", "NIR"),
    "vis_gallery": ("gallery", "VIS"),
    "nir_probe": ("probe", "NIR"),
}
FOLDS = tuple(range(1, 11))
DEV = "dev"

# Lines per list as published with the data set.
PUBLISHED_PROBES = dict(
    zip(FOLDS, (6208, 6232, 6210, 6055, 6204, 6191, 6247, 6222, 6162, 6245), strict=True)
)
PUBLISHED: dict[int | str, dict[str, int]] = {
    fold: {"vis_gallery": 358, "nir_probe": n} for fold, n in PUBLISHED_PROBES.items()
}
PUBLISHED[DEV] = {"vis_train": 2480, "nir_train": 6270, "vis_gallery": 358, "nir_probe": 6123}


def _draw(
    images: pd.DataFrame, root: Path | None, request: Request, fold: str | None = None
) -> Assignment:
    """Assign the images that the lists of `fold` (else of `request.fold`) name.

    Raises DataError where a list is missing, or where a gallery or probe line has not exactly one
    image, unless `request.allow_missing`.
    """
    assert root is not None, "Protocol.assign refuses lists without a folder"
    chosen = fold or request.fold
    assert chosen is not None, "a protocol with lists has folds"
    resolver = Resolver(images)
    lists = {name: _read(root, name, chosen, resolver) for name in LISTS}
    return assignment_of(
        images,
        list(lists.values()),
        allow_missing=request.allow_missing,
        note=_sizes(lists, chosen),
    )


def _read(root: Path, name: str, fold: int | str, resolver: Resolver) -> Listed:
    """Read the list of that name and find the images of its lines."""
    part, spectrum = LISTS[name]
    path = find_list(root, f"{name}_{fold}.txt")
    lines = resolver.resolve_all(parse(read_bytes(path)), spectrum)
    return Listed(part, spectrum, shown(path, root), lines)


def _sizes(lists: Mapping[str, Listed], fold: int | str) -> str:
    """Describe how many images each list names, with the published number if it differs."""
    sizes = []
    for name, listed in lists.items():
        lines = len(listed.distinct)
        published = PUBLISHED[fold].get(name, lines)
        differs = f" (published: {published:,})" if published != lines else ""
        sizes.append(f"{name} {lines:,}{differs}")
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
