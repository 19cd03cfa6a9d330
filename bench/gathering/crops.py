"""Reads aligned crops by their rows, for the pictures of a report."""

from pathlib import Path

import pandas as pd

from faces import packed
from faces.packed import Packed


def first_images(lines: pd.DataFrame) -> pd.DataFrame:
    """Gives the first image of each subject, by shot; subjects ascending."""
    return lines.sort_values(["subject", "shot"]).drop_duplicates("subject")


def crops(folder: Path, rows: pd.Series) -> Packed:
    """The images of a packed folder that stand in these rows, with their lines of its table."""
    stored = packed.read(folder)
    places = rows.to_numpy()
    return Packed(stored.images[places], stored.index.iloc[places].reset_index(drop=True))
