"""A whole report: complete, escaped, without requests, the same twice, whatever is missing."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reports.answer.sentences import answer
from reports.build import build
from reports.material import Material, TrainingSet
from reports.records import PROVENANCE_KEYS, results
from reports.summary import summarise
from reports.tables.run import data_tables
from tests.metric_records import RECORDS
from tests.reports.page.html_page import Page, check

HOSTILE_VARIANT = "<b>D</b>&_%$"


# Material of a report that says nothing but "there is no answer".
NOTHING = Material(
    provenance={},
    training_sets=(TrainingSet("real", "baseline", ""),),
    outcomes=pd.DataFrame(
        columns=["training_set", "seed", "protocol", "metric", "probe", "subject", "value"]
    ),
    curves=pd.DataFrame(columns=["training_set", "seed", "protocol", "curve", "x", "y"]),
    quality=pd.DataFrame(columns=["images", "metric", "seed", "value", "n"]),
)


TWO = (TrainingSet("real", "baseline", "none"), TrainingSet("real+A", "fakes", "A", "A"))


@pytest.fixture(scope="module")
def three_material(make_material):
    return make_material(seeds=(0, 1, 2))


@pytest.fixture(scope="module")
def three(three_material, tmp_path_factory):
    out = tmp_path_factory.mktemp("three") / "out"
    build(three_material, out)
    return out


@pytest.fixture(scope="module")
def hostile_material(make_material):
    """One seed, no ceiling, a metric absent in one set, a variant's label and images hostile."""
    sets = (
        TrainingSet("real", "baseline", "none"),
        TrainingSet("real+A", "fakes", HOSTILE_VARIANT, "A"),
        TrainingSet("real+B<u>$", "fakes", "B", "B"),
    )
    return make_material(sets=sets, absent={("real+A", "auc")}, trainings=False)


@pytest.fixture(scope="module")
def hostile(hostile_material, tmp_path_factory):
    out = tmp_path_factory.mktemp("hostile") / "out"
    build(hostile_material, out)
    return out


@pytest.mark.parametrize("which", ["three", "hostile"])
def test_the_page_is_whole_and_under_five_megabytes(which, request):
    text = (request.getfixturevalue(which) / "report.html").read_text()
    check(Page(text))
    assert len(text.encode()) < 5_000_000


def test_markup_in_names_and_notes_is_escaped(hostile):
    text = (hostile / "report.html").read_text()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<b>D</b>" not in text
    assert "<u>" not in text


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
    for start in (
        "difference-unseen",
        "difference-seen",
        "roc",
        "cmc",
        "quality-dist",
        "quality-ag",
    ):
        assert any(stem.startswith(start) for stem in stems), start
    for stem in ("generator-loss-perceptual", "recognizer-loss-loss"):
        assert stem in stems
    assert (three / "plots/grid-subjects.png").stat().st_size
    assert not list(three.rglob("*.aside"))


def test_tables_say_how_faces_were_cropped_and_data_and_run_have_files_too(three):
    for ending in ("md", "tex"):
        for name in ("accuracy", "quality"):
            text = (three / "tables" / f"{name}.{ending}").read_text()
            assert "Alignment: eyes-v9." in text
    cells = pd.read_csv(three / "tables" / "data.csv", dtype=str)
    (found,) = cells[(cells["row"] == "eyes found") & (cells["column"] == "VIS images")]["value"]
    assert found == "610"
    cells = pd.read_csv(three / "tables" / "run.csv", dtype=str).set_index("row")["value"]
    assert cells["generator.steps"] == "800"
    page = (three / "report.html").read_text()
    for name in ("data.csv", "data.md", "run.tex"):
        assert f'href="tables/{name}"' in page
        assert (three / "tables" / name).exists()
    assert "failures.csv" in page


def test_results_json_holds_the_numbers_of_the_material(three, three_material):
    content = json.loads((three / "results.json").read_text())
    assert content["schema"] == 1
    outcomes = three_material.outcomes
    wanted = outcomes.groupby(["training_set", "seed", "protocol", "metric"])["value"].mean()
    assert len(content["recognition"]) == len(wanted)
    for row in content["recognition"]:
        key = row["training_set"], row["seed"], row["protocol"], row["metric"]
        assert row["value"] == pytest.approx(wanted[key], abs=1e-7)
    assert len(content["quality"]) == len(three_material.quality)
    known = {name: content[name] for name in PROVENANCE_KEYS if name in content}
    assert known == three_material.provenance
    for row in content["comparisons"]:
        assert row["ci_low"] <= row["difference"] <= row["ci_high"]
        assert 0 < row["p"] <= row["p_adjusted"] <= 1


