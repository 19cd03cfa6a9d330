"""Makes permissions hold for root, so that tests of closed files also run where tests run as root.

Linux gives root the right to read and write every file by two capabilities. Without them, root is
an ordinary user who owns the files of root.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER = 1, 2, 3  # capabilities(7)
PR_CAPBSET_DROP = 24  # prctl(2)
VERSION_3 = 0x20080522  # capset(2)

IS_ROOT = sys.platform == "linux" and os.geteuid() == 0
OTHER, GROUP = 12_345, 23_456  # a user and a group that no machine knows


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = tuple((f"{name}{half}", ctypes.c_uint32) for half in (0, 1)
                     for name in ("effective", "permitted", "inheritable"))  # fmt: skip


@contextmanager
def of_an_ordinary_user() -> Iterator[None]:
    """Obey the permissions of files in this thread. Skips the test where that is not possible."""
    if sys.platform == "win32":
        pytest.skip("Windows has no such permissions")
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root can read every file")
    libc, header, sets = ctypes.CDLL(None, use_errno=True), _Header(VERSION_3, 0), _Sets()
    assert libc.capget(ctypes.byref(header), ctypes.byref(sets)) == 0
    before = sets.effective0
    sets.effective0 &= ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH | 1 << FOWNER)
    assert libc.capset(ctypes.byref(header), ctypes.byref(sets)) == 0
    try:
        yield
    finally:
        sets.effective0 = before
        assert libc.capset(ctypes.byref(header), ctypes.byref(sets)) == 0


def become_an_ordinary_user(group: int | None = None) -> None:
    """Give up root's rights in a new process, before its program starts (`preexec_fn`).

    The user stays root, who can enter the interpreter's folder, but has no right to files of OTHER.
    """
    libc = ctypes.CDLL(None)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER):
        assert libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
    os.setgroups([])
    if group is not None:
        os.setgid(group)


def give_to_other(folder: Path) -> None:
    """Make OTHER and GROUP the owners of a folder and of all in it."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, OTHER, GROUP, follow_symlinks=False)


needs_two_users = pytest.mark.skipif(
    not IS_ROOT, reason="only root on Linux can give files to another user"
)
