"""Tests that data sets are read once, and that wrong stored results are not used."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from faces import layouts
from faces.common.progress import silent
from faces.manifest import File, Manifest, check_files, read_stored, stored_path

OLD_NS = 10**18
SIDE_PX = 24


def write_image(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    settle(path)


def settle(path: Path, later_ns: int = 0) -> None:
    """Make a file old: the results of files that were just written are not stored yet."""
    os.utime(path, ns=(OLD_NS, OLD_NS + later_ns))


@pytest.fixture
def root(tmp_path):
    """Six images of two people, one broken file, one file of eyes."""
    root = tmp_path / "set"
    for number, name in enumerate(["VIS/a/1.png", "VIS/a/2.bmp", "VIS/b/1.tif",
                                   "NIR/a/1.png", "NIR/b/1.png", "NIR/b/2.png"]):  # fmt: skip
        write_image(root / name, number)
    (root / "NIR/b/3.jpg").write_bytes(b"no image at all")
    settle(root / "NIR/b/3.jpg")
    (root / "VIS/a/1.pos").write_text("20 10 4 11\n")
    settle(root / "VIS/a/1.pos")
    return root


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def read(root: Path, cache: Path, workers: int = 1) -> Manifest:
    return layouts.read("folders", root, cache, workers=workers)


def same_again(path: Path, data: bytes) -> None:
    """Replace a file's bytes without changing its size and modification time."""
    status = path.stat()
    path.write_bytes(data)
    assert path.stat().st_size == status.st_size
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_second_read_opens_no_unchanged_file(root, cache):
    first = read(root, cache)
    for path in root.rglob("*.*"):
        same_again(path, bytes(path.stat().st_size))
    second = read(root, cache)
    pd.testing.assert_frame_equal(second.images, first.images)
    pd.testing.assert_frame_equal(second.refused, first.refused)
    assert second.digest == first.digest
    with pytest.raises(layouts.DataError):  # without the memory the damage is seen
        read(root, cache / "elsewhere")


def test_a_second_read_opens_only_the_stored_results(root, cache):
    """The interpreter's audit hook reports every file that is opened."""
    program = (
        "import sys, json; from pathlib import Path; from faces import layouts\n"
        "root, cache = map(Path, sys.argv[1:]); opened = []\n"
        "layouts.LAYOUTS.get('casia')\n"
        "hear = lambda event, args: opened.append(str(args[0])) if event == 'open' else None\n"
        "sys.addaudithook(hear)\n"
        "for _ in range(2):\n"
        "    opened.clear(); layouts.read('folders', root, cache, workers=1)\n"
        "    print(json.dumps([name for name in opened if name.startswith(str(root))]))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program, str(root), str(cache)],
                          env=environment, capture_output=True, text=True, check=True)  # fmt: skip
    first, second = map(json.loads, done.stdout.splitlines())
    assert len(first) == 8
    assert second == []


