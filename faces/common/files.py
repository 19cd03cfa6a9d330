"""Writes files so that they are complete once they exist: a temporary file, flushed, renamed.

Files get the permissions that the umask leaves, whatever the library that writes them chooses, so
that people who share a folder can read each other's files.
"""

import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; renames it to `path` if the block succeeds.

    The path is that of an empty file, which the block may replace.
    """
    # Two machines that share a disk may have a process of the same number.
    aside = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.aside")
    try:
        aside.touch()
        mode = mode_of(aside)
        yield aside
        give_mode(aside, mode)
        sync(aside)
        os.replace(aside, path)
        sync(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    r"""Write UTF-8 text, its line ends as they are; `path` never has only a part of it.

    A letter that stands for a byte of a file's name that is no UTF-8 text is written as \udce9.
    """
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")


def copy(source: Path, target: Path) -> None:
    """Copy a file's bytes; `target` never has only a part of them.

    shutil.copyfile would take two files for one where the disk gives both the same inode number.
    """
    with written_aside(target) as aside, open(source, "rb") as read, open(aside, "wb") as written:
        shutil.copyfileobj(read, written)


def give_mode(path: Path, mode: int) -> None:
    """Give a file these permissions, where the disk has any and the file is ours."""
    if mode_of(path) != mode:
        with suppress(OSError):
            path.chmod(mode)


def mode_of(path: Path) -> int:
    """Return a file's permissions, as in 0o644."""
    return stat.S_IMODE(path.stat().st_mode)


def sync(path: Path) -> None:
    """Flush a file's bytes, or a folder's entries, to the disk, if the disk can do that.

    Some network disks cannot flush folders, and some folders may be written but not opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:
        if path.is_dir():
            return
        raise
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in CANNOT_SYNC:
            raise
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
