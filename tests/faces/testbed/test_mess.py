"""Tests every specimen with Pillow and with stat: it is of the kind that its name says."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps, UnidentifiedImageError

from faces.photographs import decode
from faces.testbed import layouts, mess

LOOKS = {
    "image": {"RGB", "L"},
    "cmyk": {"CMYK"},
    "16-bit-png": {"I;16"},
    "16-bit-tiff": {"I;16"},
    "palette": {"P"},
    "alpha": {"RGBA"},
    "rotated": {"RGB"},
}


def paths(written, state: str) -> list[Path]:
    rows = written.named(state=state)
    return [
        written.root / os.fsdecode(source.encode().replace(b"\\xff", b"\xff"))
        for source in rows["source"]
    ]


@pytest.fixture(params=layouts.names())
def messy(tree, request):
    return tree(request.param, True)


def test_every_kind_is_there(messy):
    counts = messy.truth["state"].value_counts().to_dict()
    counts.pop("image")
    assert counts == dict.fromkeys(mess.SPECIMEN_KINDS, mess.COPIES)
    assert set(LOOKS) == mess.READABLE


def test_the_mess_takes_no_image_away(tree):
    def images(written):
        return written.named(state="image")[["subject", "spectrum", "shot"]].to_numpy().tolist()

    for name in layouts.names():
        assert sorted(images(tree(name, True))) == sorted(images(tree(name, False)))


def test_suffixes_are_upper_case_at_times(messy):
    suffixes = {path.suffix for path in paths(messy, "image")}
    assert {suffix.lower() for suffix in suffixes} < suffixes


@pytest.mark.parametrize("state", LOOKS)
def test_odd_images_are_good_images(tree, state):
    for path in paths(tree("folders", True), state):
        with Image.open(path) as image:
            image.load()
            assert image.mode in LOOKS[state]
        assert decode(path).std() > 10


def test_a_rotated_image_is_seen_upright(tree):
    for path in paths(tree("oulu", True), "rotated"):
        with Image.open(path) as image:
            assert image.height > image.width  # it lies on its side
            upright = np.asarray(ImageOps.exif_transpose(image))
        assert upright.shape[1] > upright.shape[0]
        assert (decode(path) == upright).all()


@pytest.mark.parametrize("state", ["empty", "web-page", "unreadable"])
def test_what_is_no_image(tree, state):
    for path in paths(tree("casia", True), state):
        if os.access(path, os.R_OK):
            with pytest.raises(UnidentifiedImageError):
                Image.open(path)


@pytest.mark.parametrize("state", ["truncated-jpg", "truncated-bmp"])
def test_half_copies_begin_well(tree, state):
    for path in paths(tree("casia", True), state):
        with pytest.raises(OSError, match=r"(?i)truncated"), Image.open(path) as image:
            image.load()


@pytest.mark.parametrize("state", ["bomb-png", "bomb-bmp"])
def test_bombs_are_small_files_and_promise_900_million_pixels(tree, state):
    for path in paths(tree("casia", True), state):
        assert path.stat().st_size < 2000
        with pytest.raises(Image.DecompressionBombError, match="900000000 pixels"):
            Image.open(path)


def test_what_is_no_ordinary_file(messy):
    assert all(path.is_dir() for path in paths(messy, "folder"))
    for path in paths(messy, "dangling-link"):
        assert path.is_symlink()
        assert not path.exists()
    for path in paths(messy, "unreadable"):
        assert stat.S_IMODE(path.stat().st_mode) == 0
    for path in paths(messy, "odd-name"):
        with pytest.raises(UnicodeDecodeError):
            os.fsencode(path).decode()
        assert decode(path).std() > 10  # only its name is odd
    for path in paths(messy, "one-pixel"):
        with Image.open(path) as image:
            assert image.size == (1, 1)
    for path in paths(messy, "stray"):
        assert path.relative_to(messy.root).parts[0] == "unsorted"
        assert decode(path).std() > 10
