"""Tests the protocol `lists` on made-up data sets of every layout, with lists in many forms."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from faces import protocols
from faces.common.errors import DataError, UsageError
from faces.protocols import Request
from faces.protocols.list_settings import ListSettings
from faces.testbed import layouts

FOLDS = 5
PEOPLE, SHOTS = 12, 5
FOLDED = {"folds": FOLDS}
PARTS = {"train": ("VIS", "NIR"), "gallery": ("VIS",), "probe": ("NIR",)}


def images_of(layout: str) -> pd.DataFrame:
    """Return the table of images that a data set of this layout would have."""
    photos = [
        layouts.get(layout).place(person, spectrum, number)
        for person in range(PEOPLE)
        for spectrum in ("VIS", "NIR")
        for number in range(SHOTS)
    ]
    rows = [(p.source, p.subject, p.spectrum, p.session, p.shot) for p in photos]
    images = pd.DataFrame(rows, columns=["source", "subject", "spectrum", "session", "shot"])
    images["sha256"] = [f"{k:064x}" for k in range(len(images))]
    images["row"] = images.groupby("spectrum").cumcount()
    return images.assign(found=True)


def drawn(images: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Draw the images of one fold's lists: half of the people are trained on."""
    people = rng.permutation(sorted(set(images["subject"])))
    trained = images["subject"].isin(people[: PEOPLE // 2])
    vis = images["spectrum"] == "VIS"
    return {
        "train": images[trained].sample(frac=1, random_state=rng),
        "gallery": images[~trained & vis].groupby("subject").head(1),
        "probe": images[~trained & ~vis],
    }


def labels(images: pd.DataFrame) -> list[int]:
    return pd.factorize(images["subject"])[0].tolist()


def as_path_and_label(images: pd.DataFrame) -> str:
    return "".join(f"{s} {k}\n" for s, k in zip(images["source"], labels(images), strict=True))


def as_csv(images: pd.DataFrame) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["client_id", "Path", "note"])
    writer.writerows([k, s, "x,y"] for s, k in zip(images["source"], labels(images), strict=True))
    return text.getvalue()


def as_windows_paths(images: pd.DataFrame) -> str:
    backslashes = images["source"].str.replace("/", "\\")
    return "\ufeff" + "".join(f"D:\\faces\\set\\{path}\r\n" for path in backslashes)


FORMS = {
    "path and label": ("{part}_fold{fold}.txt", as_path_and_label),
    "csv": ("{part}_{fold:02}.csv", as_csv),
    "windows": ("split{fold}_{part}.lst", as_windows_paths),
}
NAMES = {
    "path and label": {},
    "csv": {},
    "windows": {part: "protocols/split{fold}_" + part + ".lst" for part in PARTS},
}


def write(root, form: str, lists: dict[str, pd.DataFrame], fold: int) -> None:
    name, text_of = FORMS[form]
    (root / "protocols").mkdir(exist_ok=True)
    for part, images in lists.items():
        path = root / "protocols" / name.format(part=part, fold=fold)
        path.write_bytes(text_of(images).encode())


def assign(images, root, fold=None, *, allow_missing=False, **names):
    request = Request(fold, 0, {}, 0, allow_missing, ListSettings(**names))
    return protocols.get("lists").assign(images, root, request)


def sources_of(parts: pd.DataFrame) -> dict[str, set[str]]:
    return {part: set(own["source"]) for part, own in parts.groupby("part")}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", layouts.names())
def test_every_fold_of_every_layout_is_what_was_listed(tmp_path, layout, form):
    images, rng = images_of(layout), np.random.default_rng(0)
    written = {fold: drawn(images, rng) for fold in range(1, 13)}  # fold 1 is not fold 11
    for fold, lists in written.items():
        write(tmp_path, form, lists, fold)
    for fold, lists in written.items():
        assignment = assign(images, tmp_path, fold, folds=12, **NAMES[form])
        assert sources_of(assignment.parts) == {
            part: set(own["source"]) for part, own in lists.items()
        }
        assert assignment.unresolved.empty
        assert not assignment.leaky
        assert "do not tell" not in assignment.funnel[1]["note"]


def test_without_folds_the_number_is_left_out(tmp_path):
    images = images_of("lamp_hq")
    lists = drawn(images, np.random.default_rng(0))
    (tmp_path / "protocols").mkdir()
    for part, own in lists.items():
        (tmp_path / "protocols" / f"{part}.txt").write_text(as_path_and_label(own))
    assert sources_of(assign(images, tmp_path).parts) == {
        part: set(own["source"]) for part, own in lists.items()
    }


def test_lists_may_lie_elsewhere_and_be_several(tmp_path):
    images = images_of("buaa")
    lists = drawn(images, np.random.default_rng(0))
    train = lists["train"]
    for name, own in [
        ("mine-vis", train[train["spectrum"] == "VIS"]),
        ("mine-nir", train[train["spectrum"] == "NIR"]),
        ("enrolled", lists["gallery"]),
        ("tested", lists["probe"]),
    ]:
        (tmp_path / f"{name}.txt").write_text("\n".join(own["source"]))
    root = tmp_path / "elsewhere"
    root.mkdir()
    names = {"train": "mine-*", "gallery": "enrolled.txt", "probe": "tested.txt"}
    names = {part: f"{tmp_path}/{name}" for part, name in names.items()}
    assignment = assign(images, root, **names)
    assert sources_of(assignment.parts) == {part: set(own["source"]) for part, own in lists.items()}


@pytest.fixture
def images():
    return images_of("folders")


@pytest.fixture
def lists(images):
    return drawn(images, np.random.default_rng(0))


@pytest.fixture
def root(tmp_path, lists):
    write(tmp_path, "csv", lists, 1)
    return tmp_path


@pytest.mark.parametrize("part", ["gallery", "probe"])
def test_a_tested_image_that_is_not_there_stops_or_is_a_miss_of_its_person(
    *, images, root, lists, part
):
    others = lists[part].groupby("subject")["source"].transform("size") > 1
    row = lists[part][others | (part == "gallery")].iloc[0]
    left = images[images["source"] != row["source"]]
    with pytest.raises(DataError, match="no such image") as caught:
        assign(left, root, 1, **FOLDED)
    assert f"protocols/{part}_01.csv: 1 of" in str(caught.value)
    if part == "gallery":  # of one image each, and no label tells whose it is
        with pytest.raises(DataError, match="without a gallery image"):
            assign(left, root, 1, allow_missing=True, **FOLDED)
        return
    assignment = assign(left, root, 1, allow_missing=True, **FOLDED)
    (missing,) = assignment.parts[assignment.parts["row"] == -1].itertuples()
    assert (missing.part, missing.subject, missing.source) == (part, row["subject"], row["source"])
    assert not missing.found


def test_a_missing_training_image_is_listed(images, root, lists):
    lost = lists["train"].iloc[0]["source"]
    assignment = assign(images[images["source"] != lost], root, 1, **FOLDED)
    assert lost not in set(assignment.parts["source"])
    assert assignment.unresolved["list"].to_list() == ["protocols/train_01.csv"]


def test_gallery_and_probes_are_of_their_spectra(images, root, lists):
    path = root / "protocols" / "probe_01.csv"
    path.write_text(as_csv(pd.concat([lists["probe"], lists["gallery"].head(1)])))
    with pytest.raises(DataError, match="wrong spectrum"):
        assign(images, root, 1, **FOLDED)


def test_a_line_that_repeats_another_counts_once(images, root, lists):
    path = root / "protocols" / "probe_01.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1])
    assignment = assign(images, root, 1, **FOLDED)
    assert sources_of(assignment.parts)["probe"] == set(lists["probe"]["source"])
    (reason,) = assignment.unresolved["reason"]
    assert reason == "says the same as line 2 of protocols/probe_01.csv"


def test_people_on_both_sides_are_named(images, root, lists):
    path = root / "protocols" / "train_01.csv"
    path.write_text(as_csv(pd.concat([lists["train"], lists["gallery"].head(1)])))
    with pytest.raises(DataError, match="both trained on and tested") as caught:
        assign(images, root, 1, **FOLDED)
    assert lists["gallery"].iloc[0]["subject"] in str(caught.value)


def test_labels_that_contradict_the_folders_are_told(images, root, lists):
    probe = lists["probe"]
    text = "".join(f"{source} {k % 2}\n" for k, source in enumerate(probe["source"]))
    (root / "protocols" / "probe_01.csv").write_text(text)
    assignment = assign(images, root, 1, **FOLDED)
    assert (
        "the 2 labels of protocols/probe_01.csv do not tell its 6 people apart"
        in assignment.funnel[1]["note"]
    )
    assert sources_of(assignment.parts)["probe"] == set(probe["source"])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({}, r"no list is called \*train\*\{fold\}\.\* for fold 2"),
        ({"train": "lists/train_{fold}.txt"}, "lists: cannot be read"),
        ({"path_column": "pfad"}, "no column pfad, only client_id, path, note"),
    ],
)
def test_lists_that_are_not_there_are_named_with_the_remedy(images, root, names, message):
    fold = 1 if names else 2
    with pytest.raises(DataError, match=message) as caught:
        assign(images, root, fold, **FOLDED, **names)
    assert "setting" in str(caught.value)


def test_folds_are_those_of_the_settings(images, root):
    with pytest.raises(UsageError, match="folds 1 to 5; there is no 6"):
        assign(images, root, 6, **FOLDED)
    with pytest.raises(UsageError, match="has no folds"):
        assign(images, root, 1)
    with pytest.raises(ValueError, match="no list's name says where the fold is"):
        ListSettings(train="a", gallery="b", probe="c", folds=2)
