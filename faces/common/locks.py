"""Holds a lock file while some work is done, so that other processes wait for it.

The operating system frees the lock if the process dies. It works wherever `filelock` does: POSIX,
Windows, and network disks that have locks.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from faces.common.errors import UsageError

NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


@contextmanager
def locked(path: Path, remedy: str) -> Iterator[None]:
    """Holds the lock of a file, which is made if need be; its folder exists.

    Raises UsageError, with the remedy, where the disk has no locks or the file cannot be written.
    """
    lock = FileLock(path)
    try:
        lock.acquire()
    except NotImplementedError:
        raise UsageError(f"{path}: this disk has no file locks; {remedy}") from None
    except OSError as error:
        if error.errno in NO_LOCKS:
            raise UsageError(f"{path}: this disk has no file locks; {remedy}") from None
        raise UsageError(f"{path}: cannot be written ({error.strerror}); {remedy}") from None
    try:
        yield
    finally:
        lock.release()
