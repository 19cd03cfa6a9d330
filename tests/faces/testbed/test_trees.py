"""Tests that a tree's table, its files on disk and what the reader finds agree."""

import os
from pathlib import Path

import pytest
from PIL import Image

from faces import testbed
from faces.common.errors import StageError, UsageError
from faces.layouts import names as readable_layouts
from faces.layouts import read
from faces.testbed import layouts, mess
from tests.faces.testbed.conftest import SMALLEST_PX, files

IMAGE_SUFFIXES = (b".bmp", b".jpg", b".jpeg", b".png", b".tiff")
EVERY_TREE = [(name, messy) for name in layouts.names() for messy in (False, True)]
PLACE_COLUMNS = ["source", "subject", "spectrum", "session", "shot"]


def test_every_layout_that_is_read_can_be_written():
    assert layouts.names() == readable_layouts()


@pytest.mark.parametrize(("name", "messy"), EVERY_TREE)
def test_the_truth_names_every_file_and_no_other(tree, name, messy):
    written = tree(name, messy)
    on_disk = {path for path in files(written.root) if path.lower().endswith(IMAGE_SUFFIXES)}
    told = {source.encode().replace(b"\\xff", b"\xff") for source in written.truth["source"]}
    assert told == on_disk
    assert len(told) == len(written.truth)


@pytest.mark.parametrize(("name", "messy"), EVERY_TREE)
def test_the_reader_finds_what_the_truth_says(tree, name, messy, tmp_path):
    written = tree(name, messy)
    manifest = read(name, written.root, tmp_path, workers=1)
    good = written.truth["state"].isin(mess.READABLE)
    expected = written.truth[good][PLACE_COLUMNS].to_numpy().tolist()
    assert manifest.images[PLACE_COLUMNS].to_numpy().tolist() == expected
    assert manifest.refused["source"].tolist() == written.truth[~good]["source"].tolist()
    sizes = manifest.images[["width_px", "height_px"]].drop_duplicates().to_numpy().tolist()
    [(width_px, height_px)] = sizes
    assert height_px == SMALLEST_PX
    assert abs(width_px - SMALLEST_PX * layouts.get(name).aspect) <= 1


@pytest.mark.parametrize("name", layouts.names())
def test_people_have_as_many_images_as_they_may(tree, name):
    truth = tree(name).truth
    counts = truth.groupby(["subject", "spectrum"]).size().unstack()
    assert len(counts) == 5
    assert counts["VIS"].between(1, 4).all()
    assert counts["NIR"].between(2, 8).all()
    assert counts["NIR"].nunique() > 1
    assert not truth.duplicated(["subject", "spectrum", "shot"]).any()


@pytest.mark.parametrize("name", layouts.names())
def test_no_two_images_are_alike_and_their_colours_are_the_spectra_s(tree, name):
    written = tree(name)
    seen = set()
    for _, row in written.truth.iterrows():
        with Image.open(written.root / row["source"]) as image:
            assert image.mode == {"VIS": "RGB", "NIR": "L"}[row["spectrum"]]
            seen.add(image.tobytes())
    assert len(seen) == len(written.truth)


def small(out: Path, name: str = "casia", **changes):
    options = {"vis_per_subject": (1, 2), "nir_per_subject": (1, 3), "side_px": SMALLEST_PX}
    return testbed.write(out, name, **({"subjects": 3, "mess": True} | options | changes))


@pytest.mark.parametrize("name", layouts.names())
def test_workers_change_no_byte(tmp_path, name):
    first = small(tmp_path / "one", name)
    second = small(tmp_path / "two", name, workers=2)
    assert first.equals(second)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_another_seed_is_another_data_set(tmp_path):
    small(tmp_path / "one", mess=False)
    small(tmp_path / "two", mess=False, seed=1)
    first, second = files(tmp_path / "one"), files(tmp_path / "two")
    alike = [path for path in first.keys() & second if first[path] == second[path]]
    assert not [path for path in alike if path.endswith(IMAGE_SUFFIXES)]


def test_an_interrupted_tree_is_completed_to_the_same_bytes(tmp_path):
    def stop(done, total, _):
        if done < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small(tmp_path / "halted", progress=stop)
    assert not (tmp_path / "halted" / "protocols").exists()
    small(tmp_path / "whole")
    missing = sorted(files(tmp_path / "whole").keys() - files(tmp_path / "halted"))
    half = tmp_path / "halted" / os.fsdecode(missing[-1])
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"as a killed worker leaves it")
    started = []
    small(tmp_path / "halted", progress=lambda done, total, _: started.append(done / total))
    assert files(tmp_path / "halted") == files(tmp_path / "whole")
    assert started[-1] == 1
    assert len(started) == 3  # two people were left, and the end is told


def test_the_same_call_again_writes_nothing(tmp_path):
    def times():
        return {path: path.lstat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))}

    first = small(tmp_path / "out", mess=False)
    before = times()
    assert small(tmp_path / "out", mess=False).equals(first)
    assert times() == before


def test_a_folder_with_anything_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        small(tmp_path)
    assert os.listdir(tmp_path) == ["notes.txt"]
    small(tmp_path / "other")
    with pytest.raises(UsageError, match="holds other rendered people"):
        small(tmp_path / "other", seed=2)


def test_a_file_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(StageError, match=r"s1/VIS/00001.*No space left"):
            small(tmp_path / "out")
    assert len(small(tmp_path / "out")) == len(small(tmp_path / "whole"))
    assert files(tmp_path / "out") == files(tmp_path / "whole")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"subjects": 0}, "subjects"),
        ({"subjects": 1000}, "subjects"),
        ({"vis_per_subject": (3, 2)}, "vis_per_subject"),
        ({"nir_per_subject": (-1, 2)}, "nir_per_subject"),
        ({"vis_per_subject": (0, 0), "nir_per_subject": (0, 0)}, "nobody"),
        ({"images": 5}, "images"),
        ({"images": 16}, "images"),
        ({"side_px": 3}, "side_px"),
        ({"seed": -1}, "seed"),
        ({"workers": 0}, "workers"),
        ({"name": "casja"}, "did you mean casia"),
    ],
)
def test_impossible_numbers_are_refused_before_anything_is_written(tmp_path, changes, word):
    with pytest.raises(UsageError, match=word):
        small(tmp_path / "out", **changes)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_data_set_as_large_as_casia(tmp_path):
    truth = testbed.write(
        tmp_path / "root", "casia", 725, vis_per_subject=(1, 22), nir_per_subject=(5, 50),
        images=17_580, side_px=SMALLEST_PX, workers=os.cpu_count() or 1,
    )  # fmt: skip
    manifest = read("casia", tmp_path / "root", tmp_path / "cache", workers=os.cpu_count() or 1)
    assert len(truth) == len(manifest.images) == 17_580
    assert manifest.images[PLACE_COLUMNS].equals(truth[PLACE_COLUMNS])
    assert manifest.refused.empty
    assert manifest.images["subject"].nunique() == 725
    assert manifest.images["sha256"].nunique() == 17_580
    counts = truth.groupby(["spectrum", "subject"]).size()
    assert counts["VIS"].between(1, 22).all()
    assert counts["NIR"].between(5, 50).all()