def test_results_csv_holds_each_row_of_the_json(three):
    content = json.loads((three / "results.json").read_text())
    table = pd.read_csv(three / "results.csv")
    for name in ("recognition", "means", "comparisons", "gap_closed", "quality"):
        assert (table["kind"] == name).sum() == len(content[name])


def test_the_same_material_gives_the_same_bytes(hostile_material, tmp_path, hostile):
    build(hostile_material, tmp_path / "again")
    files = sorted(path for path in hostile.rglob("*") if path.is_file())
    assert len(files) > 20
    for path in files:
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(hostile)).read_bytes()


def test_other_provenance_changes_no_number(hostile, hostile_material):
    provenance = {
        **hostile_material.provenance,
        "command": "other",
        "stages": [],
        "device": "elsewhere",
    }
    summary = summarise(hostile_material)
    found = results(summary, provenance, answer(summary, provenance))
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
        for environment in ("table", "tabular"):
            assert text.count(rf"\begin{{{environment}}}") == text.count(rf"\end{{{environment}}}")
        body = re.sub(r"\\begin\{tabular\}\[t\].*?\\end\{tabular\}", "", bare)
        for block in re.findall(
            r"\\begin\{tabular\}\{(l r*|lr*)\}(.*?)\\end\{tabular\}", body, re.S
        ):
            lines = [
                line for line in block[1].splitlines() if line.endswith(r"\hline") and "&" in line
            ]
            assert {line.count("&") for line in lines} == {len(block[0]) - 1}


@pytest.fixture(scope="module")
def folded_material(make_material):
    """Clean and leaky sets in two folds, with hostile subjects, and provenance of a data set."""
    sets = (
        TrainingSet("real", "baseline", "none"),
        TrainingSet("real+A", "fakes", "A", "A"),
        TrainingSet("real+A-leaky", "leaky", "leaky A", "A-leaky", "real+A"),
    )
    material = make_material(sets=sets, folds=(2, 5))
    data = {"name": "casia", "protocol": "casia-view2", "folds": [2, 5], "alignment": "v1"}
    data |= {"refused": [{"source": HOSTILE_VARIANT, "reason": "truncated"}]}
    return replace(material, provenance={**material.provenance, "data": data})


@pytest.fixture(scope="module")
def folded(folded_material, tmp_path_factory):
    out = tmp_path_factory.mktemp("folded") / "out"
    build(folded_material, out)
    return out


def test_a_report_with_folds_and_leaky_sets_is_whole(folded):
    text = (folded / "report.html").read_text()
    check(Page(text))
    assert "<script>alert" not in text
    assert "<b>" not in text
    for title in ("What the leak is worth: unseen people", "Over folds, as published: seen people"):
        assert title in text
    for name in ("leak", "folds"):
        for suffix in ("csv", "md", "tex"):
            assert (folded / f"tables/{name}.{suffix}").stat().st_size
    assert "Protocol: casia-view2, folds 2, 5." in text


def test_captions_of_pictures_say_which_fold_they_show(folded, folded_material):
    text = (folded / "report.html").read_text()
    captions = re.findall(r'<p class="note">(.*?)</p>', text)
    of_one_fold = [caption for caption in captions if caption.endswith("Fold 2, the first of 2.")]
    grids = [caption for caption in of_one_fold if caption.startswith("The first people")]
    samples = [
        caption for caption in of_one_fold if caption.startswith("Seed 0; the same photographs")
    ]
    curves = [caption for caption in of_one_fold if caption.startswith("One seed.")]
    losses = [caption for caption in of_one_fold if "Running mean" in caption]
    assert (len(grids), len(samples), len(curves), len(losses)) == (3, 2, 3, 4)
    assert not any(
        "Fold 2" in caption for caption in captions if caption.startswith("Difference from")
    )
    first = folded_material.outcomes.query("fold == 2 and protocol == 'unseen-subjects'")
    counts = f"{first['subject'].nunique()} people, {first['probe'].nunique()} probes, 1 seed."
    assert all(counts in caption for caption in curves)
    roc = pd.read_csv(folded / "plots/roc-unseen-subjects.csv").query("training_set == 'real'")
    known = folded_material.curves.query(
        "fold == 2 and training_set == 'real' and curve == 'roc' and x > 0"
    )
    for far, rate in zip(roc["far"], roc["verification_rate"], strict=True):
        kept = known["y"][known["x"] <= far + 1e-12]
        assert rate == pytest.approx(kept.max() if len(kept) else 0, abs=1e-7)


