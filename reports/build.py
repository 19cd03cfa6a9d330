"""The report of a run: from its material to tables, plots, results and report.html."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from faces.common.files import write_text
from reports import records
from reports.answer.sentences import answer
from reports.folds import first_fold
from reports.material import Material, in_order
from reports.page.html import made_by, render
from reports.page.sections import Draft, all_sections, headlines
from reports.summary import Summary, summarise
from reports.tables.accuracy import accuracy_frame, accuracy_tables
from reports.tables.amounts import amount_frame, amount_tables
from reports.tables.failures import failure_tables
from reports.tables.folds import fold_frame, fold_tables
from reports.tables.formats import Table, cells_frame, write_kinds
from reports.tables.leak import leak_frame, leak_tables
from reports.tables.quality import agreement_frame, quality_tables
from reports.tables.run import data_tables, run_tables
from reports.tables.subjects import pair_frame, subject_frame, subject_tables


def build(material: Material, out: Path) -> None:
    """Writes tables/, plots/, results.csv, results.json and report.html into `out`, in this order.

    So tables and plots are complete if results.json exists, and all is if report.html does.
    """
    out.mkdir(parents=True, exist_ok=True)
    material = replace(
        material,
        training_sets=in_order(material.training_sets),
        curves=first_fold(material.curves),
    )
    summary = summarise(material)
    told = answer(summary, material.facts)
    tables = write_tables(out / "tables", material, summary)
    sections = all_sections(Draft(material, summary, tables, out / "plots"))
    page = render(sections, told, material.facts)
    content = records.results(summary, material.facts, told)
    records.write_csv(out / "results.csv", content)
    records.write_json(out / "results.json", content)
    write_text(out / "report.html", page)


def write_tables(
    folder: Path, material: Material, summary: Summary
) -> dict[str, tuple[Table, ...]]:
    """Writes each kind of table as csv, md and tex, where there is any; -> those, by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, tables, frame in (*_kinds(material, summary), *_kinds_of_words(material)):
        if tables:
            written[name] = tuple(write_kinds(folder / name, tables, frame))
    leading = headlines(summary)
    plain = {"confusions": pair_frame(material, summary, leading)}
    if leading:
        plain["usefulness"] = agreement_frame(summary, *leading[0])
    for name, numbers in plain.items():
        if len(numbers):
            write_text(folder / f"{name}.csv", numbers.to_csv(index=False, float_format="%.8g"))
    return written


def _kinds(material: Material, summary: Summary) -> Iterator[tuple[str, list[Table], pd.DataFrame]]:
    """Gives each kind's file name, its printed tables and their numbers.

    Tables of results say how faces were cropped and people chosen: they are read without the page.
    """
    leading, how = headlines(summary), " ".join(made_by(material.facts.get("data", {})))
    for name, tables, frame in (
        ("accuracy", accuracy_tables(summary), accuracy_frame(summary)),
        ("quality", quality_tables(summary, *(leading or [("", "")])[0]), summary.quality),
        ("leak", leak_tables(summary), leak_frame(summary)),
        ("folds", fold_tables(summary), fold_frame(summary)),
        ("amounts", amount_tables(summary, leading), amount_frame(summary, leading)),
        (
            "subjects",
            subject_tables(material, summary, leading),
            subject_frame(material, summary, leading),
        ),
    ):
        yield name, [replace(each, note=f"{each.note} {how}".strip()) for each in tables], frame


def _kinds_of_words(material: Material) -> Iterator[tuple[str, list[Table], pd.DataFrame]]:
    """Gives the tables on the data and on the run, whose cells are words and counts."""
    for name, tables in (
        ("failed_stages", failure_tables(material.facts)),
        ("data", data_tables(material.facts)),
        ("run", run_tables(material.facts)),
    ):
        yield name, list(tables), cells_frame(tables)
