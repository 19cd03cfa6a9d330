"""Checks for leaks: nothing that is tested may be trained on. Errors name the subjects or images.

The ways in which leaks happen are listed in Kapoor & Narayanan, "Leakage and the reproducibility
crisis in machine-learning-based science" (2023).
"""

from collections.abc import Iterable, Iterator

import pandas as pd

from faces.common.errors import DataError
from faces.common.evenly_spaced import first_few
from faces.protocols.parts import NO_ROW, PARTS, PARTS_COLUMNS

Problem = tuple[str, Iterable, str]  # its description, the culprits (none: no problem), the remedy


def check(parts: pd.DataFrame, leaky: bool = False) -> None:
    """Raise DataError if parts overlap, contradict each other or are missing.

    parts: the table PARTS_COLUMNS of parts.py. `leaky` permits that translators train on people and
    images that are tested, and nothing else. Gallery and probes may both be missing if there are
    held-out images.
    """
    if missing := [name for name in PARTS_COLUMNS if name not in parts]:
        raise DataError(f"the table of parts lacks {', '.join(missing)}; make it again")
    _raise_first(_shared_people(parts, leaky))
    _raise_first(_contradictions(parts))
    _check_presence(parts)


def _raise_first(problems: Iterator[Problem]) -> None:
    """Raise DataError for the first problem that names somebody or something."""
    for problem, culprits, remedy in problems:
        if named := sorted({str(culprit) for culprit in culprits}):
            raise DataError(f"{problem}: {first_few(named)}; {remedy}")


def _shared_people(parts: pd.DataFrame, leaky: bool) -> Iterator[Problem]:
    """Yield people and images that are both trained on and tested."""
    remedy = "mend the lists or choose another protocol"
    people = {name: set(parts.loc[parts["part"] == name, "subject"]) for name in PARTS}
    tested = people["gallery"] | people["probe"]
    trained = people["train"] | people["held_out"]
    yield "subjects both trained on and tested as unseen", tested & trained, remedy
    yield "held-out subjects without a training image", people["held_out"] - people["train"], remedy
    yield "probe subjects without a gallery image", people["probe"] - people["gallery"], remedy
    if leaky:
        return
    seen = parts[parts["generator"]]
    yield "subjects tested, but seen by the translators", tested & set(seen["subject"]), remedy
    held_out = seen.loc[seen["part"] == "held_out", "source"]
    yield "held-out images seen by the translators", held_out, remedy


def _contradictions(parts: pd.DataFrame) -> Iterator[Problem]:
    """Yield rows that no protocol may make."""
    remedy = "mend the protocol"
    part, spectrum, row, source = (parts[name] for name in ("part", "spectrum", "row", "source"))
    yield "unknown parts", part[~part.isin(PARTS)], remedy
    wrong = ((part == "gallery") & (spectrum != "VIS")) | ((part == "probe") & (spectrum != "NIR"))
    yield "images of the wrong spectrum in gallery or probe", source[wrong], remedy
    twice = parts.duplicated(["spectrum", "row"], keep=False) & (row != NO_ROW)
    yield "images that stand in two parts or twice in one", source[twice], "name each once"
    named = parts["subject"] + "/" + spectrum + "/" + parts["shot"].astype(str)
    again = parts.duplicated(["part", "subject", "spectrum", "shot"], keep=False)
    yield "images of one part that cannot be told apart", named[again], remedy
    absent = (row == NO_ROW) & (parts["found"] | part.isin(["train", "held_out"]))
    yield "images to train on or with a face that do not exist", source[absent], remedy
    faceless = parts["generator"] & ~parts["found"]
    yield "translators would train on images without a found face", source[faceless], remedy


def _check_presence(parts: pd.DataFrame) -> None:
    """Raise DataError if a part that is needed has no usable image."""
    usable = parts[parts["found"] | (parts["part"] != "train")]
    present = set(zip(usable["part"], usable["spectrum"], strict=True))
    wanted = [("train", "VIS"), ("train", "NIR")]
    if present & {("gallery", "VIS"), ("probe", "NIR")} or "held_out" not in set(parts["part"]):
        wanted += [("gallery", "VIS"), ("probe", "NIR")]
    _check_faces(parts)
    for part, spectrum in wanted:
        if (part, spectrum) not in present:
            raise DataError(
                f"there is no {spectrum} image to use in the part `{part}`: "
                "check the images and lists, or choose another protocol"
            )


