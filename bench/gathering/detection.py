"""Counts the faces that a stage found while it aligned photographs."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from faces import packed
from faces.aligned import SEVERAL


def detection(aligned: Path, *, may_ship_eyes: bool) -> list[dict[str, Any]]:
    """Return a record per spectrum: how many photographs there are, and how their eyes were found.

    `aligned` is the stage's folder. may_ship_eyes: whether eyes can have come with the photographs.
    """
    found = json.loads((aligned / "detection.json").read_text(encoding="utf-8"))
    listed = aligned / SEVERAL
    several = Counter(packed.read_table(listed)["spectrum"] if listed.exists() else ())
    return [
        {
            "spectrum": spectrum,
            "images": counts["images"],
            **({"eyes shipped": counts["shipped"]} if may_ship_eyes else {}),
            "found at once": counts["first"],
            "found when enlarged": counts["upsampled"],
            "not found": counts["none"],
            "with several faces": several[spectrum],
        }
        for spectrum, counts in found.items()
    ]
