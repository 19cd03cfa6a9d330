"""What the README tells a newcomer to type about own images, typed."""

import json
import re
from pathlib import Path

import pytest

from tests.bench.test_own_data import TRAINING, shell

FOLDERS = ("bench", "faces", "generators", "recognizer", "reports")
README = Path(__file__).parents[2] / "README.md"
MARK = "<!-- tests/bench/test_readme.py runs this -->\n```\n"


@pytest.fixture(scope="module")
def commands() -> list[list[str]]:
    block = README.read_text(encoding="utf-8").partition(MARK)[2].partition("```")[0]
    return [line.split() for line in block.strip().splitlines()]


def test_the_example_of_own_images_ends_with_a_report(commands, tmp_path):
    assert [words[:2] for words in commands] == [
        ["bench", "faces"], ["bench", "doctor"], ["bench", "run-all"]
    ]  # fmt: skip
    small = TRAINING | {"variants": '["A"]'}  # which also needs nothing that is fetched
    shorter = [f"{key}={value}" for key, value in small.items()]
    tiny = [part for assignment in shorter for part in ("--set", assignment)]
    spared = [[], ["--variants", "A"], tiny]
    for words, more in zip(commands, spared, strict=True):
        done = shell(*words, *more, cwd=tmp_path, cache=tmp_path / "cache")
        assert done.returncode == 0, done.stdout + done.stderr
    written = list((tmp_path / "photos" / "VIS").iterdir())
    results = json.loads((tmp_path / "runs" / "photos" / "results.json").read_text())
    assert results["data"]["name"] == "folders"
    assert results["data"]["funnel"][0]["vis_subjects"] == len(written) == 12
    assert (tmp_path / "runs" / "photos" / "report.html").exists()


def test_every_file_of_the_tree_exists():
    tree = README.read_text(encoding="utf-8").partition("## Where things are\n```\n")[2]
    folder = Path()
    for line in tree.partition("```")[0].splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = README.parent / name
            assert folder.is_dir(), line
        else:
            assert (folder / name).exists(), line
            for other in re.findall(r"([\w/]+\.py|\w+/)[:;\s]", line.partition(name)[2]):
                assert list(folder.rglob(other.rstrip("/"))), line


def test_what_the_table_of_places_names_is_there():
    """Each row names files, and what is defined in one of them."""
    table = README.read_text(encoding="utf-8").partition("| looking for |")[2].partition("\n\n")[0]
    rows = table.splitlines()[2:]
    assert len(rows) > 5
    for row in rows:
        names = re.findall(r"`([^`]+)`", row)
        files = [file for name in names if (file := _file(name))]
        assert files, row
        source = "".join(file.read_text() for file in files if file.is_file())
        for name in names:
            if not _file(name) and not name.endswith((".csv", "/")):
                word = name.rpartition(".")[2]
                assert re.search(rf"(def|class) {word}\b|^{word}\b", source, re.M), f"{name}: {row}"


def _file(name: str) -> Path | None:
    """Return the file or folder of that name, from the top or under a folder of the project."""
    if "/" in name and (README.parent / name).exists():
        return README.parent / name
    found = [path for folder in FOLDERS for path in (README.parent / folder).rglob(name)]
    return found[0] if name.endswith(".py") and found else None
