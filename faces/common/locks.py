"""Holds a lock while some work is done, so that other processes wait for it.

The operating system frees the lock if the process dies. A file whose existence is the lock would
stay, so it is no substitute where a disk has no locks. It works wherever `filelock` does: POSIX,
Windows, and network disks that have locks.
"""

import errno
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, SoftFileLock

from faces.common.errors import UsageError

NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


@contextmanager
def locked(path: Path, remedy: str) -> Iterator[None]:
    """Hold the lock of a file. The file is created if necessary; its folder must exist.

    Raises UsageError, with the remedy, where the disk has no locks or the file cannot be written.
    """
    lock = FileLock(path)
    try:
        _acquire(lock)
    except (NotImplementedError, OSError) as error:
        raise UsageError(f"{path}: {_reason(error)}; {remedy}") from None
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock) -> None:
    """Wait for a lock. Raises NotImplementedError where filelock found a disk without locks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it uses the substitute
        lock.acquire()
    if isinstance(lock, SoftFileLock):
        lock.release()
        raise NotImplementedError


def _reason(error: NotImplementedError | OSError) -> str:
    """Return why a file could not be locked, in words."""
    if isinstance(error, OSError) and error.errno not in NO_LOCKS:
        return f"cannot be written ({error.strerror})"
    return "this disk has no file locks"
