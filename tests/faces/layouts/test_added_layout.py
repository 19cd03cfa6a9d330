"""Tests a layout and its writer from one file outside the project: writing, reading, protocols."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.added_package import ROOT, add_package

FLAT = '''"""All images in one folder: `p7_NIR_3.png`."""

import re

from faces.layouts.layout import Layout, Place, everywhere
from faces.testbed.photo import LayoutWriter, photo_of

EXPECTED = "<person>_{NIR,VIS}_<number>.png"
PATTERN = re.compile(r"(p[0-9]+)_(NIR|VIS)_([0-9]+)[.][a-zA-Z]+")


def place(source):
    match = PATTERN.fullmatch(source)
    return Place(*match.groups()) if match else f"not of the form {EXPECTED}"


def photo(person, spectrum, number):
    subject, shot = f"p{person}", str(number)
    source = f"{subject}_{spectrum}_{shot}.png"
    return photo_of(person, spectrum, number, source=source, subject=subject, shot=shot)


LAYOUT = Layout("flat", "all images in one folder", EXPECTED, everywhere(place))
WRITER = LayoutWriter("flat", photo)
'''
SCRIPT = """
import json, sys
from pathlib import Path
from faces import layouts, protocols, testbed

root, cache = Path(sys.argv[1]), Path(sys.argv[2])
truth = testbed.write(
    root, "flat", 10, vis_per_subject=(3, 3), nir_per_subject=(3, 3), side_px=16
)
found = layouts.read("flat", root, cache, workers=1)
images = found.images.assign(row=range(len(found.images)), found=True)
request = protocols.Request(None, 4, {"VIS": 1, "NIR": 1}, seed=0)
parts = protocols.get("subjects").assign(images, root, request).parts
print(json.dumps({
    "written": sorted(truth["source"]), "read": sorted(found.images["source"]),
    "refused": len(found.refused), "people": parts.groupby("part")["subject"].nunique().to_dict(),
}))
"""


def python(tmp_path: Path, *arguments: object) -> str:
    """Return what a new process prints in which the added package is installed."""
    package = tmp_path / "package"
    package.mkdir()
    path = add_package(package, "flat_layout", FLAT, layouts="flat = flat_layout:LAYOUT",
                       layout_writers="flat = flat_layout:WRITER")  # fmt: skip
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], env=os.environ | {"PYTHONPATH": path}, cwd=ROOT,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_written_read_and_divided_by_a_protocol(tmp_path):
    found = json.loads(python(tmp_path, "-c", SCRIPT, tmp_path / "root", tmp_path / "cache"))
    assert found["read"] == found["written"]
    assert len(found["read"]) == 60
    assert "p3_NIR_2.png" in found["read"]
    assert found["refused"] == 0
    assert found["people"] == {"gallery": 4, "held_out": 6, "probe": 4, "train": 6}


def test_the_tests_of_layouts_run_over_it_unasked(tmp_path):
    told = python(tmp_path, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "-k", "flat",
                  "tests/faces/layouts/test_layouts.py", "tests/faces/testbed")  # fmt: skip
    assert told.count("PASSED") >= 10
    for test in ("says_what_it_is", "finds_what_the_truth_says", "every_kind_is_there"):
        assert [line for line in told.splitlines() if test in line and "flat" in line]
