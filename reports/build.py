"""The report of a run: from its material to tables, plots, results and report.html."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

from faces.files import write_text
from reports import records
from reports.answer import HEADLINES, answer
from reports.grids import Sheet, samples_sheet, save_sheet, sheets_of
from reports.material import Material, in_order
from reports.page import Drawn, Section, quality_text, render, run_tables
from reports.plots import curves, differences, losses, quality
from reports.plots.figure import Plot, file_name, image_looks, looks, save
from reports.summary import Summary, summarise
from reports.tables import accuracy_tables, image_kinds, quality_table, write_tables

DISTANCE = "fd_lite0"


def build(material: Material, out: Path) -> None:
    """Writes tables/, plots/, results.csv, results.json and report.html into `out`, in this order.

    So whoever finds results.json finds all tables and plots, and report.html tells that it is done.
    """
    out.mkdir(parents=True, exist_ok=True)
    material = replace(material, training_sets=in_order(material.training_sets))
    summary = summarise(material)
    told = answer(summary, material.facts)
    write_tables(out / "tables", summary)
    sections = all_sections(material, summary, out / "plots")
    page = render(sections, told, material.facts)
    content = records.results(summary, material.facts, told)
    records.write_csv(out / "results.csv", content)
    records.write_json(out / "results.json", content)
    write_text(out / "report.html", page)


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
    plots = chain(differences.plots(summary), curves.plots(material))
    tables = accuracy_tables(summary) if len(summary.recognition) else ()
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
        (quality_table(summary.quality),),
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
    sheets = [samples_sheet(firsts[name]) for name in variants]
    shown = kept([each for each in sheets if each], folder)
    return Section("training", "Training", plots=drawn(plots, folder), sheets=shown)


def grid_sheets(material: Material) -> tuple[list[Sheet], list[Sheet]]:
    """The grid named "subjects" with its differences, and all other grids."""
    main = [each for grid in material.grids if grid.name == "subjects" for each in sheets_of(grid)]
    other = [each for grid in material.grids if grid.name != "subjects" for each in sheets_of(grid)]
    return main, other


def drawn(plots: list[Plot], folder: Path) -> tuple[Drawn, ...]:
    return tuple(Drawn(plot, save(plot, folder)) for plot in plots)


def kept(sheets: list[Sheet], folder: Path) -> tuple[Sheet, ...]:
    """Saves contact sheets beside the plots; those without images are left out."""
    full = tuple(each for each in sheets if each.cells)
    for each in full:
        save_sheet(each, folder / f"{file_name('grid', each.name)}.png")
    return full
