"""The order of the page's sections, and what stands in each of a full run."""

import pytest

from reports.build import write_tables
from reports.material import in_order
from reports.page.sections import Draft, all_sections
from reports.summary import summarise

ORDER = [
    "answer",
    "failed",
    "recognition",
    "differences",
    "amounts",
    "curves",
    "quality",
    "images",
    "worst",
    "training",
    "preparation",
    "hardest",
    "data",
    "run",
]
NOT_THERE = ("failed", "training")  # no stage failed in this material, and nothing was trained


@pytest.fixture(scope="module")
def sections(full_material, full, tmp_path_factory):
    out = tmp_path_factory.mktemp("sections")
    tables = write_tables(out / "tables", full_material, full)
    return out, all_sections(Draft(full_material, full, tables, out / "plots"))


def test_sections_stand_in_the_order_in_which_they_are_read(sections):
    assert [section.id for section in sections[1]] == ORDER
    of = {section.id: section for section in sections[1]}
    assert all(of[name] for name in ORDER if name not in NOT_THERE)
    assert of["answer"].plots == of["differences"].plots[:1]
    assert of["answer"].plots[0].plot.name == "difference-unseen-subjects-rank1"


def test_grids_stand_where_their_names_say(sections):
    of = {section.id: [sheet.name for sheet in section.sheets] for section in sections[1]}
    assert of["images"] == ["subjects", "subjects-B-C"]
    assert of["worst"] == ["worst-probes"]
    assert of["preparation"] == ["alignment"]


def test_each_plot_and_table_has_its_files_and_a_caption(sections):
    out, parts = sections
    plots = [saved.plot for section in parts[1:] for saved in (*section.plots, *section.more)]
    assert len({plot.name for plot in plots}) == len(plots)
    for plot in plots:
        for ending in ("svg", "png", "csv"):
            assert (out / f"plots/{plot.name}.{ending}").stat().st_size
        assert plot.title
        if not plot.name.startswith("quality"):
            assert "people" in plot.caption
            assert "probes" in plot.caption
            assert "seed" in plot.caption
    for name in ("accuracy", "quality", "amounts", "subjects"):
        assert (out / f"tables/{name}.csv").stat().st_size
    assert (out / "tables/confusions.csv").stat().st_size


def test_material_without_curves_confusions_or_quality_leaves_sections_empty(
    make_material, tmp_path
):
    material = make_material(images=False, trainings=False, subjects=6)
    baseline = tuple(
        training_set for training_set in material.training_sets if training_set.role == "baseline"
    )
    bare = type(material)(
        material.provenance,
        in_order(baseline),
        material.outcomes[material.outcomes["training_set"] == "real"],
        material.curves[:0],
        material.quality[:0],
    )
    summary = summarise(bare, resamples=50)
    tables = write_tables(tmp_path / "tables", bare, summary)
    found = all_sections(Draft(bare, summary, tables, tmp_path / "plots"))
    there = [section.id for section in found if section]
    assert there == ["recognition", "hardest", "data", "run"]
