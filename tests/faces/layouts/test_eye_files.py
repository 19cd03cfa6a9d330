"""Tests that files of eye positions are found beside images and in folders that mirror the tree."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from faces import layouts
from tests.faces.layouts.test_layouts import write_images

SOURCES = ["s1/NIR/00001/001.bmp", "s1/NIR/00001/01-B.bmp", "s1/VIS/00001/001.jpg"]
FOLDERS = ["annotations", "old/eye files/2013"]


def read(root: Path, cache: Path):
    manifest = layouts.read("casia", root, cache, workers=1)
    return manifest.images.set_index("source"), manifest.notes


def write_eyes(root: Path, source: str, left_x: int) -> None:
    path = (root / source).with_suffix(".pos")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{left_x} 10 {left_x + 8} 10\n")


def left_x(images: pd.DataFrame) -> list[float]:
    return images.loc[SOURCES, "left_x"].to_list()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_that_mirrors_the_tree_serves_every_image(tmp_path, folder):
    root = tmp_path / "set"
    write_images(root, *SOURCES)
    for number, source in enumerate(SOURCES, start=1):
        write_eyes(root / folder, source, number)
    images, notes = read(root, tmp_path / "cache")
    assert left_x(images) == [1, 2, 3]
    assert notes == ()


def test_a_file_beside_the_image_is_preferred(tmp_path):
    root = tmp_path / "set"
    write_images(root, *SOURCES)
    for source in SOURCES:
        write_eyes(root / "annotations", source, 1)
    write_eyes(root, SOURCES[1], 2)
    images, _ = read(root, tmp_path / "cache")
    assert left_x(images) == [1, 2, 1]


def test_two_files_that_fit_are_used_for_neither_and_named(tmp_path):
    root = tmp_path / "set"
    write_images(root, *SOURCES)
    for folder in FOLDERS:
        write_eyes(root / folder, SOURCES[0], 3)
    images, notes = read(root, tmp_path / "cache")
    assert np.isnan(left_x(images)).all()
    assert notes == (
        "2 files of eye positions belong to no image, or to one that has several; the first is "
        "annotations/s1/NIR/00001/001.pos",
    )


def test_files_that_belong_to_no_image_are_counted(tmp_path):
    root = tmp_path / "set"
    write_images(root, *SOURCES)
    for k in range(48):
        write_eyes(root / "annotations", f"s1/NIR/00002/{k:03}.bmp", 1)
    images, notes = read(root, tmp_path / "cache")
    assert np.isnan(left_x(images)).all()
    assert [note.startswith("48 files of eye positions belong to no image") for note in notes] == [
        True
    ]


def test_eyes_of_full_images_are_not_those_of_their_crops(tmp_path):
    root = tmp_path / "set"
    write_images(root, "s1/NIR/00001/001.bmp", "s1/NIR_128x128/00001/001.bmp")
    write_eyes(root, "s1/NIR_128x128/00001/001.bmp", 1)
    images, notes = read(root, tmp_path / "cache")
    assert np.isnan(images["left_x"]).all()
    assert notes == ("1 images of another rendition are not read",)
