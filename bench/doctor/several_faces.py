"""Tells of photographs in which several faces were found."""

from collections.abc import Sequence

from bench.doctor.page import Problem
from bench.doctor.sample import Seen
from faces.common.evenly_spaced import first_few


def problems(seen: Sequence[Seen]) -> list[Problem]:
    """Return a problem if some of the photographs that were searched show several faces."""
    searched = [image for image in seen if image.searched]
    several = [f"{image.source} ({image.faces})" for image in searched if image.faces > 1]
    if not several:
        return []
    shows = "photographs show" if len(several) > 1 else "photograph shows"
    return [
        Problem(
            f"{len(several)} of {len(searched)} searched {shows} several faces: "
            f"{first_few(several, separator='; ')}; a run takes the one that is large and near the "
            "middle; look at the contact sheet, or put .pos files beside them"
        )
    ]
