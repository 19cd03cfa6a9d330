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
from reports.tables.error_rates import error_rate_frame, error_rate_tables
from reports.tables.failures import failure_tables
from reports.tables.folds import fold_frame, fold_tables
from reports.tables.formats import Table, cells_frame, write_formats
from reports.tables.leak import leak_frame, leak_tables
from reports.tables.quality import agreement_frame, quality_tables
from reports.tables.run import data_tables, run_tables
from reports.tables.subjects import pair_frame, subject_frame, subject_tables


def build(material: Material, out: Path) -> None:
    """Write tables/, plots/, results.csv, results.json and report.html into `out`, in this order.

    So tables and plots are complete if results.json exists, and everything is if report.html does.
    """
    out.mkdir(parents=True, exist_ok=True)
    material = replace(
        material,
        training_sets=in_order(material.training_sets),
        curves=first_fold(material.curves),
    )
    summary = summarise(material)
    sentences = answer(summary, material.provenance)
    tables = write_tables(out / "tables", material, summary)
    sections = all_sections(Draft(material, summary, tables, out / "plots"))
    page = render(sections, sentences, material.provenance)
    content = records.results(summary, material.provenance, sentences)
    records.write_csv(out / "results.csv", content)
    records.write_json(out / "results.json", content)
    write_text(out / "report.html", page)


def write_tables(
    folder: Path, material: Material, summary: Summary
) -> dict[str, tuple[Table, ...]]:
    """Write every group of tables that is not empty as csv, md and tex => tables, by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, tables, frame in (*_result_tables(material, summary), *_run_tables(material)):
        if tables:
            written[name] = tuple(write_formats(folder / name, tables, frame))
    leading = headlines(summary)
    plain = {"confusions": pair_frame(material, summary, leading)}
    if leading:
        plain["usefulness"] = agreement_frame(summary, *leading[0])
    for name, numbers in plain.items():
        if len(numbers):
            write_text(folder / f"{name}.csv", numbers.to_csv(index=False, float_format="%.8g"))
    return written


def _result_tables(
    material: Material, summary: Summary
) -> Iterator[tuple[str, list[Table], pd.DataFrame]]:
    """Yield the file name of each group of tables, the printed tables and their numbers.

    Tables of results say how faces were cropped and people chosen: they are read without the page.
    """
    leading = headlines(summary)
    data_note = " ".join(made_by(material.provenance.get("data", {})))
    for name, tables, frame in (
        ("accuracy", accuracy_tables(summary), accuracy_frame(summary)),
        ("quality", quality_tables(summary, *(leading or [("", "")])[0]), summary.quality),
        (
            "error_rates",
            error_rate_tables(material, summary),
            error_rate_frame(summary),
        ),
        ("leak", leak_tables(summary), leak_frame(summary)),
        ("folds", fold_tables(summary), fold_frame(summary)),
        ("amounts", amount_tables(summary, leading), amount_frame(summary, leading)),
        (
            "subjects",
            subject_tables(material, summary, leading),
            subject_frame(material, summary, leading),
        ),
    ):
        yield (
            name,
            [replace(table, note=f"{table.note} {data_note}".strip()) for table in tables],
            frame,
        )


def _run_tables(material: Material) -> Iterator[tuple[str, list[Table], pd.DataFrame]]:
    """Yield the tables on the data and on the run, whose cells are words and counts."""
    for name, tables in (
        ("failed_stages", failure_tables(material.provenance)),
        ("data", data_tables(material.provenance)),
        ("run", run_tables(material.provenance)),
    ):
        yield name, list(tables), cells_frame(tables)
