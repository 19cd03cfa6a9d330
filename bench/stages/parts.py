"""Reads the parts of a split from the aligned crops."""

import json
from pathlib import Path

import pandas as pd

from faces import packed, protocols
from faces.packed import Packed


def read_split(folder: Path) -> pd.DataFrame:
    """The table that the split stage wrote; checked again for leaks it was not meant to have."""
    parts = packed.read_table(folder / "split.csv")
    made = json.loads((folder / "protocol.json").read_text(encoding="utf-8"))
    protocols.check(parts, made["leaky"])
    return parts


def select(
    aligned: Path,
    parts: pd.DataFrame,
    part: str,
    spectrum: str,
    folder: str = "",
    found_only: bool = True,
) -> Packed:
    """Gives the crops of one part and spectrum; `folder` names another one with the same rows."""
    lines = protocols.rows(parts, part, spectrum, found_only)
    return of_lines(aligned / (folder or spectrum), lines)


def seen_by_translators(aligned: Path, parts: pd.DataFrame, spectrum: str) -> Packed:
    """Gives the crops of one spectrum that the translators train on."""
    lines = parts[parts["generator"] & (parts["spectrum"] == spectrum)]
    return of_lines(aligned / spectrum, lines)


def of_lines(folder: Path, lines: pd.DataFrame) -> Packed:
    """The crops of some lines; those of a missing image, row -1, are another's and not `found`."""
    rows = lines["row"].to_numpy()
    return Packed(packed.read(folder).images[rows], lines.reset_index(drop=True))
