"""Tests that lists of CASIA NIR-VIS 2.0, in their various forms, are read as they were made."""

import numpy as np
import pandas as pd
import pytest

from faces import protocols
from faces.common.errors import DataError, UsageError
from faces.protocols import Request

ENDS = ["\n", "\r\n", "\r\n\r\n", " \n", "\t\r\n"]
SPECTRUM = {"vis_train": "VIS", "nir_train": "NIR", "vis_gallery": "VIS", "nir_probe": "NIR"}
PART = {"vis_train": "train", "nir_train": "train", "vis_gallery": "gallery", "nir_probe": "probe"}
PEOPLE, TRAINED = 20, 10


def request(fold=1, allow_missing=False):
    return Request(fold, 60, {"VIS": 2, "NIR": 3}, 0, allow_missing)


def assign(images, root, fold=1, *, allow_missing=False, view=2):
    asked = request(fold if view == 2 else None, allow_missing)
    return protocols.get(f"casia-view{view}").assign(images, root, asked)


def random_lists(images, rng):
    """Draw {list: sources} of one fold: half of the people are for training.

    Of each other person, one VIS image is in the gallery.
    """
    people = rng.permutation(sorted(set(images["subject"])))
    trained = images["subject"].isin(people[:TRAINED])
    vis, nir = (images["spectrum"] == spectrum for spectrum in ("VIS", "NIR"))
    enrolled = images[~trained & vis].groupby("subject")["source"].first()
    return {
        "vis_train": images.loc[trained & vis, "source"].to_list(),
        "nir_train": images.loc[trained & nir, "source"].to_list(),
        "vis_gallery": enrolled.to_list(),
        "nir_probe": images.loc[~trained & nir, "source"].to_list(),
    }


def write(root, lists, fold, rng, *, folder="protocols"):
    """Write the lists of a fold with backslashes, varying extensions and mixed line ends."""
    (root / folder).mkdir(exist_ok=True)
    for name, sources in lists.items():
        drifted = [s.replace("/", "\\").replace(".bmp", rng.choice([".bmp", ".jpg", ".BMP"]))
                   for s in sources]  # fmt: skip
        text = "".join(path + rng.choice(ENDS) for path in rng.permutation(drifted))
        bom = b"\xef\xbb\xbf" if rng.random() < 0.5 else b""
        (root / folder / f"{name}_{fold}.txt").write_bytes(bom + text.encode())


def append(root, name, text, fold=1):
    with open(root / "protocols" / f"{name}_{fold}.txt", "ab") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


@pytest.fixture
def images(made, rng):
    return made({f"{k:05}": tuple(rng.integers(1, 6, 2)) for k in range(PEOPLE)}, rng, found=0.9)


@pytest.fixture
def lists(images, rng):
    return random_lists(images, rng)


@pytest.fixture
def root(tmp_path, lists, rng):
    write(tmp_path, lists, 1, rng)
    return tmp_path


def sources_of(parts):
    lines = parts[["part", "spectrum", "source"]]
    return {which: set(own["source"]) for which, own in lines.groupby(["part", "spectrum"])}


def test_ten_folds_and_the_tuning_view_are_what_was_listed(images, tmp_path, rng):
    written = {fold: random_lists(images, rng) for fold in [*range(1, 11), "dev"]}
    for fold, lists in written.items():
        write(tmp_path, lists, fold, rng)
    for fold, lists in written.items():
        view = 1 if fold == "dev" else 2
        assignment = assign(images, tmp_path, fold, view=view)
        assert sources_of(assignment.parts) == {
            (PART[name], SPECTRUM[name]): set(sources) for name, sources in lists.items()
        }
        assert assignment.unresolved.empty
        assert not assignment.leaky
        parts = assignment.parts
        assert (parts["generator"] == (parts["found"] & (parts["part"] == "train"))).all()


