"""Tests that packed images and files of the same images are aligned in the same way."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from faces import packed
from faces.align import align_face, find_eyes
from faces.aligned import PIXELS_AT_ONCE, SEVERAL, align_all, align_folder, workers_for
from faces.common.errors import DataError
from faces.common.parallel import process_pool
from faces.common.progress import silent
from faces.luminance import luminance
from faces.manifest import COLUMNS
from faces.photographs import MAX_PIXELS
from faces.sources import EYE_COLUMNS, Files, in_channels, read_checked
from faces.synthetic import render
from tests.faces.test_synthetic_eyes import landmarks_file

SIDE_PX = 128
CROP_PX = 48
SHIPPED = 1  # the VIS row whose eyes come with it


@pytest.fixture(scope="module")
def photographs() -> dict[str, list[np.ndarray]]:
    """Two people and one picture of nobody, in each spectrum."""
    nobody = np.full((SIDE_PX, SIDE_PX, 1), 90, np.uint8)
    return {
        "VIS": [render(5000, 0, "VIS", SIDE_PX), render(5001, 0, "VIS", SIDE_PX),
                np.repeat(nobody, 3, axis=2)],
        "NIR": [render(5000, 1, "NIR", SIDE_PX), render(5001, 1, "NIR", SIDE_PX), nobody],
    }  # fmt: skip


@pytest.fixture(scope="module")
def on_disk(photographs, tmp_path_factory):
    """The photographs as PNG files with their manifest's table; NIR is stored as RGB."""
    root, rows = tmp_path_factory.mktemp("files"), []
    for spectrum, images in photographs.items():
        for row, image in enumerate(images):
            source = f"{spectrum}-{row}.png"
            Image.fromarray(in_channels(image, 3)).save(root / source)
            sha256 = hashlib.sha256((root / source).read_bytes()).hexdigest()
            eyes = (
                (40.0, 50.0, 90.0, 52.0) if (spectrum, row) == ("VIS", SHIPPED) else (np.nan,) * 4
            )
            who = (source, f"s{row}", spectrum, "", "1")
            rows.append((*who, SIDE_PX, SIDE_PX, sha256, *eyes))
    return root, pd.DataFrame(rows, columns=COLUMNS)


def align(on_disk, out, workers=1):
    root, table = on_disk
    spectra = {spectrum: Files(root, table, spectrum) for spectrum in ("VIS", "NIR")}
    align_all(spectra, out, landmarks_file(), side_px=CROP_PX, workers=workers, progress=silent)
    return {spectrum: packed.read(out / spectrum) for spectrum in spectra}


def test_files_give_the_crops_that_their_pixels_give(on_disk, photographs, tmp_path):
    made = align(on_disk, tmp_path)
    for spectrum, images in photographs.items():
        crops = made[spectrum]
        assert crops.images.shape == (3, CROP_PX, CROP_PX, 3 if spectrum == "VIS" else 1)
        assert crops.index["source"].to_list() == [f"{spectrum}-{row}.png" for row in range(3)]
        assert crops.index["found"].to_list() == [True, True, False]
        for row in (0, 1):
            eyes = find_eyes(images[row])
            if (spectrum, row) == ("VIS", SHIPPED):
                eyes = np.array([[40, 50], [90, 52]], np.float32)
            np.testing.assert_array_equal(crops.images[row], align_face(images[row], eyes, CROP_PX))
        assert not crops.images[2].any()


def test_shipped_eyes_are_counted_and_failures_listed(on_disk, tmp_path):
    made = align(on_disk, tmp_path)
    counts = json.loads((tmp_path / "detection.json").read_text())
    for spectrum in ("VIS", "NIR"):
        attempts = made[spectrum].index["attempt"].to_list()
        expected = {
            name: attempts.count(name) for name in ("shipped", "first", "upsampled", "none")
        }
        assert counts[spectrum] == {"images": 3} | expected
    assert made["VIS"].index["attempt"][SHIPPED] == "shipped"
    failed = packed.read_table(tmp_path / "failures.csv")
    assert failed["source"].to_list() == ["VIS-2.png", "NIR-2.png"]


def test_photographs_with_several_faces_are_listed(on_disk, photographs, tmp_path):
    """Two of the photographs stand side by side, in both spectra; no other table names them."""
    align(on_disk, tmp_path / "alone")
    assert not (tmp_path / "alone" / SEVERAL).exists()
    columns = packed.read(tmp_path / "alone" / "VIS").index.columns.to_list()
    root, table = shutil.copytree(on_disk[0], tmp_path / "root"), on_disk[1].copy()
    for spectrum, images in photographs.items():
        source = f"{spectrum}-0.png"
        Image.fromarray(in_channels(np.hstack(images[:2]), 3)).save(root / source)
        sha256 = hashlib.sha256((root / source).read_bytes()).hexdigest()
        table.loc[table["source"] == source, ["width_px", "sha256"]] = 2 * SIDE_PX, sha256
    made = align((root, table), tmp_path / "together")
    several = pd.read_csv(tmp_path / "together" / SEVERAL, dtype=str)
    assert several.to_dict("records") == [
        {"subject": "s0", "spectrum": spectrum, "shot": "1", "source": f"{spectrum}-0.png",
         "faces": "2"}
        for spectrum in ("VIS", "NIR")
    ]  # fmt: skip
    assert made["VIS"].index["found"][0]
    assert made["VIS"].index.columns.to_list() == columns


