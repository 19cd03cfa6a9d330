"""A run on an odd disk, and what other people can do with its folder and the cache.

The run is made under the umask 002. Whoever is not in its group has the same rights to it as to one
made under 022: to read everything, and to write nothing.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.bench.conftest import start
from tests.permissions import (
    GROUP,
    IS_ROOT,
    become_an_ordinary_user,
    give_to_other,
    needs_two_users,
)

ODD_DISK = Path(__file__).parents[1] / "odd_disk"
SMALLEST = {
    "variants": '["A"]',
    "data__subjects": 6,
    "data__unseen_subjects": 3,
    "data__vis_per_subject": 3,
    "data__nir_per_subject": 3,
    "data__held_out_vis": 1,
    "data__held_out_nir": 1,
    "generator__steps": 2,
    "pretrain__subjects": 3,
    "pretrain__steps": 1,
    "recognizer__steps": 1,
    "quality__images": 10,
    "controls__sets": "[]",
    "controls__nir_curve": "[]",
    "controls__fakes_curve": "[]",
    "controls__nir_statistics": "false",
    "controls__external": "false",
}


def on_an_odd_disk(*oddities: str) -> dict[str, str]:
    """Return the environment in which disks have these oddities (tests/odd_disk)."""
    root = ODD_DISK.parents[1]
    paths = os.pathsep.join([str(ODD_DISK), str(root)])
    return {"PYTHONPATH": paths, "ODD_DISK": ",".join(oddities)}


def run(out: Path, *arguments: str, **options) -> tuple[int, str]:
    """Return the exit code and the output of the smallest run."""
    process = start(out, *arguments, **SMALLEST | options)
    text, _ = process.communicate(timeout=600)
    assert "Traceback" not in text
    return process.returncode, text.strip()


def as_other_person(group: int | None = None) -> dict:
    """Return the options of a run by somebody who does not own the files."""
    return {"become": partial(become_an_ordinary_user, group)}


def in_one_line(text: str) -> str:
    """Return the line of an error, which must be the only one."""
    (line,) = [line for line in text.splitlines() if line.startswith("bench: ")]
    assert text == line
    assert "delete" not in line
    return line


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    """Return the folder of a run on an odd disk, which belongs to another person if it can."""
    out = tmp_path_factory.mktemp("shared") / "runs" / "whole"
    before = os.umask(0o002)
    try:
        code, text = run(out, environment=on_an_odd_disk("unflushed-folders", "equal-inodes"))
    finally:
        os.umask(before)
    assert code == 0, text
    if IS_ROOT:
        give_to_other(out.parent)
    return out


def modes(folder: Path) -> dict[bool, set[int]]:
    """Return the permissions of folders (True) and of files (False)."""
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for path in folder.rglob("*"):
        found[path.is_dir()].add(stat.S_IMODE(path.stat().st_mode))
    return found


@pytest.mark.parametrize(
    ("oddity", "seen"),
    [
        ("unflushed-folders", "d = os.open('.', os.O_RDONLY); os.fsync(d)"),
        ("equal-inodes", "assert os.stat('/').st_ino != os.stat('.').st_ino"),
        ("equal-inodes", "assert len({e.stat().st_ino for e in os.scandir('/')}) > 1"),
    ],
)
def test_an_odd_disk_is_odd(oddity, seen):
    """Otherwise the tests below would show nothing."""
    command = [sys.executable, "-c", f"import os; {seen}"]
    codes = [
        subprocess.run(
            command, env=os.environ | on_an_odd_disk(*oddities), stderr=subprocess.DEVNULL
        ).returncode
        for oddities in ((), (oddity,))
    ]
    assert codes == [0, 1]


@pytest.mark.parametrize(
    ("oddity", "cache", "words"),
    [
        ("no-locks", "CACHE", "CACHE/weights/.lock: this disk has no file locks; set BENCH_CACHE"),
        ("no-home", "", "cache ~/.cache: no such home folder is known; set BENCH_CACHE"),
        ("no-home", "~/x", "BENCH_CACHE ~/x: no such home folder is known; write the path in full"),
    ],
)
def test_what_a_run_lacks_is_told_in_one_line(tmp_path, oddity, cache, words):
    place = str(tmp_path / "cache")
    environment = on_an_odd_disk(oddity) | {"BENCH_CACHE": cache.replace("CACHE", place)}
    code, text = run(tmp_path / "runs" / "whole", environment=environment)
    assert code == 2
    assert in_one_line(text).startswith(f"bench: {words.replace('CACHE/', f'{place}/')}")


def test_files_and_folders_have_what_the_umask_leaves(shared):
    assert modes(shared.parent) == {True: {0o775}, False: {0o664}}


def test_the_report_is_whole(shared):
    results = json.loads((shared / "results.json").read_text(encoding="utf-8"))
    sets = {row["training_set"] for row in results["recognition"]}
    assert sets == {"real", "real+A", "real+oracle", "untuned"}
    assert not list(shared.parent.rglob("*.partial"))
    assert not list(shared.parent.rglob("*.aside"))


def test_a_stage_needs_locks_and_the_disk_of_the_run_is_named(shared, tmp_path):
    environment = on_an_odd_disk("no-locks") | {"BENCH_CACHE": str(shared.parent / "cache")}
    code, text = run(tmp_path / "runs" / "whole", environment=environment)
    assert code == 2
    assert text.splitlines()[-1].endswith(
        ".lock: this disk has no file locks; choose an --out in another folder"
    )


@needs_two_users
def test_who_may_only_read_finds_that_all_is_done(shared):
    code, text = run(shared, **as_other_person())
    assert code == 0, text
    assert text == f"All is done. Report: {shared / 'report.html'}"


@needs_two_users
def test_who_may_only_read_is_told_what_cannot_be_written(shared):
    code, text = run(shared, "--seeds", "1", **as_other_person())
    assert code == 2
    words = f"bench: --out {shared}: cannot be written (Permission denied); choose another folder"
    assert in_one_line(text) == words


@needs_two_users
@pytest.mark.parametrize(
    ("closed", "code"), [("cache/weights/dlib-face.safetensors", 4), ("stages/split-*", 5)]
)
def test_who_may_not_read_is_told_whom_to_ask(shared, closed, code):
    (path,) = shared.parent.glob(closed)
    mode = path.stat().st_mode
    path.chmod(0o700)
    try:
        found, text = run(shared, **as_other_person())
    finally:
        path.chmod(mode)
    assert found == code
    assert "cannot be read (permission denied); ask its owner" in in_one_line(text)
    assert str(path) in text


@needs_two_users
def test_people_of_one_group_work_on_one_store(shared):
    """The second makes what is missing of what the first began; the first goes on from there."""
    (stage,) = shared.parent.glob("stages/score-real+A-*/")
    shutil.rmtree(stage)
    before = os.umask(0o002)
    try:
        code, text = run(shared, **as_other_person(GROUP))
    finally:
        os.umask(before)
    assert code == 0, text
    results = json.loads((shared / "results.json").read_text(encoding="utf-8"))
    made = [row["name"] for row in results["stages"] if not row["cached"]]
    assert made == ["score:real+A:0"]
    assert modes(shared.parent) == {True: {0o775}, False: {0o664}}
    assert {path.stat().st_gid for path in shared.parent.rglob("*")} == {GROUP}