def _check_faces(parts: pd.DataFrame) -> None:
    """Raise DataError if matching is impossible.

    It needs two people with a found face in the gallery, and a probe of one of them with a face.
    """
    seen = parts[parts["found"]]
    enrolled = set(seen.loc[seen["part"] == "gallery", "subject"])
    probed = set(seen.loc[seen["part"] == "probe", "subject"])
    if "probe" in set(parts["part"]) and (len(enrolled) < 2 or not probed & enrolled):
        raise DataError(
            f"unseen people: a face was found in the gallery images of {len(enrolled)} of them, "
            f"and in the probes of {len(probed & enrolled)} of these: too few to match; "
            "look at the images with `bench doctor`"
        )


def check_copies(parts: pd.DataFrame, images: pd.DataFrame, leaky: bool = False) -> None:
    """Raise DataError if files with the same bytes are on two sides of a test.

    The sides are what is trained on and what is tested; gallery and probes; held-out VIS and NIR
    images. An image that is its own match is always recognized, and cannot be of both spectra.
    `images` has `spectrum`, `row` and `sha256` ("" if unknown). `leaky`: translators may see what
    is tested. Copies within the training part are no leak: `bench doctor` tells of them.
    """
    known = images["sha256"].notna() & (images["sha256"] != "")
    hashed = images.loc[known, ["spectrum", "row", "sha256"]]
    used = parts.merge(hashed, on=["spectrum", "row"])
    _raise_first(_copies(used, leaky))


def _copies(used: pd.DataFrame, leaky: bool) -> Iterator[Problem]:
    """Yield files with the same bytes on two sides; `used` has the columns `part` and `sha256`."""
    gallery, probe, train, held_out = (
        used["part"] == name for name in ("gallery", "probe", "train", "held_out")
    )
    vis = used["spectrum"] == "VIS"
    seen = used["generator"] & (not leaky)
    problem = "the same bytes are both trained on and tested"
    remedy = "remove all but one of each from the data set"
    yield problem, _shared(used, train | held_out | seen, gallery | probe), remedy
    yield problem, _shared(used, train | seen, held_out), remedy
    remedy = "put an image of its own spectrum in the place of one of each, or remove it"
    yield "the same bytes are in the gallery and a probe", _shared(used, gallery, probe), remedy
    held_out_both = _shared(used, held_out & vis, held_out & ~vis)
    yield "the same bytes are held out as VIS and as NIR", held_out_both, remedy


def _shared(used: pd.DataFrame, one: pd.Series, other: pd.Series) -> list[str]:
    """Return the files of each hash that occurs in both selections of rows, (n,) bool each."""
    shared = set(used.loc[one, "sha256"]) & set(used.loc[other, "sha256"])
    copies = used[(one | other) & used["sha256"].isin(shared)].sort_values("source")
    return [
        f"{' = '.join(same['source'])} (subjects {', '.join(sorted(set(same['subject'])))})"
        for _, same in copies.groupby("sha256", sort=False)
    ]


def check_fakes(fakes: pd.DataFrame, parts: pd.DataFrame) -> None:
    """Raise DataError if a fake was not made from a VIS training image of its subject.

    `fakes` is the index of a folder of fakes: `subject`, and `source`, the row of the VIS image.
    """
    _raise_first(_strange_fakes(fakes, parts))


def _strange_fakes(fakes: pd.DataFrame, parts: pd.DataFrame) -> Iterator[Problem]:
    """Yield fakes whose subject or source image does not belong to the training part."""
    remedy = "make the fakes again from these parts"
    vis = parts[parts["spectrum"] == "VIS"].astype({"row": str}).set_index("row")
    owners = vis.loc[(vis["part"] == "train") & vis["found"], "subject"].to_dict()
    strangers = ~fakes["subject"].isin(owners.values())
    yield "fakes of subjects that are not trained on", fakes["subject"][strangers], remedy
    rows, places = fakes["source"].astype(str), vis["source"].to_dict()
    outside = [f"{places.get(row, '?')} (VIS row {row})" for row in rows[~rows.isin(owners)]]
    yield "fakes made from images outside the training part", outside, remedy
    swapped = rows[rows.map(owners) != fakes["subject"]]
    yield "fakes under another subject than their image's, VIS rows", swapped, remedy
