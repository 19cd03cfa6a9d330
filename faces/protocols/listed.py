"""Makes an assignment of lists whose lines have been resolved to images."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol as Interface

import pandas as pd

from faces.common.errors import DataError
from faces.protocols.funnel import step
from faces.protocols.parts import NO_ROW, arrange
from faces.protocols.protocol import UNRESOLVED_COLUMNS, Assignment

NAMED_LINES = 5  # lines of each list that an error message repeats
WRONG_SPECTRUM, NO_IMAGE = "wrong spectrum", "no such image"
COLUMNS = ["spectrum", "row", "subject", "shot", "source", "found"]
SAYS_THE_SAME = "says the same as"
HELD_NONE_OUT = (
    "all training images are trained on: the published protocol holds none out, "
    "so held_out is ignored"
)


class Line(Interface):
    """A line of a list: its number, counted from 1, and its text, of which all can be printed."""

    @property
    def number(self) -> int: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Resolved:
    """A line with the position of its image among all images; -1 and a reason if it has none.

    missing: subject, shot and source that a line without an image names; () if it names nobody.
    repeated: an earlier line says the same.
    """

    line: Line
    image: int
    reason: str = ""
    missing: tuple[str, str, str] | tuple[()] = ()
    repeated: bool = False


class Repeats:
    """Remembers which line said a thing first."""

    def __init__(self) -> None:
        self._first: dict[Hashable, str] = {}

    def reason(self, said: Hashable, where: str) -> str:
        """Return why the line `where` is left out if an earlier one said the same, else ""."""
        if said in self._first:
            return f"{SAYS_THE_SAME} {self._first[said]}"
        self._first[said] = where
        return ""


@dataclass(frozen=True)
class Listed:
    """The resolved lines of one list; all its images belong to one part.

    spectrum: that of the list's missing images. file: the list's place below the data set's folder.
    """

    part: str
    spectrum: str
    file: str
    lines: Sequence[Resolved]

    @property
    def distinct(self) -> list[Resolved]:
        """The lines without repetitions."""
        return [line for line in self.lines if not line.repeated]

    @property
    def failed(self) -> list[Resolved]:
        """The distinct lines without exactly one image."""
        return [line for line in self.distinct if line.image < 0]


def assignment_of(
    images: pd.DataFrame, lists: Sequence[Listed], *, allow_missing: bool, note: str
) -> Assignment:
    """Make the assignment of all lists' images; note: of the funnel's step "listed".

    Raises DataError where a gallery or probe line has not exactly one image, unless
    `allow_missing`: then each such line that names a subject is a row without image, and counts as
    a miss.
    """
    if not allow_missing:
        _refuse_failed(lists)
    parts = pd.concat([_rows(listed, images) for listed in lists], ignore_index=True)
    return Assignment(
        arrange(parts), _funnel(images, lists, parts, note), _unresolved(lists), leaky=False
    )


def _refuse_failed(lists: Sequence[Listed]) -> None:
    """Raise DataError naming the first gallery and probe lines without exactly one image."""
    faults = [
        f"{listed.file}: {len(listed.failed)} of {len(listed.lines)} lines without exactly one "
        f"image ({'; '.join(_words(line) for line in listed.failed[:NAMED_LINES])})"
        for listed in lists
        if listed.part != "train" and listed.failed
    ]
    if faults:
        raise DataError(
            f"{'; '.join(faults)}; mend the list or the images, or add --allow-missing, "
            "which scores them as misses"
        )


def _words(failed: Resolved) -> str:
    """Describe a line without exactly one image, and the reason."""
    return f"line {failed.line.number}: {failed.line.text}: {failed.reason}"


def _rows(listed: Listed, images: pd.DataFrame) -> pd.DataFrame:
    """Make the rows of one list: its images, then the missing ones of gallery and probes."""
    present = images.iloc[[found.image for found in listed.distinct if found.image >= 0]][COLUMNS]
    missing = [
        (listed.spectrum, NO_ROW, *failed.missing, False)
        for failed in listed.failed
        if listed.part != "train" and failed.missing
    ]
    tables = [present, pd.DataFrame(missing, columns=COLUMNS)] if missing else [present]
    return _with_distinct_shots(pd.concat(tables, ignore_index=True)).assign(part=listed.part)


def _with_distinct_shots(images: pd.DataFrame) -> pd.DataFrame:
    """Rename the shots of missing images that another line names too: a shot must be unique."""
    before = images.groupby(["subject", "shot"]).cumcount()
    again = (before > 0) & (images["row"] == NO_ROW)
    numbered = images["shot"] + " missing " + before.astype(str)
    return images.assign(shot=images["shot"].mask(again, numbered))


def _unresolved(lists: Sequence[Listed]) -> pd.DataFrame:
    """Make the table UNRESOLVED_COLUMNS of all lines without an image."""
    rows = [
        (listed.file, failed.line.text, failed.reason)
        for listed in lists
        for failed in listed.lines
        if failed.image < 0
    ]
    return pd.DataFrame(rows, columns=UNRESOLVED_COLUMNS, dtype=str)


def _funnel(
    images: pd.DataFrame, lists: Sequence[Listed], parts: pd.DataFrame, note: str
) -> list[dict]:
    """Count images and subjects from the readable images to those used."""
    named = pd.DataFrame(_named(images, lists), columns=["spectrum", "subject"])
    present = parts[parts["row"] != NO_ROW]
    return [
        step("readable", images),
        step("listed", named, note=note),
        step("listed and readable", present),
        step("face found", present[present["found"]], note=HELD_NONE_OUT),
    ]


def _named(images: pd.DataFrame, lists: Sequence[Listed]) -> Iterator[tuple[str, str]]:
    """Yield spectrum and subject of every distinct line that names an image."""
    spectra, subjects = images["spectrum"].to_list(), images["subject"].to_list()
    for listed in lists:
        for resolved in listed.distinct:
            if resolved.image >= 0:
                yield spectra[resolved.image], subjects[resolved.image]
            elif resolved.missing:
                yield listed.spectrum, resolved.missing[0]
