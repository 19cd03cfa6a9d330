"""Provides small trees of every layout, and functions that list them without our readers."""

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from faces import testbed

SMALLEST_PX = 16


@dataclass(frozen=True)
class Written:
    root: Path
    truth: pd.DataFrame

    def named(self, **values: object) -> pd.DataFrame:
        """Return the rows of the truth that have these values."""
        rows = self.truth
        for column, value in values.items():
            rows = rows[rows[column] == value]
        return rows


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """tree(layout, mess): five people in a folder of that layout, written once for all tests."""

    @cache
    def written(layout: str, mess: bool = False) -> Written:
        root = tmp_path_factory.mktemp(f"{layout}-{mess}") / "root"
        counts = {"vis_per_subject": (1, 4), "nir_per_subject": (2, 8)}
        truth = testbed.write(root, layout, 5, **counts, side_px=SMALLEST_PX, mess=mess)
        return Written(root, truth)

    return written


def files(root: Path) -> dict[bytes, str]:
    """Return digests by path of all files below a folder, and of folders with a dot in the name.

    Hidden folders are left out.
    """
    found = {}
    for folder, inner, names in os.walk(os.fsencode(root)):
        inner[:] = [name for name in inner if not name.startswith(b".")]
        odd = [name for name in inner if b"." in name]
        for name in names + odd:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, os.fsencode(root))] = _digest(path)
    return found


def _digest(path: bytes) -> str:
    if os.path.islink(path):
        return "link to " + os.fsdecode(os.readlink(path))
    if os.path.isdir(path):
        return "folder"
    if not os.access(path, os.R_OK):
        return f"{os.stat(path).st_size} bytes"
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
