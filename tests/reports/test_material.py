"""Reading material: order, missing parts, and errors that name the file."""

import json

import pytest

from faces.errors import DataError
from reports.material import read


def test_baseline_comes_first_and_the_ceiling_last(make_material, tmp_path):
    material = read(make_material(tmp_path / "m", images=False))
    names = [each.name for each in material.training_sets]
    assert names == ["real", "real+A", "real+B", "real+C", "real+oracle"]


def test_everything_but_the_head_may_be_missing(make_material, tmp_path):
    (tmp_path / "m").mkdir()
    head = {"facts": {}, "training_sets": [{"name": "real", "role": "baseline", "label": "none"}]}
    (tmp_path / "m/material.json").write_text(json.dumps(head))
    material = read(tmp_path / "m")
    assert material.outcomes.empty
    assert material.quality.empty
    assert (material.generators, material.recognizers, material.grids) == ((), (), ())


def test_names_that_look_like_no_value_stay_names(make_material, tmp_path):
    folder = make_material(tmp_path / "m", images=False)
    path = folder / "outcomes/real/0.csv"
    path.write_text(path.read_text().replace("s00", "NA"))
    assert "NA" in set(read(folder).outcomes["subject"])


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("material.json", "{", "material.json"),
        ("material.json", "{}", "training_sets"),
        ("outcomes/real/0.csv", "protocol,metric\n", "no column probe"),
        ("outcomes/real/0.csv", "", "not a readable table"),
        ("quality.csv", 'a,"', "quality.csv"),
    ],
)
def test_a_broken_file_is_named(make_material, tmp_path, name, text, says):
    folder = make_material(tmp_path / "m", images=False)
    (folder / name).write_text(text)
    with pytest.raises(DataError, match=says):
        read(folder)


def test_one_baseline_and_known_roles_are_demanded(make_material, tmp_path):
    for sets, says in (([], "exactly one"), ([{"name": "x", "role": "y", "label": ""}], "role")):
        folder = make_material(tmp_path / says, sets=[], images=False)
        (folder / "material.json").write_text(json.dumps({"facts": {}, "training_sets": sets}))
        with pytest.raises(DataError, match=says):
            read(folder)
