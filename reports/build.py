"""The report of a run: from its material to tables, plots, results and report.html."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from faces.files import write_text
from reports import records
from reports.answer import HEADLINES, answer
from reports.folds import first_fold, which_fold
from reports.formats import write_kinds
from reports.grids import Sheet, samples_sheet, save_sheet, sheets_of
from reports.material import Material, in_order
from reports.page import Drawn, Section, quality_text, render
from reports.plots import curves, differences, losses, quality
from reports.plots.figure import Plot, file_name, image_looks, looks, save
from reports.summary import Summary, summarise
from reports.tables import accuracy_frame, accuracy_tables, image_kinds, quality_table
from reports.tables_folds import fold_frame, fold_tables
from reports.tables_leak import leak_frame, leak_tables
from reports.tables_run import run_tables

DISTANCE = "fd_lite0"
Picture = TypeVar("Picture", Plot, Sheet)


def build(material: Material, out: Path) -> None:
    """Writes tables/, plots/, results.csv, results.json and report.html into `out`, in this order.

    So whoever finds results.json finds all tables and plots, and report.html tells that it is done.
    """
    out.mkdir(parents=True, exist_ok=True)
    material = replace(
        material,
        training_sets=in_order(material.training_sets),
        curves=first_fold(material.curves),
    )
    summary = summarise(material)
    told = answer(summary, material.facts)
    write_tables(out / "tables", summary)
    sections = all_sections(material, summary, out / "plots")
    page = render(sections, told, material.facts)
    content = records.results(summary, material.facts, told)
    records.write_csv(out / "results.csv", content)
    records.write_json(out / "results.json", content)
    write_text(out / "report.html", page)


def write_tables(folder: Path, summary: Summary) -> None:
    """Writes accuracy as csv, md and tex; so quality, leak and folds where there are any."""
    folder.mkdir(parents=True, exist_ok=True)
    write_kinds(folder / "accuracy", accuracy_tables(summary), accuracy_frame(summary))
    if len(summary.quality):
        write_kinds(folder / "quality", [quality_table(summary)], summary.quality)
    if tables := leak_tables(summary):
        write_kinds(folder / "leak", tables, leak_frame(summary))
    if tables := fold_tables(summary):
        write_kinds(folder / "folds", tables, fold_frame(summary))


def all_sections(material: Material, summary: Summary, folder: Path) -> list[Section]:
    """The parts of the page; saves their plots and contact sheets on the way."""
    main, other = grid_sheets(material)
    return [
        recognition_section(material, summary, folder),
        Section("images", "The same people, side by side", sheets=kept(main, folder)),
        quality_section(summary, folder),
        Section("preparation", "Alignment and equalization", sheets=kept(other, folder)),
        training_section(material, summary, folder),
        Section("run", "How this was made", tables=run_tables(material.facts)),
    ]


def recognition_section(material: Material, summary: Summary, folder: Path) -> Section:
    plots = [*differences.plots(summary), *said(material, curves.plots(material))]
    tables = [*accuracy_tables(summary), *leak_tables(summary), *fold_tables(summary)]
    return Section("recognition", "Recognition", (), tuple(tables), drawn(plots, folder))


def quality_section(summary: Summary, folder: Path) -> Section:
    if summary.quality.empty:
        return Section("quality", "Image quality")
    plots = list(quality.plots(summary, image_kinds(summary.quality)))
    against = quality.usefulness(summary, *HEADLINES[0], DISTANCE)
    return Section(
        "quality",
        "Image quality",
        quality_text(summary),
        (quality_table(summary),),
        drawn([*plots, against] if against else plots, folder),
    )


def training_section(material: Material, summary: Summary, folder: Path) -> Section:
    sets = material.training_sets
    variants = list(dict.fromkeys(training.name for training in material.generators))
    plots = chain(
        losses.plots(material.generators, "generator", image_looks(sets, variants)),
        losses.plots(material.recognizers, "recognizer", looks(sets)),
    )
    firsts = {training.name: training for training in reversed(material.generators)}
    sheets = filter(None, [samples_sheet(firsts[name]) for name in variants])
    shown = kept(said(material, sheets), folder)
    return Section("training", "Training", plots=drawn(said(material, plots), folder), sheets=shown)


def grid_sheets(material: Material) -> tuple[list[Sheet], list[Sheet]]:
    """The grid named "subjects" with its differences, and all other grids."""
    main = [each for grid in material.grids if grid.name == "subjects" for each in sheets_of(grid)]
    other = [each for grid in material.grids if grid.name != "subjects" for each in sheets_of(grid)]
    return said(material, main), said(material, other)


def said(material: Material, pictures: Iterable[Picture]) -> list[Picture]:
    """Plots or sheets whose captions say which fold they show, where there are several."""
    fold = which_fold(material.outcomes)
    return [replace(each, caption=f"{each.caption} {fold}".strip()) for each in pictures]


def drawn(plots: list[Plot], folder: Path) -> tuple[Drawn, ...]:
    return tuple(Drawn(plot, save(plot, folder)) for plot in plots)


def kept(sheets: list[Sheet], folder: Path) -> tuple[Sheet, ...]:
    """Saves contact sheets beside the plots; those without images are left out."""
    full = tuple(each for each in sheets if each.cells)
    for each in full:
        save_sheet(each, folder / f"{file_name('grid', each.name)}.png")
    return full