@given(
    pixels=st.lists(st.integers(1, MAX_PIXELS), min_size=1, max_size=3), workers=st.integers(1, 64)
)
def test_workers_together_hold_a_bounded_number_of_pixels(pixels, workers):
    spectra = [
        Files(Path(), pd.DataFrame({"spectrum": ["VIS", "NIR", "VIS"], "width_px": [1, 1, one],
                                    "height_px": [1, MAX_PIXELS, 1]}), "VIS")
        for one in pixels
    ]  # fmt: skip
    number = workers_for(spectra, workers)
    assert number * max(pixels) <= PIXELS_AT_ONCE
    assert 1 <= number <= workers
    assert number == workers or (number + 1) * max(pixels) > PIXELS_AT_ONCE


def test_fewer_workers_start_for_large_photographs(on_disk, tmp_path, monkeypatch):
    started = []

    def pool(workers):
        started.append(workers)
        return process_pool(workers)

    monkeypatch.setattr("faces.aligned.process_pool", pool)
    align(on_disk, tmp_path / "all", workers=3)
    monkeypatch.setattr("faces.aligned.PIXELS_AT_ONCE", 2 * SIDE_PX**2)
    align(on_disk, tmp_path / "fewer", workers=3)
    assert started == [3, 2]
    files = sorted(path.name for path in tmp_path.glob("all/*/images.npy"))
    assert files
    for path in tmp_path.glob("all/*/images.npy"):
        other = tmp_path / "fewer" / path.relative_to(tmp_path / "all")
        assert other.read_bytes() == path.read_bytes()


MEASURE = """
import sys
from pathlib import Path
import numpy as np
from faces.align import align_face
from faces.eye_finder import EyeFinder
from faces.sources import read_checked, in_channels

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return [1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")][0]

root, source, sha256, channels, predictor = sys.argv[1:]
finder = EyeFinder(Path(predictor))
finder.find(np.zeros((1440, 1440, 3), np.uint8))
before = peak()
pixels = in_channels(read_checked(Path(root), source, sha256), int(channels))
assert finder.find(pixels).eyes is None
align_face(pixels, np.array([[1400, 1400], [2600, 1500]]), 112)
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
@pytest.mark.parametrize(("mode", "channels"), [("RGB", 1), ("RGBA", 3)])
def test_a_photograph_needs_at_most_16_bytes_per_pixel(tmp_path, mode, channels):
    """12 megapixels without a face; what any search needs is there before."""
    width_px, height_px = 4000, 3000
    Image.new(mode, (width_px, height_px), 99).save(tmp_path / "large.png")
    sha256 = hashlib.sha256((tmp_path / "large.png").read_bytes()).hexdigest()
    arguments = [tmp_path, "large.png", sha256, channels, landmarks_file()]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, arguments)], capture_output=True, text=True,
        check=True, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert int(done.stdout) < 16 * width_px * height_px + 30e6


def test_workers_change_no_byte(on_disk, tmp_path):
    for workers in (1, 2):
        align(on_disk, tmp_path / str(workers), workers)
    for path in (tmp_path / "1").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "2" / path.relative_to(tmp_path / "1")).read_bytes()


def test_packed_people_and_their_files_are_aligned_alike(on_disk, photographs, tmp_path):
    index = pd.DataFrame({"subject": ["s0", "s1", "s2"], "spectrum": "NIR", "shot": "1"})
    packed.write(tmp_path / "in" / "NIR", np.stack(photographs["NIR"]), index)
    align_folder(
        tmp_path / "in",
        tmp_path / "packed",
        landmarks_file(),
        side_px=CROP_PX,
        workers=1,
        progress=silent,
    )
    from_files = align(on_disk, tmp_path / "files")["NIR"]
    from_packed = packed.read(tmp_path / "packed" / "NIR")
    np.testing.assert_array_equal(from_packed.images, from_files.images)
    for name in ("found", "attempt", *EYE_COLUMNS):
        pd.testing.assert_series_equal(from_packed.index[name], from_files.index[name])


@pytest.mark.parametrize("change", ["bytes", "gone"])
def test_a_file_that_changed_since_it_was_read_is_named(on_disk, tmp_path, change):
    root, table = on_disk
    line = table.iloc[0]
    target = tmp_path / line["source"]
    if change == "bytes":
        data = bytearray((root / line["source"]).read_bytes())
        data[-20] ^= 1
        target.write_bytes(bytes(data))
    with pytest.raises(DataError, match=rf"{line['source']}.*run the command again"):
        read_checked(tmp_path, line["source"], line["sha256"])


def test_channels():
    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (5, 7, 3), np.uint8)
    grey = colour[..., :1]
    np.testing.assert_array_equal(in_channels(colour, 3), colour)
    np.testing.assert_array_equal(in_channels(colour, 1), luminance(colour))
    np.testing.assert_array_equal(in_channels(grey, 3), np.dstack([grey] * 3))
    np.testing.assert_array_equal(in_channels(grey, 1), grey)
