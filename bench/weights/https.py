"""Downloads published files: resumes, enforces a minimum speed, and checks before renaming.

An unfinished download stays beside its target as `.NAME.part`, with a note of the server's name for
that version of the file. The next call asks for the rest of the same version, and starts again if
the server has another or cannot send parts. The file gets its own name last.
"""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError

import bench.weights.web as web
from bench.weights.partial import Partial
from bench.weights.web import (
    Failed,
    length,
    opened,
    reason,
    version,
)
from faces.common.disk_faults import ANOTHER_CACHE, writing
from faces.common.errors import MissingError, TamperedError
from faces.common.files import sync
from faces.common.progress import Progress, silent
from faces.weights.web_pages import BEGINNING_BYTES, begins_as_page, is_web_page

BLOCK_BYTES = 1 << 20
A_PAGE = "answers with a web page instead of the file (a login or a proxy?)"
Check = Callable[[Path], str | None]  # returns the problem of a file, or None


@dataclass(frozen=True)
class Published:
    """The address of a file, and the path to write it to."""

    url: str
    target: Path
    size_bytes: int | None = None

    def by_hand(self) -> str:
        """Return the instruction to download it by hand."""
        return f"download it by hand and put it at {self.target}"


def fetch(wanted: Published, check: Check, progress: Progress = silent) -> None:
    """Download a file; name it `wanted.target` once `check` finds no problem.

    `progress` gets the bytes so far and in all, 0 if unknown. Raises MissingError where the file
    cannot be obtained, TamperedError where it is another one, UsageError where the disk fails.
    """
    partial = Partial(wanted.target, wanted.url)
    try:
        for _ in range(1 + partial.is_begun()):  # of a resumed file, only the old part may be wrong
            _transfer(wanted, partial, progress)
            if is_web_page(partial.path):
                partial.discard()
                raise Failed(A_PAGE)
            if (problem := check(partial.path)) is None:
                break
            partial.discard()
        else:
            raise TamperedError(
                f"{wanted.url}: sends another file ({problem}); try again, or {wanted.by_hand()}"
            )
    except (Failed, OSError, HTTPException) as error:
        resumes = " to go on from there" if partial.is_begun() else ""
        raise MissingError(
            f"{wanted.url}: {reason(error)}; run the same command again{resumes}, or "
            f"{wanted.by_hand()}"
        ) from error
    with disk_errors(wanted.target):
        sync(partial.path)
        os.replace(partial.path, wanted.target)
        partial.discard()
        sync(wanted.target.parent)


def _transfer(wanted: Published, partial: Partial, progress: Progress) -> None:
    """Complete the partial file, from its end if the server allows that."""
    if partial.is_whole():
        return
    response = _rest(wanted, partial) or opened(wanted.url, {})
    with response:
        if response.status != 200 and not _continues(response, partial):
            raise Failed(f"answers {response.status}, which was not asked for")
        if "text/html" in response.headers.get("Content-Type", ""):
            raise Failed(A_PAGE)
        total = length(response)
        if total and wanted.size_bytes not in (None, total):
            if begins_as_page(response.read1(BEGINNING_BYTES)):
                raise Failed(A_PAGE)
            partial.discard()
            raise TamperedError(
                f"{wanted.url}: announces {total} bytes instead of {wanted.size_bytes}; try "
                f"again, or {wanted.by_hand()}"
            )
        total = total or wanted.size_bytes
        with disk_errors(partial.path):
            if response.status != 206:
                partial.begin(version(response), total)
            file = partial.path.open("ab")
        with file:
            _receive(response, file, total, progress)


def _rest(wanted: Published, partial: Partial) -> HTTPResponse | None:
    """Request the rest of a partial file; return the answer, or None if it does not continue it."""
    if not partial.is_begun():
        return None
    wished = {"Range": f"bytes={partial.length()}-", "If-Range": partial.version()}
    try:
        response = opened(wanted.url, wished)
    except HTTPError as error:
        if error.code == 416:  # the file has become shorter than our part of it
            return None
        raise
    if response.status == 206 and not _continues(response, partial):
        response.close()
        return None
    return response


def _continues(response: HTTPResponse, partial: Partial) -> bool:
    """Tell whether an answer is the rest of the partial file, of the same version."""
    return (
        response.status == 206
        and partial.is_begun()
        and response.headers.get("Content-Range", "").startswith(f"bytes {partial.length()}-")
        and version(response) in ("", partial.version())
    )


def _receive(response: HTTPResponse, file: BinaryIO, total: int | None, progress: Progress) -> None:
    """Append the body to a file. Raises Failed if it ends early, stalls or is too long."""
    done, pace = file.tell(), Pace()
    while block := response.read1(BLOCK_BYTES):
        with disk_errors(Path(file.name)):
            file.write(block)
            file.flush()
        done += len(block)
        if done > (total or web.LIMITS.most_bytes):
            raise Failed(f"sends more than {total or web.LIMITS.most_bytes} bytes")
        pace.count(len(block))
        progress(done, total or 0, {})
    if done < (total or 0):
        raise Failed(f"ended after {done} of {total} bytes")


class Pace:
    """Enforces a minimum speed of a download."""

    def __init__(self) -> None:
        self.since, self.bytes = time.monotonic(), 0

    def count(self, more: int) -> None:
        """Count `more` bytes. Raises Failed if too few came in the last `stall_seconds`."""
        self.bytes += more
        seconds = time.monotonic() - self.since
        if seconds < web.LIMITS.stall_seconds:
            return
        if self.bytes < web.LIMITS.stall_bytes:
            raise Failed(f"stalls ({self.bytes} bytes in {seconds:.0f} s)")
        self.since, self.bytes = time.monotonic(), 0


def disk_errors(path: Path) -> AbstractContextManager[None]:
    """Turn an error of the disk into UsageError, to tell it from a broken connection."""
    return writing(path, f"free some space or {ANOTHER_CACHE}")
