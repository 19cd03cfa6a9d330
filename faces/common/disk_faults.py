"""Puts the errors of disks in words, and tells a file that cannot be read from a damaged one.

A file of another person, or on a disk that fails for the moment, may be sound. So the error names
the file and whom to ask or what to check, and never advises anybody to delete it.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from faces.common.errors import NirbenchError, UsageError

REFUSED = {errno.EACCES, errno.EPERM}
FAILING = {errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN,
           errno.EMFILE, errno.ENFILE}  # fmt: skip
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ANOTHER_OUT = "choose an --out in another folder"
ANOTHER_FOLDER = "choose another folder"
ANOTHER_CACHE = "set BENCH_CACHE to another folder"
CHECK_DISK = "check its disk and run the same command again"


@contextmanager
def reading(path: Path, kind: type[NirbenchError], otherwise: str = "") -> Iterator[None]:
    """Raise an error of `kind` where the block cannot read a file; other errors pass.

    `path` is named where the error names no file. `otherwise` is what can be done instead of asking
    the file's owner.
    """
    try:
        yield
    except OSError as error:
        if fault := fault_of(error, otherwise):
            raise kind(f"{error.filename or path}: {fault}") from error
        raise


@contextmanager
def writing(named: object, remedy: str) -> Iterator[None]:
    """Raise UsageError where the block cannot write, with the remedy.

    named: the path, or the option and the path, that the message begins with.
    """
    try:
        yield
    except OSError as error:
        raise UsageError(f"{named}: cannot be written ({error.strerror}); {remedy}") from error


def fault_of(error: OSError, otherwise: str = "") -> str:
    """Return why a file cannot be read and what to do; "" for an error that damage may cause."""
    reason = f"cannot be read ({(error.strerror or '').lower()})"
    if error.errno in REFUSED:
        asked = "ask its owner for permission to read it"
        return f"{reason}; {asked}, or {otherwise}" if otherwise else f"{reason}; {asked}"
    if error.errno in FAILING:
        return f"{reason}; {CHECK_DISK}"
    return ""


def require_readable(path: Path, kind: type[NirbenchError], otherwise: str = "") -> None:
    """Raise as `reading` where a file or folder is there, but cannot be read.

    For what libraries open: their errors do not tell why, or call the file missing.
    """
    with reading(path, kind, otherwise), suppress(ValueError):  # no path at all
        try:
            path.open("rb").close()
        except OSError as error:
            if fault_of(error):
                raise


def in_words(error: Exception) -> str:
    """Return what a disk or the owner of a file refused, and what to do; "" for other errors.

    For errors that were not expected where they came up, so that reading is not told from writing.
    """
    if not isinstance(error, OSError):
        return ""
    thing = f"{error.filename or 'a file'}: {(error.strerror or '').lower()}"
    if error.errno in REFUSED:
        return f"{thing}; ask its owner for permission, or {ANOTHER_FOLDER}"
    if error.errno in FULL:
        return f"{thing}; make room, and run the same command again"
    if error.errno == errno.EROFS:
        return f"{thing}; {ANOTHER_FOLDER}"
    return f"{thing}; {CHECK_DISK}" if error.errno in FAILING else ""
