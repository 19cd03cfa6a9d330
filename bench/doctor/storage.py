"""Describes the cache and the working folder, and the free space on their disks."""

import os
import shutil
from pathlib import Path

from rich.filesize import decimal

from bench.doctor.page import Problem, Section

LITTLE_BYTES = 2 * 10**9  # checkpoints and crops of a run soon need more


def section(cache: Path) -> Section:
    """Return the size of the cache, and the free space on both disks."""
    here = Path.cwd()
    entries = [
        ("cache", f"{cache}, {decimal(size_bytes(cache))}, {decimal(_free(cache))} free"),
        ("here", f"{here}, {decimal(_free(here))} free"),
    ]
    problems = [
        Problem(f"{folder}: {decimal(_free(folder))} are free; {remedy}")
        for folder, remedy in (
            (cache, "make room, or let BENCH_CACHE name another folder"),
            (here, "make room, or give a run another folder with --out"),
        )
        if _free(folder) < LITTLE_BYTES
    ]
    if not os.access(nearest_existing(cache), os.W_OK):
        problems.append(Problem(f"{cache}: cannot be written; let BENCH_CACHE name another folder"))
    return Section("Storage", entries, problems=problems)


def size_bytes(folder: Path) -> int:
    """Return the bytes of all files below a folder, 0 if there is no such folder."""
    total = 0
    for inner, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(inner, name)).st_size
            except OSError:  # removed meanwhile
                continue
    return total


def _free(folder: Path) -> int:
    return shutil.disk_usage(nearest_existing(folder)).free


def nearest_existing(folder: Path) -> Path:
    """Return the folder, or the first above it that exists and may be seen."""
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if os.path.exists(path))
