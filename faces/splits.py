"""Who is trained on, who is only tested: four parts, disjoint by identity where it matters.

`train` and `held_out` are VIS and NIR images of the training subjects; `gallery` (VIS) and `probe`
(NIR) are of subjects that no generator and no recognizer has ever seen.
"""

import numpy as np
import pandas as pd

from faces.errors import DataError

COLUMNS = ["part", "spectrum", "row", "subject", "shot", "found"]


def split_by_identity(
    index: pd.DataFrame,
    unseen_subjects: int,
    held_out_per_subject: dict[str, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draws the unseen subjects, and of every other subject the images that are held out.

    `index` has one row per image with `spectrum`, `row`, `subject`, `shot`, `found`; every subject
    has images in both spectra. Returns it with `part` in front, sorted by part, spectrum and row.
    Raises DataError where fewer than two training subjects or images would remain.
    """
    subjects = np.array(sorted(index["subject"].unique()))
    if not 2 <= unseen_subjects <= len(subjects) - 2:
        raise DataError(
            f"data.unseen_subjects = {unseen_subjects} of {len(subjects)} subjects: "
            "at least two must be unseen and two must be left to train on"
        )
    unseen = set(rng.permutation(subjects)[:unseen_subjects])
    parts = index.copy()
    parts.insert(0, "part", "train")
    tested = parts["subject"].isin(unseen)
    parts.loc[tested & (parts["spectrum"] == "VIS"), "part"] = "gallery"
    parts.loc[tested & (parts["spectrum"] == "NIR"), "part"] = "probe"
    for (_, spectrum), images in parts[~tested].groupby(["subject", "spectrum"], sort=True):
        chosen = rng.permutation(images.index)[: held_out_per_subject[spectrum]]
        parts.loc[chosen, "part"] = "held_out"
    parts = parts.sort_values(["part", "spectrum", "row"], ignore_index=True)[COLUMNS]
    check(parts)
    return parts


def check(parts: pd.DataFrame) -> None:
    """Raises DataError naming the culprits if the split leaks or a part is empty."""
    tested = set(parts.loc[parts["part"].isin(["gallery", "probe"]), "subject"])
    trained = set(parts.loc[parts["part"].isin(["train", "held_out"]), "subject"])
    if leaked := sorted(tested & trained):
        raise DataError(f"subjects both trained on and tested as unseen: {', '.join(leaked[:10])}")
    if parts.duplicated(["spectrum", "row"]).any():
        raise DataError("an image stands in two parts of the split")
    for part, spectrum in [
        ("train", "VIS"),
        ("train", "NIR"),
        ("gallery", "VIS"),
        ("probe", "NIR"),
    ]:
        if not ((parts["part"] == part) & (parts["spectrum"] == spectrum)).any():
            raise DataError(f"the split has no {spectrum} image in `{part}`: too few per subject")


def rows(parts: pd.DataFrame, part: str, spectrum: str, found_only: bool = True) -> pd.DataFrame:
    """The split's lines of one part and spectrum, by default only where a face was found."""
    chosen = parts[(parts["part"] == part) & (parts["spectrum"] == spectrum)]
    return chosen[chosen["found"]] if found_only else chosen
