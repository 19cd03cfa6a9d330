"""Reads aligned crops by their rows, for the pictures of a report."""

from pathlib import Path

import pandas as pd

from faces import packed
from faces.packed import Packed


def first_images(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the line of each subject's first shot, in ascending order of subjects."""
    return lines.sort_values(["subject", "shot"]).drop_duplicates("subject")


def crops(folder: Path, rows: pd.Series) -> Packed:
    """Return these rows of a packed folder: (N, S, S, C) uint8 images and their lines."""
    stored = packed.read(folder)
    places = rows.to_numpy()
    return Packed(stored.images[places], stored.index.iloc[places].reset_index(drop=True))
