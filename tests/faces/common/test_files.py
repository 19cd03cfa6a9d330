"""Tests what permissions written files have, and what happens on disks that cannot flush."""

import errno
import os
import stat
import tempfile
from pathlib import Path

import pytest

from faces.common.files import copy, sync, write_text, written_aside


@pytest.fixture
def umask():
    """Return a function that sets the umask; it is put back after the test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def replace_as_libraries_do(aside: Path) -> None:
    """Write as safetensors does: a new file that only we can read, renamed."""
    descriptor, name = tempfile.mkstemp(dir=aside.parent)
    os.write(descriptor, b"new")
    os.close(descriptor)
    os.replace(name, aside)


@pytest.mark.parametrize("mask", [0o022, 0o002, 0o077, 0o027, 0o000])
def test_a_written_file_has_the_permissions_that_the_umask_leaves(tmp_path, umask, mask):
    umask(mask)
    write_text(tmp_path / "text", "new")
    copy(tmp_path / "text", tmp_path / "copy")
    with written_aside(tmp_path / "replaced") as aside:
        replace_as_libraries_do(aside)
    assert {path.name: mode(path) for path in tmp_path.iterdir()} == dict.fromkeys(
        ("text", "copy", "replaced"), 0o666 & ~mask
    )
    assert {path.read_text() for path in tmp_path.iterdir()} == {"new"}


def test_a_copy_replaces_a_file_of_the_same_inode_number(tmp_path, monkeypatch):
    (tmp_path / "from").write_text("new")
    (tmp_path / "to").write_text("old")
    monkeypatch.setattr(os.path, "samestat", lambda *_: True)
    copy(tmp_path / "from", tmp_path / "to")
    assert (tmp_path / "to").read_text() == "new"


def failing_fsync(monkeypatch, number: int, of_folders: bool) -> None:
    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) == of_folders:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_folder_that_cannot_be_flushed_is_no_error(tmp_path, monkeypatch, number):
    failing_fsync(monkeypatch, number, of_folders=True)
    write_text(tmp_path / "text", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
def test_a_file_that_cannot_be_flushed_is_one_and_leaves_the_old_file(
    tmp_path, monkeypatch, number
):
    write_text(tmp_path / "text", "old")
    failing_fsync(monkeypatch, number, of_folders=False)
    with pytest.raises(OSError, match=os.strerror(number)):
        write_text(tmp_path / "text", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["text"]
    assert (tmp_path / "text").read_text() == "old"


def test_a_disk_that_fails_while_a_folder_is_flushed_is_one(tmp_path, monkeypatch):
    failing_fsync(monkeypatch, errno.EIO, of_folders=True)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        sync(tmp_path)
