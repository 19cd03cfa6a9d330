"""Defines the table of parts: one row per image, with the part that says how it may be used.

`train` and `held_out` are images of the training subjects, of both spectra; `gallery` (VIS) and
`probe` (NIR) are of people that no recognizer is trained on. `row` is the image's row in the
packed folder of its spectrum, -1 for a listed image that does not exist. `found` says whether a
face was found, `generator` whether the translators train on the image.
"""

import pandas as pd

SPECTRA = ("VIS", "NIR")
PARTS = ("train", "held_out", "gallery", "probe")
PARTS_COLUMNS = ["part", "spectrum", "row", "subject", "shot", "source", "found", "generator"]
NO_ROW = -1


def arrange(images: pd.DataFrame) -> pd.DataFrame:
    """Make the table of parts, PARTS_COLUMNS in a fixed order, of images with a `part`.

    Images whose `part` is missing are left out. Unless the column `generator` is given, translators
    train on the training images with a found face.
    """
    chosen = images[images["part"].notna()]
    if "generator" not in chosen:
        chosen = chosen.assign(generator=(chosen["part"] == "train") & chosen["found"])
    chosen = chosen.astype({"row": "int64", "found": bool, "generator": bool})
    order = ["part", "spectrum", "row", "source"]
    return chosen.sort_values(order, ignore_index=True)[PARTS_COLUMNS]


def rows(parts: pd.DataFrame, part: str, spectrum: str, found_only: bool = True) -> pd.DataFrame:
    """Select the rows of one part and spectrum, by default only those with a found face."""
    chosen = parts[(parts["part"] == part) & (parts["spectrum"] == spectrum)]
    return chosen[chosen["found"]] if found_only else chosen
