"""Tests the protocols of CASIA NIR-VIS 2.0 on a twin of full size: 17,580 images of 725 people."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.planning.datasets import try_protocol
from faces import layouts, protocols
from faces.protocols import Request
from faces.protocols.casia_views import PUBLISHED
from tests.faces.protocols.casia_twin import write_twin

pytestmark = pytest.mark.slow
VIEWS = [("casia-view1", None), *(("casia-view2", fold) for fold in range(1, 11))]


@pytest.fixture(scope="module")
def twin(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("twin") / "CASIA"
    write_twin(root)
    return root


@pytest.fixture(scope="module")
def manifest(twin, tmp_path_factory):
    return layouts.read("casia", twin, tmp_path_factory.mktemp("cache"), workers=2)


def listed(root: Path) -> set[str]:
    lines = [path.read_text().splitlines() for path in (root / "protocols").iterdir()]
    return {line.replace("\\", "/") for own in lines for line in own}


def test_the_twin_has_the_published_counts(manifest, twin):
    images = manifest.images
    assert manifest.refused.empty
    assert manifest.notes == ()
    assert (len(images), images["subject"].nunique()) == (17_580, 725)
    named = images[images["source"].isin(listed(twin))]
    assert (len(named), named["subject"].nunique()) == (16_949, 715)
    people = named.groupby(["session", "spectrum"])["subject"].nunique().to_dict()
    assert people == {
        ("s1", "VIS"): 200, ("s1", "NIR"): 200, ("s2", "VIS"): 304, ("s2", "NIR"): 303,
        ("s3", "VIS"): 175, ("s3", "NIR"): 175, ("s4", "VIS"): 51, ("s4", "NIR"): 51,
    }  # fmt: skip
    lettered = named[named["shot"].str.endswith("-B")]
    assert (len(lettered), lettered["subject"].nunique()) == (455, 24)
    counts = named.groupby(["subject", "spectrum"]).size().unstack()
    assert counts["VIS"].between(1, 22).all()
    assert counts["NIR"].between(5, 50).all()
    assert (counts >= 3).all(axis=1).sum() == 689


@pytest.mark.parametrize(("name", "fold"), VIEWS)
def test_every_line_of_every_fold_is_resolved(manifest, name, fold):
    assignment = try_protocol(manifest, protocols.get(name), Request(fold, 0, {}, 0))
    assert assignment.unresolved.empty
    sizes = dict(re.findall(r"(\w+) ([\d,]+)", assignment.funnel[1]["note"]))
    for list_name, published in PUBLISHED[fold or "dev"].items():
        assert int(sizes[list_name].replace(",", "")) == published
    parts = assignment.parts
    people = parts.groupby("part")["subject"].nunique()
    assert people.to_dict() == {"train": 357, "gallery": 358, "probe": 358}
    assert (parts["part"] == "gallery").sum() == 358
    assert parts["found"].all()


def test_the_papers_funnel_keeps_everybody_with_three_images_of_both_kinds(manifest):
    request = Request(None, 0, {"VIS": 2, "NIR": 3}, 0)
    assignment = try_protocol(manifest, protocols.get("paper-520"), request)
    (both,) = (step for step in assignment.funnel if step["step"] == "both kinds")
    assert both["vis_subjects"] == both["nir_subjects"] == 689


def test_one_spoilt_line_stops_a_run_before_it_begins(twin, tmp_path):
    root = tmp_path / "CASIA"
    shutil.copytree(twin, root)
    path = root / "protocols" / "nir_probe_7.txt"
    lines = path.read_bytes().split(b"\r\n")
    at = next(k for k, line in enumerate(lines) if b"-B" in line)
    lines[at] = lines[at].replace(b"-B", b"-C")
    path.write_bytes(b"\r\n".join(lines))
    done = subprocess.run(
        [sys.executable, "-m", "bench", "run-all", "--data", f"casia:{root}", "--dry-run",
         "--protocol", "casia-view2", "--fold", "all", "--out", tmp_path / "run"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    message = " ".join(done.stderr.split())
    assert "protocols/nir_probe_7.txt: 1 of 6247 lines" in message
    assert f"line {at + 1}: {lines[at].decode()}: no such image" in message