def test_nothing_is_held_out_and_the_funnel_says_so(images, root, lists):
    assignment = assign(images, root)
    assert "held_out" not in set(assignment.parts["part"])
    assert [step["step"] for step in assignment.funnel] == [
        "readable", "listed", "listed and readable", "face found"]  # fmt: skip
    assert "held_out is ignored" in assignment.funnel[-1]["note"]
    listed = assignment.funnel[1]
    assert listed["vis_images"] == len(lists["vis_train"]) + len(lists["vis_gallery"])
    assert listed["nir_subjects"] == PEOPLE
    assert f"nir_probe {len(lists['nir_probe'])} (published: 6,208)" in listed["note"]
    assert assignment.funnel[-1]["nir_images"] == (images["found"] & images["source"].isin(
        lists["nir_train"] + lists["nir_probe"])).sum()  # fmt: skip


@pytest.mark.parametrize("name", ["Protocols", "PROTOCOLS"])
def test_names_may_be_in_any_case(*, images, lists, tmp_path, rng, name):
    write(tmp_path, lists, 1, rng, folder=name)
    for path in list((tmp_path / name).iterdir()):
        path.rename(path.with_name(path.name.upper()))
    assert len(assign(images, tmp_path).parts) == sum(map(len, lists.values()))


def test_two_lists_of_one_name_are_refused_unless_one_is_exact(images, root):
    path = root / "protocols" / "nir_probe_1.txt"
    path.with_name("NIR_probe_1.txt").write_bytes(b"")
    expected = assign(images, root).parts
    path.rename(path.with_name("nir_PROBE_1.txt"))
    with pytest.raises(DataError, match="more than one protocol list nir_probe"):
        assign(images, root)
    path.with_name("NIR_probe_1.txt").unlink()
    pd.testing.assert_frame_equal(assign(images, root).parts, expected)


@pytest.mark.parametrize("name", SPECTRUM)
def test_a_missing_list_is_named(images, root, name):
    (root / "protocols" / f"{name}_1.txt").unlink()
    with pytest.raises(DataError, match=f"{name}_1.txt: no such protocol list"):
        assign(images, root)
    (root / "protocols" / f"{name}_1.txt").mkdir()
    with pytest.raises(DataError, match=f"{name}_1.txt: cannot be read"):
        assign(images, root)


def test_a_folder_without_lists_is_named(images, tmp_path):
    with pytest.raises(DataError, match=r"protocols.vis_train_1.txt: no such protocol list"):
        assign(images, tmp_path)


@pytest.mark.parametrize("fold", [None, 0, 11, -1])
def test_a_fold_that_is_not_there_is_refused(images, root, fold):
    with pytest.raises(UsageError, match="casia-view2 has folds 1 to 10"):
        assign(images, root, fold)


def test_requests_that_make_no_sense_are_refused(images, root):
    with pytest.raises(UsageError, match="casia-view1 has no folds"):
        protocols.get("casia-view1").assign(images, root, request(fold=1))
    with pytest.raises(UsageError, match="reads lists"):
        protocols.get("casia-view2").assign(images, None, request())


@pytest.mark.parametrize("name", ["vis_gallery", "nir_probe"])
def test_a_tested_image_that_is_not_there_stops_or_is_a_miss(images, root, lists, name):
    lost = lists[name][0]
    subject, shot = lost.split("/")[2], f"s1-{lost.split('/')[3][:3]}"
    left = images[images["source"] != lost]
    with pytest.raises(DataError, match=r"1 of .* lines without exactly one image") as caught:
        assign(left, root)
    assert f"protocols/{name}_1.txt" in str(caught.value)
    assert lost.replace("/", "\\")[:-4] in str(caught.value)
    assignment = assign(left, root, allow_missing=True)
    (row,) = assignment.parts[assignment.parts["row"] == -1].itertuples()
    assert (row.part, row.spectrum) == (PART[name], SPECTRUM[name])
    assert (row.subject, row.shot) == (subject, shot)
    assert row.source.rpartition(".")[0] == lost.rpartition(".")[0]
    assert not row.found
    assert not row.generator
    assert len(assignment.parts) == sum(map(len, lists.values()))
    assert assignment.unresolved["reason"].to_list() == ["no such image"]
    assert assignment.unresolved["list"].to_list() == [f"protocols/{name}_1.txt"]


def test_training_images_that_are_not_there_are_listed(images, root, lists):
    lost = [lists["vis_train"][0], lists["nir_train"][0]]
    assignment = assign(images[~images["source"].isin(lost)], root)
    assert not set(lost) & set(assignment.parts["source"])
    assert (assignment.parts["row"] >= 0).all()
    assert len(assignment.unresolved) == 2


