"""Reading the parts of a split out of the aligned crops."""

from pathlib import Path

import pandas as pd

from faces import packed, splits
from faces.packed import TEXT_COLUMNS, Packed


def read_split(folder: Path) -> pd.DataFrame:
    """The table that the split stage wrote; checked again for leaks."""
    parts = pd.read_csv(folder / "split.csv", dtype=TEXT_COLUMNS)
    splits.check(parts)
    return parts


def select(
    aligned: Path,
    parts: pd.DataFrame,
    part: str,
    spectrum: str,
    folder: str = "",
    found_only: bool = True,
) -> Packed:
    """The crops of one part and spectrum; `folder` names another one with the same rows."""
    lines = splits.rows(parts, part, spectrum, found_only)
    images = packed.read(aligned / (folder or spectrum)).images
    return Packed(images[lines["row"].to_numpy()], lines.reset_index(drop=True))
