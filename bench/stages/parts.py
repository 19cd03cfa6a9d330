"""Reads the parts of a split from the aligned crops."""

import json
from pathlib import Path

import pandas as pd

from faces import packed, protocols
from faces.packed import Packed


def read_split(folder: Path) -> pd.DataFrame:
    """Read the table of a split stage, and check it again. Raises DataError for an unmeant leak."""
    parts = packed.read_table(folder / "split.csv")
    record = json.loads((folder / "protocol.json").read_text(encoding="utf-8"))
    protocols.check(parts, record["leaky"])
    return parts


def select(
    aligned: Path,
    parts: pd.DataFrame,
    part: str,
    spectrum: str,
    *,
    folder: str = "",
    found_only: bool = True,
) -> Packed:
    """Return the crops of one part and spectrum; `folder` names another folder with these rows."""
    lines = protocols.rows(parts, part, spectrum, found_only)
    return of_lines(aligned / (folder or spectrum), lines)


def seen_by_translators(aligned: Path, parts: pd.DataFrame, spectrum: str) -> Packed:
    """Return the crops of one spectrum that the translators train on."""
    lines = parts[parts["generator"] & (parts["spectrum"] == spectrum)]
    return of_lines(aligned / spectrum, lines)


def of_lines(folder: Path, lines: pd.DataFrame) -> Packed:
    """Return the crops of some lines of a split.

    The line of a missing image has row -1 and is not `found`; its crop is that of another image.
    """
    rows = lines["row"].to_numpy()
    return Packed(packed.read(folder).images[rows], lines.reset_index(drop=True))