@pytest.mark.parametrize("name", ["vis_gallery", "nir_probe"])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"s1\\%b\\00001\\\x00.bmp", "holds a NUL byte"),
        (b"s1\\%b\\00001\\\xff.bmp", "is no UTF-8 text"),
        (b"what is this %b", r"not of the form session\spectrum\subject\shot"),
    ],
)
def test_a_line_that_cannot_be_read_stops_or_is_listed(*, images, root, name, line, reason):
    append(root, name, line % SPECTRUM[name].encode())
    with pytest.raises(DataError, match=f"{name}_1.txt: 1 of"):
        assign(images, root)
    assignment = assign(images, root, allow_missing=True)
    assert assignment.unresolved["reason"].to_list() == [reason]
    assert (assignment.parts["row"] >= 0).all()


def test_an_image_of_the_wrong_spectrum_stops_or_is_a_miss(images, root, lists):
    append(root, "nir_probe", lists["vis_gallery"][0])
    with pytest.raises(DataError, match="wrong spectrum"):
        assign(images, root)
    assignment = assign(images, root, allow_missing=True)
    assert assignment.unresolved["reason"].to_list() == ["wrong spectrum"]
    assert (assignment.parts["row"] == -1).sum() == 1


def test_repeated_lines_count_once_and_are_listed(images, root, lists):
    for name in SPECTRUM:
        append(root, name, f"{lists[name][0]} 7\n{lists[name][0]}")
    assignment = assign(images, root)
    assert len(assignment.parts) == sum(map(len, lists.values()))
    assert len(assignment.unresolved) == 8
    assert assignment.unresolved["reason"].str.fullmatch(r"says the same as line \d+").all()


def test_many_unresolved_lines_are_told_in_one_short_line(images, root):
    with pytest.raises(DataError) as caught:
        assign(images[images["subject"] == "none"], root)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 2000
    assert str(caught.value).count("no such image") == 10
    assert "vis_gallery_1.txt: 10 of 10 lines" in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"), [("nir_probe", "nir_train"), ("vis_train", "vis_gallery")]
)
def test_a_person_in_training_and_test_lists_is_named(*, images, root, lists, one, other):
    append(root, other, lists[one][0])
    with pytest.raises(DataError, match="both trained on and tested") as caught:
        assign(images, root)
    assert lists[one][0].split("/")[2] in str(caught.value)


def test_a_probe_of_somebody_not_enrolled_is_named(images, root, lists):
    path = root / "protocols" / "vis_gallery_1.txt"
    path.write_text("\n".join(lists["vis_gallery"][1:]))
    with pytest.raises(DataError, match="probe subjects without a gallery image") as caught:
        assign(images, root)
    assert lists["vis_gallery"][0].split("/")[2] in str(caught.value)


def test_the_same_bytes_on_both_sides_are_named(images, root, lists):
    hashed = images.set_index("source")
    pair = [lists["nir_train"][0], lists["nir_probe"][0]]
    hashed.loc[pair, "sha256"] = "same"
    with pytest.raises(DataError, match="the same bytes") as caught:
        assign(hashed.reset_index(), root)
    assert all(source in str(caught.value) for source in pair)


@pytest.mark.parametrize("seed", range(10))
def test_every_line_is_one_row_or_is_named(images, root, lists, seed):
    """Lists with randomly changed bytes lose no line silently and raise only DataError."""
    rng = np.random.default_rng(seed)
    for name in SPECTRUM:
        path = root / "protocols" / f"{name}_1.txt"
        content = bytearray(path.read_bytes())
        for place in rng.integers(0, len(content), 4):
            content[place] = rng.integers(0, 256)
        path.write_bytes(content)
    try:
        assignment = assign(images, root, allow_missing=True)
    except DataError:  # a changed digit can put a person on both sides
        return
    lines = sum(
        bool(line.strip())
        for name in SPECTRUM
        for line in (root / "protocols" / f"{name}_1.txt").read_bytes()
        .removeprefix(b"\xef\xbb\xbf").splitlines()
    )  # fmt: skip
    assert (assignment.parts["row"] >= 0).sum() + len(assignment.unresolved) == lines
