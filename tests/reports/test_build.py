"""A whole report: complete, escaped, without requests, the same twice, whatever is missing."""

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from reports import page
from reports.answer import Answer, answer
from reports.build import build
from reports.grids import Sheet
from reports.material import read
from reports.records import results
from reports.summary import summarise

HOSTILE_VARIANT = "<b>D</b>&_%$"
# What a page may load from: attributes that make a browser fetch.
LOADING = {"src", "href", "xlink:href", "srcset", "action", "data", "poster"}


@pytest.fixture(scope="module")
def three(make_material, tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    build(read(make_material(folder / "m", seeds=(0, 1, 2))), folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def hostile(make_material, tmp_path_factory):
    """One seed, no ceiling, a metric absent in one set, a variant's label and images hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    sets = [
        {"name": "real", "role": "baseline", "label": "none"},
        {"name": "real+A", "role": "fakes", "label": HOSTILE_VARIANT, "images": "A"},
        {"name": "real+B<i>$", "role": "fakes", "label": "B", "images": "B"},
    ]
    absent = {("real+A", "auc")}
    material = make_material(folder / "m", sets=sets, absent=absent, trainings=False)
    build(read(material), folder / "out")
    return folder / "out"


VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Collects tags, what is loaded, ids, and the links inside the page."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.loads, self.ids, self.anchors, self.open = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            assert not name.startswith("on"), f"<{tag} {name}>"
            if name == "id":
                self.ids.append(value)
            if name in LOADING:
                (self.anchors if value.startswith("#") else self.loads).append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("which", ["three", "hostile"])
def test_the_page_is_well_formed_and_makes_no_request(which, request):
    text = (request.getfixturevalue(which) / "report.html").read_text()
    found = Page(text)
    assert found.open == []
    assert found.loads
    assert all(value.startswith("data:image/png;base64,") for value in found.loads)
    assert not {"script", "link", "iframe", "object", "form", "base"} & set(found.tags)
    assert "default-src 'none'" in text
    assert not re.search(r"url\((?!#)|@import", text)
    assert len(text.encode()) < 5_000_000


@pytest.mark.parametrize("which", ["three", "hostile"])
def test_ids_are_unique_and_every_link_inside_has_its_end(which, request):
    found = Page((request.getfixturevalue(which) / "report.html").read_text())
    assert len(found.ids) == len(set(found.ids))
    assert {anchor[1:] for anchor in found.anchors} <= set(found.ids)


def test_markup_in_names_and_notes_is_escaped(hostile):
    text = (hostile / "report.html").read_text()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<b>D</b>" not in text
    assert "<i>" not in text


def test_all_files_are_there_and_plots_have_their_numbers(three):
    for name in ("results.json", "results.csv", "report.html"):
        assert (three / name).stat().st_size
    for name in ("accuracy", "quality"):
        for suffix in ("csv", "md", "tex"):
            assert (three / f"tables/{name}.{suffix}").stat().st_size
    drawings = sorted((three / "plots").glob("*.svg"))
    assert drawings
    for path in drawings:
        ET.parse(path)
        assert path.with_suffix(".png").stat().st_size
        assert len(pd.read_csv(path.with_suffix(".csv")))
    stems = {path.stem for path in drawings}
    for start in ("difference-unseen", "difference-seen", "roc", "cmc", "quality-fd", "quality-ag"):
        assert any(stem.startswith(start) for stem in stems), start
    for stem in ("generator-loss-perceptual", "recognizer-loss-loss"):
        assert stem in stems
    assert (three / "plots/grid-subjects.png").stat().st_size
    assert not list(three.rglob("*.aside"))


def test_results_json_holds_the_numbers_of_the_material(three):
    content = json.loads((three / "results.json").read_text())
    assert content["schema"] == 1
    outcomes = read(three.parent / "m").outcomes
    wanted = outcomes.groupby(["training_set", "seed", "protocol", "metric"])["value"].mean()
    rows = [row for row in content["recognition"] if row["metric"] != "eer"]
    assert len(rows) == len(wanted)
    for row in rows:
        key = row["training_set"], row["seed"], row["protocol"], row["metric"]
        assert row["value"] == pytest.approx(wanted[key], abs=1e-7)
    assert {row["metric"] for row in content["recognition"]} > {"eer"}
    quality = pd.read_csv(three.parent / "m/quality.csv")
    assert len(content["quality"]) == len(quality)
    for name in ("settings", "versions", "device", "data", "weights", "stages", "command"):
        assert content[name]
    for row in content["comparisons"]:
        assert row["ci_low"] <= row["difference"] <= row["ci_high"]
        assert 0 < row["p"] <= row["p_adjusted"] <= 1


def test_results_csv_holds_each_row_of_the_json(three):
    content = json.loads((three / "results.json").read_text())
    table = pd.read_csv(three / "results.csv")
    for kind in ("recognition", "means", "comparisons", "quality"):
        assert (table["kind"] == kind).sum() == len(content[kind])


def test_the_same_material_gives_the_same_bytes(make_material, tmp_path, hostile):
    build(read(hostile.parent / "m"), tmp_path / "again")
    files = sorted(path for path in hostile.rglob("*") if path.is_file())
    assert len(files) > 20
    for path in files:
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(hostile)).read_bytes()


def test_other_facts_change_no_number(hostile):
    material = read(hostile.parent / "m")
    facts = {**material.facts, "started": "another day", "stages": [], "device": "elsewhere"}
    summary = summarise(material)
    found = results(summary, facts, answer(summary, facts))
    before = json.loads((hostile / "results.json").read_text())
    for name in ("recognition", "quality", "comparisons", "means"):
        assert found[name] == before[name]


def test_a_metric_that_one_set_lacks_is_a_dash(hostile):
    rows = pd.read_csv(hostile / "tables/accuracy.csv")
    lacking = rows[(rows["training_set"] == "real+A") & (rows["metric"] == "auc")]
    assert lacking.empty
    line = next(
        line
        for line in (hostile / "tables/accuracy.md").read_text().splitlines()
        if line.startswith("| real+A;")
    )
    assert "| – |" in line


def test_markdown_rows_have_as_many_cells_as_the_header(three, hostile):
    for path in [*three.glob("tables/*.md"), *hostile.glob("tables/*.md")]:
        for block in re.split(r"^### .*$", path.read_text(), flags=re.MULTILINE)[1:]:
            rows = [line for line in block.splitlines() if line.startswith("|")]
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_latex_is_balanced_and_plain_ascii(three, hostile):
    for path in [*three.glob("tables/*.tex"), *hostile.glob("tables/*.tex")]:
        text = path.read_text()
        assert text.isascii()
        bare = re.sub(r"\\[{}%$&_#]", "", text)
        assert bare.count("{") == bare.count("}")
        assert text.count(r"\begin{") == text.count(r"\end{")
        for kind in ("table", "tabular"):
            assert text.count(rf"\begin{{{kind}}}") == text.count(rf"\end{{{kind}}}")
        body = re.sub(r"\\begin\{tabular\}\[t\].*?\\end\{tabular\}", "", bare)
        for block in re.findall(
            r"\\begin\{tabular\}\{(l r*|lr*)\}(.*?)\\end\{tabular\}", body, re.S
        ):
            lines = [
                line for line in block[1].splitlines() if line.endswith(r"\hline") and "&" in line
            ]
            assert {line.count("&") for line in lines} == {len(block[0]) - 1}


def test_one_set_and_nothing_else_still_makes_a_report(make_material, tmp_path):
    folder = tmp_path / "m"
    folder.mkdir()
    head = {"facts": {}, "training_sets": [{"name": "real", "role": "baseline", "label": ""}]}
    (folder / "material.json").write_text(json.dumps(head))
    build(read(folder), tmp_path / "out")
    assert "there is no answer" in (tmp_path / "out/report.html").read_text()
    json.loads((tmp_path / "out/results.json").read_text())


def test_large_images_are_scaled_until_the_page_is_small(monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (4, 4, 256, 256, 3), dtype=np.uint8)
    sheet = Sheet("s", "s", "", tuple("abcd"), tuple("abcd"), tuple(tuple(row) for row in noise))
    monkeypatch.setattr(page, "MOST_BYTES", 900_000)
    section = page.Section("images", "Images", sheets=(sheet,))
    text = page.render([section], Answer("", (), ()), {})
    assert 200_000 < len(text.encode()) <= 900_000