def test_results_hold_folds_roles_and_counterparts(folded):
    content = json.loads((folded / "results.json").read_text())
    assert {row["fold"] for row in content["recognition"]} == {2, 5}
    assert {row["fold"] for row in content["quality"]} == {2, 5}
    for row in content["means"]:
        values = [
            fold_row["value"]
            for fold_row in content["recognition"]
            if all(fold_row[name] == row[name] for name in ("training_set", "protocol", "metric"))
        ]
        assert row["fold_mean"] == pytest.approx(np.mean(values), abs=1e-7)
        assert row["fold_std"] == pytest.approx(np.std(values, ddof=1), abs=1e-7)
        assert row["folds"] == 2
    leaky = content["training_sets"][-1]
    assert (leaky["role"], leaky["counterpart"]) == ("leaky", "real+A")
    assert content["answer"]["leaky"] is False
    pairs = {(row["training_set"], row["baseline"]) for row in content["comparisons"]}
    assert ("real+A-leaky", "real+A") in pairs


def test_results_without_folds_do_not_speak_of_them(three):
    content = json.loads((three / "results.json").read_text())
    for name in ("recognition", "quality"):
        assert not any("fold" in row for row in content[name])
    assert not any({"fold_mean", "fold_std", "folds"} & set(row) for row in content["means"])
    for name in ("leak.csv", "folds.csv"):
        assert not (three / "tables" / name).exists()


@pytest.mark.parametrize("absent", ["seen-subjects", "unseen-subjects"])
def test_a_protocol_with_nothing_to_score_is_left_out_and_its_note_told(
    make_material, tmp_path, absent
):
    material = make_material(sets=TWO, folds=(1, 2), trainings=False, images=False)
    provenance = {**material.provenance, "notes": [f"There is nothing to score for {absent}."]}
    parts = {
        name: getattr(material, name)[getattr(material, name)["protocol"] != absent]
        for name in ("outcomes", "curves")
    }
    build(replace(material, provenance=provenance, quality=NOTHING.quality, **parts), tmp_path)
    text = (tmp_path / "report.html").read_text()
    assert provenance["notes"][0] in text
    assert 'id="quality"' not in text
    words = {"seen-subjects": "of seen people", "unseen-subjects": "of unseen people"}
    for name, title in words.items():
        assert (f"Recognition {title}" in text) == (name != absent)


def test_a_training_set_with_nothing_scored_is_a_row_of_dashes(make_material, tmp_path):
    material = make_material(sets=TWO, trainings=False, images=False)
    rows = material.outcomes
    left = rows[rows["training_set"] != "real+A"]
    build(replace(material, outcomes=left, quality=NOTHING.quality), tmp_path)
    assert "no training set with fakes was scored" in (tmp_path / "report.html").read_text()
    lines = (tmp_path / "tables/accuracy.md").read_text().splitlines()
    assert next(line for line in lines if line.startswith("| real+A;")).endswith("| – | – | – |")


def test_one_set_and_nothing_else_still_makes_a_report(tmp_path):
    build(NOTHING, tmp_path)
    assert "there is no answer" in (tmp_path / "report.html").read_text()
    json.loads((tmp_path / "results.json").read_text())


@pytest.mark.parametrize(
    ("blocked", "written"),
    [
        ("tables", ()),
        ("plots", ("tables/quality.csv",)),
        ("results.json", ("tables/quality.csv", "plots/quality-truth.csv")),
        ("report.html", ("tables/quality.csv", "plots/quality-truth.csv", "results.json")),
    ],
)
def test_results_wait_for_tables_and_plots_and_the_page_for_all(tmp_path, blocked, written):
    """What cannot be written ends the report there; nothing that follows it is written."""
    row = {"images": "A", "metric": "ssim", "seed": 0, "value": 0.5, "n": 9}
    if blocked in ("tables", "plots"):
        (tmp_path / blocked).touch()  # a file where a folder must be
    else:
        (tmp_path / blocked).mkdir()
    with pytest.raises(OSError, match=blocked):
        build(replace(NOTHING, quality=pd.DataFrame([row]), metrics=RECORDS), tmp_path)
    for name in ("tables/quality.csv", "plots/quality-truth.csv", "results.json", "report.html"):
        assert (tmp_path / name).is_file() == (name in written), name


@pytest.mark.parametrize(
    ("known", "title"),
    [({}, "Faces found"), ({"alignment": "eyes-v9"}, "Faces found (alignment eyes-v9)")],
)
def test_the_alignment_is_named_where_it_is_known(known, title):
    rows = [{"spectrum": "VIS", "images": 5}]
    (table,) = data_tables({"data": {"detection": rows, **known}})
    assert table.title == title
