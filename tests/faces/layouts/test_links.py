"""Links in data sets: all are followed, except those that lead upwards, at a bounded cost."""

import os
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest

from faces.layouts import links
from faces.layouts.tree import Tree, walk

UPWARDS = "a link to a folder above it"
REPEATED = f"a link to a folder that was read under {links.MOST_PATHS} other paths"


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def paths_by_recursion(root: Path) -> set[str]:
    """Return every path to a file that passes no folder twice, nor one that holds another."""
    found = set()

    def enter(folder: Path, way: list[Path]) -> None:
        real = folder.resolve()
        if folder.is_symlink() and any(passed.is_relative_to(real) for passed in way):
            return
        for entry in folder.iterdir():
            if entry.is_dir():
                enter(entry, [*way, real])
            else:
                found.add(entry.relative_to(root).as_posix())

    enter(root, [])
    return found


def random_tree(root: Path, seed: int) -> None:
    """Make some folders with an image each, and links from random folders to random folders."""
    rng = np.random.default_rng(seed)
    folders = [root]
    for number in range(5):
        folders.append(folders[rng.integers(len(folders))] / f"f{number}")
        touch(folders[-1] / "1.png")
    for number in range(4):
        link(folders[rng.integers(6)] / f"l{number}", folders[rng.integers(6)])


@pytest.mark.parametrize("seed", range(40))
def test_the_paths_are_those_of_a_plain_recursion(tmp_path, seed, monkeypatch):
    monkeypatch.setattr(links, "MOST_PATHS", 10**6)
    random_tree(tmp_path / "set", seed)
    tree = walk(tmp_path / "set")
    assert set(tree.images) == paths_by_recursion(tmp_path / "set")
    assert set(tree.refused.values()) <= {UPWARDS}


@pytest.mark.parametrize("originals", ["AAA", "zzz"])  # read before or after the view
def test_a_view_of_links_is_read_beside_the_originals(tmp_path, originals):
    for person in ("1", "2"):
        for spectrum in ("NIR", "VIS"):
            touch(tmp_path / originals / person / spectrum / "1.png")
            link(tmp_path / spectrum / person, tmp_path / originals / person / spectrum)
    tree = walk(tmp_path)
    view = {f"{spectrum}/{person}/1.png" for spectrum in ("NIR", "VIS") for person in ("1", "2")}
    assert {path for path in tree.images if not path.startswith(originals)} == view
    assert len(tree.images) == 8
    assert tree.refused == {}


def test_links_to_folders_above_lead_in_no_circle(tmp_path):
    root, other = tmp_path / "set", tmp_path / "other disk"
    touch(root / "VIS/a/1.png")
    touch(other / "deep/2.png")
    link(root / "NIR", other)
    targets = {"VIS/up": tmp_path, "VIS/root": root, "VIS/a/self": root / "VIS/a"}
    for source, target in targets.items():
        link(root / source, target)
    link(other / "deep/back", root)
    link(other / "deep/own", other)
    tree = walk(root)
    assert set(tree.images) == {"VIS/a/1.png", "NIR/deep/2.png"}
    assert set(tree.refused) == {*targets, "NIR/deep/back", "NIR/deep/own"}
    assert set(tree.refused.values()) == {UPWARDS}


def test_a_name_that_begins_like_another_is_not_below_it(tmp_path):
    touch(tmp_path / "VIS/a/1.png")
    touch(tmp_path / "VIS/ab/2.png")
    link(tmp_path / "VIS/ab/more", tmp_path / "VIS/a")
    assert "VIS/ab/more/1.png" in walk(tmp_path).images


def mutual(root: Path, number: int) -> None:
    """Make folders, each with an image and a link to every other folder."""
    for own in range(number):
        touch(root / f"{own}/1.png")
        for other in set(range(number)) - {own}:
            link(root / f"{own}/to{other}", root / f"{other}")


def test_three_folders_that_link_each_other_have_every_order(tmp_path):
    mutual(tmp_path, 3)
    expected = {
        "/".join([str(order[0]), *(f"to{other}" for other in order[1:]), "1.png"])
        for length in (1, 2, 3)
        for order in permutations(range(3), length)
    }
    assert set(walk(tmp_path).images) == expected


def numbers_of_paths(tree: Tree, root: Path) -> dict[str, int]:
    """Count the paths to every real image."""
    reals = [os.path.realpath(root / source) for source in tree.images]
    return {real: reals.count(real) for real in reals}


def test_many_folders_that_link_each_other_end_soon(tmp_path):
    """25 folders have more than 10^25 paths; every link is followed once, so each is linked 24x."""
    mutual(tmp_path, 25)
    tree = walk(tmp_path)
    assert len(tree.images) == 25 * 25
    assert set(numbers_of_paths(tree, tmp_path).values()) == {25}


def test_a_chain_of_double_links_ends_soon(tmp_path):
    """40 folders, each with two links to the next one, have 2^40 paths to the last."""
    for number in range(40):
        touch(tmp_path / f"{number:02}/1.png")
    for one, next_one in pairwise(range(40)):
        for name in ("left", "right"):
            link(tmp_path / f"{one:02}" / name, tmp_path / f"{next_one:02}")
    tree = walk(tmp_path)
    counts = numbers_of_paths(tree, tmp_path)
    assert [counts[str(tmp_path.resolve() / f"{number:02}/1.png")] for number in range(5)] == [
        1, 1 + 2, 1 + 2 + 4, 1 + 2 + 4 + 8, 1 + links.MOST_PATHS,
    ]  # fmt: skip
    assert max(counts.values()) == 1 + links.MOST_PATHS
    assert set(tree.refused.values()) == {REPEATED}


def test_the_paths_with_the_fewest_links_are_kept(tmp_path):
    """Twenty views link a folder that links the only image; so does the last name."""
    touch(tmp_path / "other disk/1/1.png")
    link(tmp_path / "shared/1", tmp_path / "other disk/1")
    root = tmp_path / "set"
    for number in range(20):
        link(root / f"a{number:02}", tmp_path / "shared")
    link(root / "z", tmp_path / "other disk/1")
    tree = walk(root)
    assert "z/1.png" in tree.images
    assert len(tree.images) == links.MOST_PATHS
    assert len(tree.refused) == 1


@pytest.mark.parametrize("numbers", [(7, 7, 7, 7), (1, 2, 2, 2), (2, 1, 2, 1)])
def test_equal_inode_numbers_lose_no_folder(tmp_path, numbers, monkeypatch):
    """Union and network file systems: siblings, or a folder and its parent, share a number."""
    names = ["set", "set/VIS", "set/VIS/a", "set/VIS/b"]
    for name in names:
        touch(tmp_path / name / "1.png")
    inodes = {str(tmp_path / name): number for name, number in zip(names, numbers, strict=True)}
    true_stat = os.stat

    def stat(path, **options):
        found = true_stat(path, **options)
        number = inodes.get(os.path.realpath(path), found.st_ino)
        return os.stat_result((found.st_mode, number, *found[2:]))

    monkeypatch.setattr(os, "stat", stat)
    tree = walk(tmp_path / "set")
    assert len(tree.images) == 4
    assert tree.refused == {}
