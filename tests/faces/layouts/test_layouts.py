"""Tests where layouts find images, and how they treat all other files in a folder.

What holds for every layout, also for one that is added, is tested on the trees of its writer
(tests/faces/testbed/test_trees.py); here are paths that real data sets have.
"""

import os
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faces import layouts
from faces.common.errors import DataError, UsageError
from faces.layouts.layout import Place
from faces.manifest import COLUMNS, REFUSED_COLUMNS, Manifest


def write_image(path: Path, seed: int | str = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(list(str(seed).encode()))
    pixels = rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(
        path, {".jpeg": "JPEG", ".jpg": "JPEG"}.get(path.suffix.lower(), "BMP")
    )


def write_images(root: Path, *sources: str) -> None:
    for source in sources:
        write_image(root / source, source)


@pytest.fixture
def read(tmp_path):
    def read(name: str, root: Path) -> Manifest:
        manifest = layouts.read(name, root, tmp_path / "cache", workers=1)
        assert list(manifest.images.columns) == COLUMNS
        assert list(manifest.refused.columns) == REFUSED_COLUMNS
        assert manifest.layout == name
        assert not manifest.images.duplicated(["subject", "spectrum", "shot"]).any()
        assert not set(manifest.images["source"]) & set(manifest.refused["source"])
        return manifest

    return read


def rows(manifest: Manifest) -> list[tuple[str, ...]]:
    columns = ["source", "subject", "spectrum", "session", "shot"]
    return [tuple(row) for row in manifest.images[columns].itertuples(index=False)]


def refused(manifest: Manifest) -> dict[str, str]:
    return dict(zip(manifest.refused["source"], manifest.refused["reason"], strict=True))


# The registry


@pytest.mark.parametrize("name", layouts.names())
def test_a_layout_says_what_it_is(name):
    layout = layouts.get(name)
    assert layout.name == name
    assert layout.expected
    assert layout.description
    assert "\n" not in layout.description


def test_a_file_is_called_as_the_layout_in_it():
    for found in pkgutil.iter_modules(layouts.__path__):
        layout = getattr(import_module(f"{layouts.__name__}.{found.name}"), "LAYOUT", None)
        assert layout is None or layout.name == found.name


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(UsageError, match="'kasia' is not known; did you mean casia"):
        layouts.get("kasia")


# Paths as the papers and the data sets themselves have them

PLACED = [
    ("casia", "s2/NIR/10153/001.bmp", Place("10153", "NIR", "s2-001", "s2")),
    ("casia", "s4/VIS/40001/022.jpg", Place("40001", "VIS", "s4-022", "s4")),
    ("casia", "S1/vis/00001/003.JPG", Place("00001", "VIS", "s1-003", "s1")),
    ("casia", "s2/NIR/10193/01-B.bmp", Place("10193", "NIR", "s2-01-B", "s2")),
    ("casia", "s5/VIS/Ann Lee/day.1.png", Place("Ann Lee", "VIS", "s5-day.1", "s5")),
    ("casia", "s12/NIR/7/1.bmp", Place("7", "NIR", "s12-1", "s12")),
    ("casia", "s3/NIR_128x128/30007/010.bmp", Place("30007", "NIR", "s3-010", "s3", 1)),
    ("casia", "NIR/s2_NIR_10039_001.jpg", Place("10039", "NIR", "s2-001", "s2", 2)),
    ("casia", "vis/S1_vis_00134_010.JPG", Place("00134", "VIS", "s1-010", "s1", 2)),
    ("casia", "NIR_128x128/s2_NIR_10193_01-B.png", Place("10193", "NIR", "s2-01-B", "s2", 2)),
    ("oulu", "NI/Strong/P001/Anger/001.jpeg", Place("P001", "NIR", "Strong-Anger-001", "Strong")),
    ("oulu", "VL/Dark/P080/Surprise/019.jpeg",
     Place("P080", "VIS", "Dark-Surprise-019", "Dark")),
    ("oulu", "vl/weak/p002/happiness/000.JPEG",
     Place("P002", "VIS", "Weak-Happiness-000", "Weak")),
    ("lamp_hq", "VIS/VIS_P0588_1_a.jpg", Place("P0588", "VIS", "1_a")),
    ("lamp_hq", "NIR/NIR_P0588_5_UP_f.jpg", Place("P0588", "NIR", "5_UP_f")),
    ("lamp_hq", "nir/NIR_P0001_2_b.JPG", Place("P0001", "NIR", "2_b")),
    ("buaa", "VIS/12/3.bmp", Place("12", "VIS", "3")),
    ("buaa", "12/nir/4.bmp", Place("12", "NIR", "4")),
    ("folders", "VIS/Ann Lee/1.png", Place("Ann Lee", "VIS", "1")),
    ("folders", "nir/7/summer/day.2/x.tif", Place("7", "NIR", "summer/day.2/x")),
]  # fmt: skip

UNPLACED = {
    "casia": [
        "001.bmp", "s1/001.bmp", "s1/NIR/001.bmp", "s/NIR/10153/001.bmp", "s1/FIR/10153/001.bmp",
        "s1/NIR/1015/001.bmp", "s1/NIR/101530/001.bmp", "s1/NIR/new/001.bmp",
        "s1/NIR/10153/x/001.bmp", "copy/s1/NIR/10153/001.bmp", "NIR/s1_VIS_00134_010.jpg",
        "s1/NIR_64x64/10153/001.bmp", "s1/NIR/١٠١٥٣/001.bmp", "s1_NIR_00134_010.jpg",
        "NIR/s1_NIR_134_010.jpg", "NIR/00134_010.jpg", "NIR/s1_NIR_00134.jpg",
    ],
    "oulu": [
        "NI/P001/Anger/001.jpeg", "NI/Strong/P01/Anger/001.jpeg", "NI/Strong/P001/001.jpeg",
        "NIR/Strong/P001/Anger/001.jpeg", "NI/Bright/P001/Anger/001.jpeg",
        "NI/Strong/P001/Boredom/001.jpeg", "NI/Strong/P001/Anger/1.jpeg",
    ],
    "lamp_hq": [
        "NIR/VIS_P0588_1_a.jpg", "VIS/NIR_P0588_1_a.jpg", "VIS_P0588_1_a.jpg", "VIS/P0588_1_a.jpg",
        "VIS/VIS_P0588.jpg", "VIS/P0588/VIS_P0588_1_a.jpg", "VIS/VIS_0588_1_a.jpg",
    ],
    "buaa": ["1/2.bmp", "VIS/1/NIR/2.bmp", "VIS/2.bmp", "VIS/a/2.bmp", "VIS/1/a.bmp", "2.bmp"],
    "folders": ["1.png", "VIS/1.png", "UV/Ann/1.png", "set/VIS/Ann/1.png"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "source", "place"), PLACED)
def test_a_path_of_the_layout_has_its_place(tmp_path, name, source, place):
    assert layouts.get(name).placing(tmp_path)(source) == place


@pytest.mark.parametrize("name", sorted(UNPLACED))
def test_every_other_path_is_explained(tmp_path, name):
    for source in UNPLACED[name]:
        reason = layouts.get(name).placing(tmp_path)(source)
        assert isinstance(reason, str), source
        assert 10 < len(reason) < 100


@pytest.mark.parametrize("name", sorted(UNPLACED))
def test_a_tree_of_the_layout_is_read(tmp_path, read, name):
    wanted = [row for row in PLACED if row[0] == name and row[2].rendition == 0]
    write_images(tmp_path / "set", *(source for _, source, _ in wanted), *UNPLACED[name])
    manifest = read(name, tmp_path / "set")
    expected = {(source, p.subject, p.spectrum, p.session, p.shot) for _, source, p in wanted}
    assert set(rows(manifest)) == expected
    assert set(refused(manifest)) == set(UNPLACED[name])
    assert manifest.images["subject"].map(type).eq(str).all()
    assert (manifest.images[["width_px", "height_px"]] == 20).all(axis=None)


# CASIA


def test_cropped_images_are_read_where_there_are_no_others(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "s1/NIR_128x128/00001/001.bmp", "s1/VIS_128x128/00001/001.jpg")
    manifest = read("casia", root)
    assert [row[1:] for row in rows(manifest)] == [
        ("00001", "NIR", "s1", "s1-001"), ("00001", "VIS", "s1", "s1-001")]  # fmt: skip
    assert manifest.notes == ()


def test_full_images_go_before_cropped_ones(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "s1/NIR/00001/001.bmp", "s1/NIR_128x128/00001/001.bmp",
                 "s1/NIR_128x128/00001/002.bmp")  # fmt: skip
    manifest = read("casia", root)
    assert list(manifest.images["source"]) == ["s1/NIR/00001/001.bmp"]
    assert refused(manifest) == {}
    assert manifest.notes == ("2 images of another rendition are not read",)


def test_a_flat_copy_is_read_where_there_is_nothing_else(tmp_path, read):
    root = tmp_path / "set"
    flat = ("NIR/s2_NIR_10193_01-B.jpg", "VIS/s1_VIS_00134_010.jpg")
    write_images(root, *flat)
    assert [row[1:] for row in rows(read("casia", root))] == [
        ("10193", "NIR", "s2", "s2-01-B"), ("00134", "VIS", "s1", "s1-010")]  # fmt: skip
    write_images(root, "s1/VIS_128x128/00134/010.jpg")
    manifest = read("casia", root)
    assert list(manifest.images["source"]) == ["s1/VIS_128x128/00134/010.jpg"]
    assert manifest.notes == ("2 images of another rendition are not read",)


def test_a_person_may_have_shots_of_both_kinds_of_names(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "s2/NIR/10197/001.bmp", "s2/NIR/10197/01-B.bmp")
    assert list(read("casia", root).images["shot"]) == ["s2-001", "s2-01-B"]


def test_a_subject_of_two_sessions_keeps_both(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "s1/NIR/00001/001.bmp", "s2/NIR/00001/001.bmp")
    assert list(read("casia", root).images["shot"]) == ["s1-001", "s2-001"]


@pytest.mark.parametrize("same", [True, False])
def test_one_shot_in_two_files(tmp_path, read, same):
    root = tmp_path / "set"
    write_image(root / "s1/NIR/00001/001.bmp", 1)
    write_image(root / "s1/NIR/00001/001.png", 1 if same else 2)
    manifest = read("casia", root)
    assert list(manifest.images["source"]) == ["s1/NIR/00001/001.bmp"]
    bytes_ = "the same" if same else "other"
    assert refused(manifest) == {
        "s1/NIR/00001/001.png": f"the same shot as s1/NIR/00001/001.bmp, with {bytes_} bytes"
    }


def test_a_broken_file_takes_no_shot_from_a_sound_one(tmp_path, read):
    root = tmp_path / "set"
    write_image(root / "s1/NIR/00001/001.png", 1)
    (root / "s1/NIR/00001/001.bmp").write_bytes(b"")
    manifest = read("casia", root)
    assert list(manifest.images["source"]) == ["s1/NIR/00001/001.png"]
    assert refused(manifest) == {"s1/NIR/00001/001.bmp": "zero bytes"}


# Folders


def test_suffixes_tell_shots_apart_where_they_must(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "VIS/a/1.bmp", "VIS/a/1.png", "VIS/a/2.png", "VIS/b/1.png", "NIR/a/1.png")
    shots = {row[0]: row[4] for row in rows(read("folders", root))}
    assert shots == {"VIS/a/1.bmp": "1.bmp", "VIS/a/1.png": "1.png", "VIS/a/2.png": "2",
                     "VIS/b/1.png": "1", "NIR/a/1.png": "1"}  # fmt: skip


# BUAA


def test_the_spectra_of_bare_numbers_must_be_stated(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "1/1.bmp", "1/2.bmp", "2/29.bmp")
    with pytest.raises(DataError, match=r"spectra\.csv"):
        read("buaa", root)
    (root / "spectra.csv").write_text("number,spectrum\r\n1,VIS\n2, nir\n")
    manifest = read("buaa", root)
    assert [row[1:] for row in rows(manifest)] == [("1", "VIS", "", "1"), ("1", "NIR", "", "2")]
    assert "spectra.csv" in refused(manifest)["2/29.bmp"]


@pytest.mark.parametrize(
    "text", ["", "number,spectrum\n1\n", "number,spectrum\none,VIS\n", "1,VIS\n2,NIR\n",
             "number,spectrum\n1,UV\n", "number,spectrum\n1,VIS\n1,NIR\n", "\x00\x01"],
)  # fmt: skip
def test_a_malformed_statement_is_refused(tmp_path, read, text):
    root = tmp_path / "set"
    write_images(root, "1/1.bmp")
    (root / "spectra.csv").write_text(text)
    with pytest.raises(DataError, match=r"spectra\.csv|none of 1 files"):
        read("buaa", root)


# What else lies in folders


def test_every_file_of_a_tree_is_accounted_for(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "s1/NIR/00001/001.bmp", "stray.jpg", "protocols/figure.png")
    for name in ("protocols/nir_train_1.txt", "s1/NIR/00001/001.pos", "readme.PDF", "Thumbs.db",
                 ".hidden.bmp", ".trash/002.bmp", "s1/NIR/00001/._001.bmp"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("1 2 3 4")
    (root / "s1/NIR/00001/folder.bmp").mkdir()
    (root / "s1/NIR/00001/gone.bmp").symlink_to("nowhere")
    (root / "s1/NIR/00001/lost").symlink_to("nowhere")
    os.mkfifo(root / "s1/NIR/00001/002.bmp")
    (root / "s1/NIR/00001/003.gif").write_bytes(b"GIF89a")
    (root / "s1/NIR/00001/004.bmp").write_bytes(b"BM")
    manifest = read("casia", root)
    assert list(manifest.images["source"]) == ["s1/NIR/00001/001.bmp"]
    misfit = "not of the form s1..s4/{NIR,VIS}/<5 digits>/<shot>.bmp"
    assert refused(manifest) == {
        "stray.jpg": misfit,
        "protocols/figure.png": misfit,
        "s1/NIR/00001/folder.bmp": "a folder, not a file",
        "s1/NIR/00001/gone.bmp": "dangling link",
        "s1/NIR/00001/lost": "dangling link",
        "s1/NIR/00001/002.bmp": "not an ordinary file",
        "s1/NIR/00001/003.gif": "not named as a BMP, JPEG, PNG or TIFF image",
        "s1/NIR/00001/004.bmp": "not a BMP, JPEG, PNG or TIFF image",
    }


def test_names_that_are_no_text(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "VIS/한글/1.png", "VIS/a\nb/1.png")
    folder = os.fsencode(root / "VIS") + b"/\xff\xfe"
    os.mkdir(folder)
    with open(folder + b"/1.png", "wb") as file:
        file.write((root / "VIS/한글/1.png").read_bytes())
    manifest = read("folders", root)
    assert list(manifest.images["subject"]) == ["한글"]
    assert refused(manifest) == {
        "VIS/\\xff\\xfe/1.png": "its name is not UTF-8 text",
        "VIS/a\\x0ab/1.png": "its name holds control characters",
    }
    assert manifest.digest


def test_links_are_followed_and_lead_in_no_circle(tmp_path, read):
    root = tmp_path / "set"
    write_images(root, "VIS/a/1.png")
    write_images(tmp_path / "other disk", "2.png", "deep/3.png")
    (root / "NIR").mkdir()
    (root / "NIR/a").symlink_to(tmp_path / "other disk")
    (root / "VIS/a/4.png").symlink_to(root / "VIS/a/1.png")
    (root / "VIS/0").symlink_to(root / "VIS/a")
    (root / "VIS/a/self").symlink_to(".")
    (root / "VIS/a/up").symlink_to("../../..")
    (root / "VIS/a/ring").symlink_to("ring")
    (tmp_path / "other disk/back").symlink_to(root)
    manifest = read("folders", root)
    assert set(manifest.images["source"]) == {
        "VIS/a/1.png", "VIS/a/4.png", "VIS/0/1.png", "VIS/0/4.png", "NIR/a/2.png",
        "NIR/a/deep/3.png"}  # fmt: skip
    upwards, ring = (
        "a link to a folder above it",
        "cannot be read: too many levels of symbolic links",
    )
    assert refused(manifest) == {
        "VIS/a/self": upwards, "VIS/a/up": upwards, "NIR/a/back": upwards, "VIS/a/ring": ring,
        "VIS/0/ring": ring}  # fmt: skip


def test_tables_are_sorted_without_regard_to_case(tmp_path, read):
    root = tmp_path / "set"
    sources = ["VIS/B/1.png", "VIS/a/1.png", "VIS/C/1.png", "NIR/b/1.png", "vis/b/2.png"]
    write_images(root, *sources)
    found = list(read("folders", root).images["source"])
    assert found == ["NIR/b/1.png", "VIS/a/1.png", "VIS/B/1.png", "vis/b/2.png", "VIS/C/1.png"]


def test_no_such_folder_and_nothing_in_it(tmp_path, read):
    with pytest.raises(DataError, match=r"absent: no such folder; give the one that holds s1\.\."):
        read("casia", tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no image in this folder"):
        read("casia", tmp_path / "empty")
    write_images(tmp_path / "wrong", "a/1.png", "a/2.png")
    with pytest.raises(
        DataError, match=r"none of 2 files .* the first is a/1\.png: not of the form"
    ):
        read("casia", tmp_path / "wrong")
    write_images(tmp_path / "broken", "s1/NIR/00001/001.bmp")
    (tmp_path / "broken/s1/NIR/00001/001.bmp").write_bytes(b"BM")
    with pytest.raises(DataError, match="not a BMP"):
        read("casia", tmp_path / "broken")


def test_names_are_refused_for_the_right_reason_where_python_reads_them_as_ascii(tmp_path):
    """These are UTF-8 all the same, so nobody has to rename them."""
    write_images(tmp_path / "root", "VIS/Zo\u00e9/1.bmp", "VIS/a/1.bmp")
    code = (
        "from pathlib import Path; from faces import layouts; "
        "found = layouts.read('folders', Path('root'), Path('cache'), workers=1); "
        "print(ascii(found.refused.to_numpy().tolist()), len(found.images))"
    )
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": str(Path(layouts.__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | plain,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    reason = "its name is not read as UTF-8 text here (set PYTHONUTF8=1)"
    assert done.stdout.strip() == ascii([["VIS/Zo\u00e9/1.bmp", reason]]) + " 1"


# Likely twins


def test_twins_of_readable_images_are_noted(read, tmp_path):
    """An image that cannot be read gives nobody a spectrum; accents are those of the disk."""
    people = ("VIS/Zo\u00e9", "NIR/Zoe\u0301", "VIS/1", "NIR/1", "NIR/001", "VIS/b", "NIR/b")
    write_images(tmp_path / "root", *(f"{person}/1.bmp" for person in people))
    (tmp_path / "root" / "VIS" / "001").mkdir()
    (tmp_path / "root" / "VIS" / "001" / "1.bmp").write_bytes(b"no image")
    (note,) = read("folders", tmp_path / "root").notes
    assert note == (
        "1 and NIR/001 (other leading zeros); VIS/Zo\u00e9 and NIR/Zoe\u0301 (other accents) "
        "look like one person each; spell the names alike"
    )
