"""Tests that one process at a time holds a lock, that its end frees it, and disks without locks."""

import errno
import os
import subprocess
import sys
import time

import pytest
from filelock import FileLock

from faces.common.errors import UsageError
from faces.common.locks import NO_LOCKS, locked

HOLDER = """
import sys, time
from pathlib import Path
from faces.common.locks import locked
with locked(Path(sys.argv[1]), "no remedy"):
    Path(sys.argv[2]).touch()
    time.sleep(60)
"""


def wait_for(path):
    for _ in range(1200):
        if path.exists():
            return
        time.sleep(0.05)
    pytest.fail(f"{path.name} never came")


def test_a_killed_process_frees_its_lock(tmp_path):
    held, path = tmp_path / "held", tmp_path / ".lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path), str(held)])
    try:
        wait_for(held)
        with pytest.raises(TimeoutError):
            FileLock(path).acquire(timeout=0.1)
    finally:
        holder.kill()
        holder.wait()
    with locked(path, "no remedy"):
        assert path.exists()


@pytest.mark.parametrize("number", sorted(NO_LOCKS))
def test_a_disk_without_locks_is_told_with_file_and_remedy(number, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(number, "refused")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    with (
        pytest.raises(UsageError, match=r"\.lock: this disk has no file locks; use another"),
        locked(tmp_path / ".lock", "use another"),
    ):
        pytest.fail("the lock was not held")


@pytest.mark.parametrize("number", sorted(NO_LOCKS))
def test_no_file_stands_for_a_lock_where_the_disk_has_none(number, tmp_path, monkeypatch):
    """filelock may use the existence of a file instead, which a killed process leaves behind."""

    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    for _ in range(2):
        with (
            pytest.raises(UsageError, match=r"\.lock: this disk has no file locks; use another"),
            locked(tmp_path / ".lock", "use another"),
        ):
            pytest.fail("the lock was not held")


def test_another_error_names_its_reason(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    with (
        pytest.raises(UsageError, match=r"cannot be written \(Read-only file system\)"),
        locked(tmp_path / ".lock", "use another"),
    ):
        pytest.fail("the lock was not held")