@pytest.mark.parametrize("changed_property", ["size", "time"])
def test_a_changed_file_is_read_again(root, cache, changed_property):
    before = read(root, cache).images.set_index("source")["sha256"]
    path = root / "VIS/a/1.png"
    if changed_property == "size":
        path.write_bytes(path.read_bytes() + b" ")
        settle(path)
    else:
        write_image(path, 99)
        settle(path, later_ns=1)
    after = read(root, cache).images.set_index("source")["sha256"]
    changed = list(before.index[before != after])
    assert changed == ["VIS/a/1.png"]
    assert after["VIS/a/1.png"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_changed_eyes_are_read_again(root, cache):
    assert eyes_of(read(root, cache)) == [4, 11, 20, 10]
    path = root / "VIS/a/1.pos"
    path.write_text("20 10 5 11\n")
    settle(path, later_ns=1)
    assert eyes_of(read(root, cache)) == [5, 11, 20, 10]
    path.unlink()
    assert np.isnan(eyes_of(read(root, cache))).all()


def eyes_of(manifest: Manifest, source: str = "VIS/a/1.png") -> list[float]:
    row = manifest.images.set_index("source").loc[source]
    return [row["left_x"], row["left_y"], row["right_x"], row["right_y"]]


def test_new_and_vanished_files_are_noticed(root, cache):
    before = read(root, cache)
    write_image(root / "NIR/c/deep/1.png", 50)
    (root / "VIS/b/1.tif").unlink()
    after = read(root, cache)
    assert set(after.images["source"]) ^ set(before.images["source"]) == {
        "NIR/c/deep/1.png", "VIS/b/1.tif"}  # fmt: skip
    assert after.digest != before.digest


def test_a_file_of_this_moment_is_not_remembered(root, cache):
    path = root / "VIS/a/1.png"
    path.touch()
    read(root, cache)
    data = path.read_bytes()
    write_image(path, 98)
    other = path.read_bytes()
    path.write_bytes(data)
    path.touch()
    read(root, cache)
    status = path.stat()
    path.write_bytes(other[: len(data)].ljust(len(data)))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    table = read(root, cache)
    found = dict(zip(table.images["source"], table.images["sha256"], strict=True))
    assert found.get("VIS/a/1.png") in (None, hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize("ahead_seconds", [1, 60, 3600, 10**5, 10**9])
@pytest.mark.parametrize("name", ["VIS/a/1.png", "VIS/a/1.pos", "NIR/b/3.jpg"])
def test_a_time_in_the_future_is_remembered_like_others(root, cache, name, ahead_seconds):
    """Cameras and archives set such times; the file is not being written."""
    later_ns = time.time_ns() + ahead_seconds * 10**9
    os.utime(root / name, ns=(later_ns, later_ns))
    first = read(root, cache)
    for path in root.rglob("*.*"):
        same_again(path, bytes(path.stat().st_size))
    assert read(root, cache).digest == first.digest


@pytest.mark.parametrize("ahead_seconds", [0, 1, 60, 3600])
def test_a_file_being_written_on_a_disk_whose_clock_is_ahead_is_not(
    root, cache, monkeypatch, ahead_seconds
):
    """What is written next can get the same time: that is seen, since nothing was remembered."""
    path = root / "VIS/a/1.png"
    path.write_bytes(path.read_bytes())  # its times are those of a clock that is ahead of ours
    now_ns = path.stat().st_mtime_ns - ahead_seconds * 10**9
    monkeypatch.setattr("faces.manifest.time.time_ns", lambda: now_ns)
    read(root, cache)
    remembered = {file.source for file in read_stored(stored_path(cache, root, "folders"))}
    assert remembered == {"VIS/a/2.bmp", "VIS/b/1.tif", "NIR/a/1.png", "NIR/b/1.png",
                          "NIR/b/2.png", "NIR/b/3.jpg"}  # fmt: skip


def test_temporary_faults_are_not_stored(root, cache):
    """A file that vanished between listing and reading, as on an unreliable network disk."""
    path = root / "VIS/a/1.png"
    status, data = path.stat(), path.read_bytes()
    file, broken = (File(name, status.st_size, OLD_NS) for name in ("VIS/a/1.png", "NIR/b/3.jpg"))
    path.unlink()
    wrong = "not a BMP, JPEG, PNG or TIFF image"
    expected = {"VIS/a/1.png": "no such file", "NIR/b/3.jpg": wrong}
    assert check(root, cache, [file, broken]) == expected
    assert list(read_stored(cache / "stored")) == [broken]
    path.write_bytes(data)
    assert check(root, cache, [file]) == {"VIS/a/1.png": ""}


def check(root: Path, cache: Path, files: list[File]) -> dict[str, str]:
    checked, fault = check_files(root, files, cache / "stored", workers=1, progress=silent)
    assert not fault
    return {source: found.reason for source, found in checked.items()}


def damaged(text: bytes, damage: str) -> bytes:
    if damage == "empty":
        return b""
    if damage == "halved":
        return text[: len(text) // 2]
    if damage == "binary":
        return bytes(range(256)) * 9
    array = bytearray(text)
    place = text.index(b"VIS/a/2") if damage == "renamed" else len(text) // 2
    array[place] ^= 1
    return bytes(array)


@pytest.mark.parametrize("damage", ["empty", "halved", "binary", "flipped", "renamed"])
def test_damaged_stored_results_are_rebuilt(root, cache, damage):
    expected = read(root, cache)
    path = stored_path(cache, root, "folders")
    sound = path.read_bytes()
    path.write_bytes(damaged(sound, damage))
    assert read(root, cache).digest == expected.digest
    assert path.read_bytes() == sound


def test_edited_stored_results_are_not_used(root, cache):
    """The stored results are edited by hand, and their hash is not."""
    expected = read(root, cache)
    path = stored_path(cache, root, "folders")
    sha256 = expected.images["sha256"][0]
    path.write_text(path.read_text().replace(sha256, "0" * 64))
    assert read(root, cache).digest == expected.digest


def test_the_memory_of_another_reader_is_not_believed(root, cache, monkeypatch):
    read(root, cache)
    for path in root.rglob("*.png"):
        same_again(path, bytes(path.stat().st_size))
    monkeypatch.setattr("faces.manifest.READER", "another")
    assert len(read(root, cache).images) == 2


def test_a_memory_that_cannot_be_written_stops_nobody(root, cache):
    cache.write_text("a file where the folder should be")
    manifest = read(root, cache)
    assert len(manifest.images) == 6
    assert "read anew each time" in manifest.notes[0]
    assert cache.read_text() == "a file where the folder should be"


def test_no_temporary_file_is_left(root, cache):
    read(root, cache)
    assert [path.name for path in cache.rglob("*") if path.is_file()] == [
        stored_path(cache, root, "folders").name
    ]


def progress_of_reading(root: Path, cache: Path) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []

    def note(done: int, total: int, values: dict) -> None:
        seen.append((done, total))

    layouts.read("folders", root, cache, workers=1, progress=note)
    return seen


def test_what_was_read_before_an_interruption_is_stored(tmp_path, cache):
    root = tmp_path / "many"
    for number in range(70):
        write_image(root / f"VIS/a/{number:03d}.png", number)

    def interrupt(done: int, total: int, values: dict) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        layouts.read("folders", root, cache, workers=1, progress=interrupt)
    assert progress_of_reading(root, cache) == [(64, 70), (70, 70)]


def test_progress_counts_every_file_once(root, cache):
    seen = progress_of_reading(root, cache)
    assert seen[0] == (0, 7)
    assert seen[-1] == (7, 7)


def test_the_digest_depends_on_the_images_alone(tmp_path, monkeypatch):
    """It does not depend on the folder's path, the number of processes, or the order on disk."""
    monkeypatch.setattr("faces.manifest.FILES_PER_TASK", 8)  # enough tasks for processes to start
    digests = set()
    folders = [f"{spectrum}/{subject}" for spectrum in ("VIS", "NIR") for subject in range(5)]
    names = [f"{folder}/{shot}.png" for folder in folders for shot in range(14)]
    for number, workers in [(0, 1), (1, 2), (2, 3)]:
        root = tmp_path / f"place {number}" / "somewhere else"
        for name in np.random.default_rng(number).permutation(names):
            write_image(root / str(name), names.index(name))
        (root / "VIS/0/0.png").write_bytes(b"broken")
        manifest = read(root, tmp_path / f"cache {number}", workers)
        assert len(manifest.images) == 139
        digests.add(manifest.digest)
    assert len(digests) == 1
    write_image(root / "VIS/0/0.png", 1000)
    assert read(root, tmp_path / "cache 0").digest not in digests


# Eye positions


def test_faulty_eyes_are_counted_and_cost_no_image(root, cache):
    for name in ("VIS/a/2", "NIR/a/1"):
        (root / f"{name}.pos").write_text("1 2 3")
    for _ in range(2):
        manifest = read(root, cache)
        assert len(manifest.images) == 6
        assert np.isnan(eyes_of(manifest, "VIS/a/2.bmp")).all()
        assert eyes_of(manifest) == [4, 11, 20, 10]
        assert manifest.notes == (
            "2 files of eye positions are not usable; the first belongs to "
            "NIR/a/1.png: its first line is not four numbers",
        )
        fault = "its first line is not four numbers"
        assert manifest.faulty_eyes == {"NIR/a/1.png": fault, "VIS/a/2.bmp": fault}
