"""Defines a protocol: a function that assigns all images of a data set to parts.

`Protocol.assign` returns a result only if it passes every guard of guards.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field

from faces.common.errors import UsageError
from faces.protocols.guards import check, check_copies
from faces.protocols.list_settings import ListSettings

IMAGE_COLUMNS = ["source", "subject", "spectrum", "session", "shot", "sha256", "row", "found"]
UNRESOLVED_COLUMNS = ["list", "line", "reason"]


@dataclass(frozen=True)
class Request:
    """The choices of the user; protocols that read lists ignore the numbers and the seed."""

    fold: int | None  # from 1, None for a protocol without folds
    unseen_subjects: int | float  # a number, or a fraction of all (0 < f < 1)
    held_out: dict[str, int]  # {"VIS": 2, "NIR": 3}: images of each training subject
    seed: int
    allow_missing: bool = False  # whether a listed gallery or probe image without a file is a miss
    # Where the lists of the protocol `lists` are. It is in no key, which knows what they say.
    lists: Annotated[ListSettings | None, Field(exclude=True)] = None


@dataclass(frozen=True)
class Assignment:
    """The result of a protocol: the parts, and the steps that led to them."""

    parts: pd.DataFrame  # PARTS_COLUMNS of parts.py
    funnel: list[dict]  # steps as funnel.py makes them
    unresolved: pd.DataFrame  # UNRESOLVED_COLUMNS: lines of lists without exactly one image
    leaky: bool  # True where the translators see images or people that are tested


@dataclass(frozen=True)
class Protocol:
    """A protocol of the registry.

    draw(images, root, request): makes the assignment; its images have row labels from 0, in a
    fixed order. own_lists: its lists and folds are those of the settings `lists`.
    """

    name: str
    description: str
    draw: Callable[[pd.DataFrame, Path | None, Request], Assignment]
    folds: tuple[int, ...] = ()
    needs_lists: bool = False
    own_lists: bool = False
    leaky: bool = False

    def assign(self, images: pd.DataFrame, root: Path | None, request: Request) -> Assignment:
        """Assign `images` (IMAGE_COLUMNS, one row per image) to parts.

        `root` is the data set's folder, None for rendered people. Raises UsageError for a request
        that does not fit the protocol, and DataError if the images or lists do not fit it or if
        something tested would be trained on.
        """
        self._check_request(root, request)
        ordered = images.sort_values(["spectrum", "row", "source"], ignore_index=True)
        assignment = self.draw(ordered, root, request)
        assert assignment.leaky == self.leaky
        check(assignment.parts, self.leaky)
        check_copies(assignment.parts, images, self.leaky)
        return assignment

    def folds_of(self, lists: ListSettings | None) -> tuple[int, ...]:
        """Return the protocol's folds, () without any."""
        if self.own_lists and lists is not None and lists.folds:
            return tuple(range(1, lists.folds + 1))
        return self.folds

    def _check_request(self, root: Path | None, request: Request) -> None:
        """Raise UsageError if fold or folder do not fit the protocol."""
        folds = self.folds_of(request.lists)
        if folds and request.fold not in folds:
            asked = "no fold was given" if request.fold is None else f"there is no {request.fold}"
            raise UsageError(f"protocol {self.name} has folds {folds[0]} to {folds[-1]}; {asked}")
        if not folds and request.fold is not None:
            raise UsageError(f"protocol {self.name} has no folds; leave out fold {request.fold}")
        if self.needs_lists and root is None:
            raise UsageError(
                f"protocol {self.name} reads lists in a data set's folder, and these images have "
                "none; choose the protocol subjects"
            )


def no_unresolved() -> pd.DataFrame:
    """Make the empty table of unresolved lines, for a protocol that reads no list."""
    return pd.DataFrame(columns=UNRESOLVED_COLUMNS, dtype=str)
