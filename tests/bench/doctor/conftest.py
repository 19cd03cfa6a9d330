"""Calls `bench doctor` on a data set of rendered people, and reads what it prints."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from bench.commands.doctor import doctor
from faces import testbed

PEOPLE, SIDE_PX, SAMPLE = 6, 112, 20
FITTING = ("--set", 'variants=["A", "B"]', "--set", "data.unseen_subjects=2")  # C needs a download
FOLD = ("--protocol", "casia-view2", "--fold", "1")


@pytest.fixture(scope="session")
def cache(tmp_path_factory) -> Path:
    """Keep the read trees in a cache for the next tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def call(cache, tmp_path, monkeypatch) -> Callable[..., Result]:
    """Call the command in an empty folder, without a network."""
    monkeypatch.chdir(tmp_path)
    variables = {"BENCH_CACHE": str(cache), "BENCH_OFFLINE": "1", "COLUMNS": "120", "NO_COLOR": "1"}

    def invoke(*arguments: object, **changed: str) -> Result:
        options = [*FITTING, "--set", "data.workers=1", *map(str, arguments)]
        return CliRunner().invoke(doctor, options, env=variables | changed)

    return invoke


def write(root: Path, layout: str = "casia") -> pd.DataFrame:
    counts = {"vis_per_subject": (4, 5), "nir_per_subject": (4, 5)}
    return testbed.write(root, layout, PEOPLE, **counts, side_px=SIDE_PX)


def write_small(root: Path, layout: str, mess: bool = False) -> pd.DataFrame:
    """Write few faces, as small as can still be found."""
    counts = {"vis_per_subject": (2, 2), "nir_per_subject": (2, 2)}
    return testbed.write(root, layout, 4, **counts, side_px=96, mess=mess)


@pytest.fixture(scope="session")
def healthy(tmp_path_factory) -> tuple[Path, pd.DataFrame]:
    """Return a tree in the CASIA layout without a mistake, and the table of its files."""
    root = tmp_path_factory.mktemp("healthy") / "root"
    return root, write(root)


@pytest.fixture
def spoilt(healthy, tmp_path) -> Path:
    """Return a copy of the tree, to be spoilt."""
    return shutil.copytree(healthy[0], tmp_path / "spoilt", symlinks=True)


def numbers(output: str, label: str) -> list[int]:
    """Return the numbers behind the label of a table's row."""
    [line] = [line for line in output.splitlines() if line.startswith(f"  {label}  ")]
    return list(map(int, re.findall(r"\d+", line.removeprefix(f"  {label}"))))


def advice(output: str) -> str:
    return output.partition("What to do")[2]


def check(call, root: Path, *options: object) -> Result:
    return call("--data", f"casia:{root}", "--sample", 1, *options)
