"""Tests that `faces` finds and checks its landmark file."""

import shutil

import numpy as np
import pytest

from faces import align
from faces.common.errors import MissingError, TamperedError
from faces.weights import lookup
from faces.weights.table import FIXED_NETWORKS

(LANDMARKS,) = (weight for weight in FIXED_NETWORKS if weight.name == align.LANDMARKS)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder that `find_eyes` uses."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    align._default_finder.cache_clear()
    (tmp_path / "weights").mkdir()
    yield tmp_path
    align._default_finder.cache_clear()


def find():
    return align.find_eyes(np.zeros((40, 40, 1), np.uint8))


def test_the_installed_file_is_used(cache):
    assert find() is None  # no face in black, and no error


def test_a_file_put_by_hand_is_used_before_the_installed_one(cache):
    installed = lookup.checked_file(LANDMARKS, cache)
    put = cache / "weights" / LANDMARKS.original_name
    shutil.copyfile(installed, put)
    assert lookup.checked_file(LANDMARKS, cache) == put


@pytest.mark.parametrize("spoil", ["one bit", "half", "empty", "page"])
def test_another_file_is_refused_with_its_name(cache, spoil):
    content = bytearray(lookup.checked_file(LANDMARKS, cache).read_bytes())
    if spoil == "one bit":
        content[len(content) // 2] ^= 1
    spoilt = {
        "one bit": bytes(content),
        "half": bytes(content[: len(content) // 2]),
        "empty": b"",
        "page": b"<!doctype html><title>404</title>",
    }[spoil]
    put = cache / "weights" / LANDMARKS.original_name
    put.write_bytes(spoilt)
    with pytest.raises(TamperedError, match=f"{put}: not the weights of dlib-landmarks-5"):
        find()


def test_a_missing_file_is_told_with_the_command(cache, monkeypatch):
    monkeypatch.setattr(lookup, "file_in_package", lambda file: None)
    with pytest.raises(MissingError, match="bench fetch dlib-landmarks-5"):
        find()


def test_an_installed_file_that_is_another_is_not_used(cache, monkeypatch, tmp_path):
    other = tmp_path / "other.dat"
    other.write_bytes(b"other")
    monkeypatch.setattr(lookup, "file_in_package", lambda file: other)
    with pytest.raises(MissingError):
        find()
