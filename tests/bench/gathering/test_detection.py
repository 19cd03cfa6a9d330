"""The record of faces found, from the files of a stage written by hand."""

import json

import pytest

from bench.gathering.detection import detection

COUNTS = {"images": 9, "shipped": 1, "first": 5, "upsampled": 2, "none": 1}


@pytest.fixture
def aligned(tmp_path):
    counts = {"VIS": COUNTS, "NIR": COUNTS | {"none": 0, "first": 6}}
    (tmp_path / "detection.json").write_text(json.dumps(counts))
    return tmp_path


def test_several_faces_are_counted_by_spectrum(aligned):
    lines = ["subject,spectrum,shot,faces", "NA,NIR,1,2", "7,NIR,2,2", "7,VIS,1,5"]
    (aligned / "several_faces.csv").write_text("\n".join(lines))
    vis, nir = detection(aligned, may_ship_eyes=True)
    assert (vis["spectrum"], nir["spectrum"]) == ("VIS", "NIR")
    assert (vis["with several faces"], nir["with several faces"]) == (1, 2)
    assert (vis["not found"], nir["not found"]) == (1, 0)
    assert sum(vis[name] for name in ("eyes shipped", "found at once", "found when enlarged",
                                      "not found")) == vis["images"]  # fmt: skip


def test_without_the_list_there_are_none(aligned):
    records = detection(aligned, may_ship_eyes=False)
    assert [record["with several faces"] for record in records] == [0, 0]
    assert not any("eyes shipped" in record for record in records)
