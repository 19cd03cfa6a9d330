"""Makes the sections of the page in their order, and saves their plots."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from reports.folds import which_fold
from reports.material import Material
from reports.page.html import SavedPlot, Section, quality_text
from reports.page.sheets import Sheet, samples_sheet, save_sheet, sheets_of
from reports.plots import amounts, curves, differences, losses, quality
from reports.plots.figure import Plot, file_name, image_looks, looks, save
from reports.summary import Summary
from reports.tables.accuracy import leading
from reports.tables.formats import Table
from reports.tables.quality import image_kinds

FAILURES = (
    "Images in which no face was found are listed in failures.csv, those with several faces in "
    "several_faces.csv where there are any, files that were not used in refused.csv where a data "
    "set was read."
)
SUBJECTS = "subjects"  # the grid that leads
WORST = "worst-"  # how the names of grids of worst cases begin
Picture = TypeVar("Picture", Plot, Sheet)
Key = tuple[str, str]  # protocol, metric


@dataclass(frozen=True)
class Draft:
    """The content of sections: `tables` already written, by file name; `plots` is a folder."""

    material: Material
    summary: Summary
    tables: dict[str, tuple[Table, ...]]
    plots: Path

    def saved(self, plots: Iterable[Plot]) -> tuple[SavedPlot, ...]:
        """Save plots."""
        return tuple(SavedPlot(plot, save(plot, self.plots)) for plot in plots)

    def of_first_fold(self, pictures: Iterable[Picture]) -> list[Picture]:
        """Name the fold that pictures show in their captions, where there are several."""
        fold = which_fold(self.material.outcomes)
        return [
            replace(picture, caption=f"{picture.caption} {fold}".strip()) for picture in pictures
        ]

    def sheets(self, *names: str) -> tuple[Sheet, ...]:
        """Save the grids whose names begin with one of `names`, where they have images."""
        found = [
            sheet
            for grid in self.material.grids
            if grid.name.startswith(names)
            for sheet in sheets_of(grid)
        ]
        return self.saved_sheets(self.of_first_fold(found))

    def saved_sheets(self, sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
        """Save contact sheets beside the plots; those without images are left out."""
        found = tuple(sheet for sheet in sheets if sheet.cells)
        for sheet in found:
            save_sheet(sheet, self.plots / f"{file_name('grid', sheet.name)}.png")
        return found


def all_sections(draft: Draft) -> list[Section]:
    """Return the sections of the page in their order; the page leaves out those without content."""
    forests = draft.saved(differences.plots(draft.summary, headlines(draft.summary)))
    return [
        Section("answer", "The answer", plots=forests[:1]),
        _failure_section(draft),
        _accuracy_section(draft),
        _differences_section(draft, forests),
        _amounts_section(draft),
        _curves_section(draft),
        _quality_section(draft),
        _images_section(draft),
        _worst_section(draft),
        _training_section(draft),
        _preparation_section(draft),
        _hardest_section(draft),
        _data_section(draft),
        _run_section(draft),
    ]


def headlines(summary: Summary) -> list[Key]:
    """Return the metrics that the report leads with, of those that were scored; else the first."""
    present = [(task, name) for task in summary.protocols() for name in summary.metrics(task)]
    return summary.prominent("headline") or present[:1]


def further(summary: Summary) -> list[Key]:
    """Return the other metrics of the accuracy table; the curves show those that it lacks."""
    keys = [(task, name) for task in summary.protocols() for name in leading(summary, task)]
    return [key for key in keys if key not in headlines(summary)]


def _accuracy_section(draft: Draft) -> Section:
    return Section(
        "recognition",
        "How well people are recognized",
        lead="Each row is a training set. All had the same number of training steps, and all were "
        "scored on the same images.",
        tables=tuple(
            chain(
                *(
                    draft.tables.get(name, ())
                    for name in ("accuracy", "error_rates", "leak", "folds")
                )
            )
        ),
    )


def _failure_section(draft: Draft) -> Section:
    return Section("failed", "What failed", tables=draft.tables.get("failed_stages", ()))


def _differences_section(draft: Draft, forests: tuple[SavedPlot, ...]) -> Section:
    return Section(
        "differences",
        "What each training set gains",
        lead="Fakes are worth something if they are right of the line at 0 and of every rival "
        "without a fake. With NIR statistics both sides use the unlabelled NIR images that the "
        "translators saw.",
        plots=forests,
        more=draft.saved(differences.plots(draft.summary, further(draft.summary))),
    )


def _amounts_section(draft: Draft) -> Section:
    return Section(
        "amounts",
        "Where do fakes matter?",
        lead="What fakes add where there are no real NIR images of the training people, or few, "
        "and where there are more: the gap between the lines.",
        plots_first=True,
        tables=draft.tables.get("amounts", ()),
        plots=draft.saved(amounts.plots(draft.summary, headlines(draft.summary))),
    )


def _curves_section(draft: Draft) -> Section:
    plots = curves.plots(draft.material, draft.summary)
    return Section(
        "curves",
        "ROC, DET and CMC",
        lead="How many are accepted at each rate of false accepts, how many are rejected wrongly, "
        "and how many are found within the first ranks.",
        plots=draft.saved(draft.of_first_fold(plots)),
    )


def _quality_section(draft: Draft) -> Section:
    summary = draft.summary
    if summary.quality.empty:
        return Section("quality", "Image quality")
    plots = list(quality.plots(summary, image_kinds(summary.quality)))
    for key in headlines(summary)[:1]:
        plots += filter(None, [quality.usefulness(summary, *key)])
    return Section(
        "quality",
        "Image quality",
        quality_text(summary),
        draft.tables.get("quality", ()),
        draft.saved(plots),
    )


def _images_section(draft: Draft) -> Section:
    return Section(
        "images",
        "The same people, side by side",
        lead="The people were chosen by a rule, before any image was looked at.",
        sheets=draft.sheets(SUBJECTS),
    )


def _worst_section(draft: Draft) -> Section:
    return Section(
        "worst",
        "The worst cases",
        lead="Where the fakes do harm, and where they are least like the truth.",
        sheets=draft.sheets(WORST),
    )


def _training_section(draft: Draft) -> Section:
    material = draft.material
    sets = tuple(training_set for training_set in material.training_sets if training_set.shown)
    variants = list(dict.fromkeys(training.name for training in material.generators))
    plots = chain(
        losses.plots(material.generators, "generator", image_looks(sets, variants)),
        losses.plots(material.recognizers, "recognizer", looks(sets)),
    )
    shown = draft.of_first_fold(plots)
    back = [plot for plot in shown if plot.name.endswith("-vis")]
    firsts = {training.name: training for training in reversed(material.generators)}
    samples = filter(None, [samples_sheet(firsts[name]) for name in variants])
    return Section(
        "training",
        "Training",
        lead="The last step of each training is what was used; no step was chosen by its result.",
        sheets=draft.saved_sheets(draft.of_first_fold(samples)),
        plots=draft.saved(plot for plot in shown if plot not in back),
        # The translation from NIR to VIS: no recognizer is trained on its images.
        more=draft.saved(back),
    )


def _preparation_section(draft: Draft) -> Section:
    shown = {grid.name for grid in draft.material.grids if grid.name != SUBJECTS}
    names = tuple(name for name in shown if not name.startswith(WORST))
    return Section(
        "preparation",
        "Alignment and equalization",
        sheets=draft.sheets(*names) if names else (),
    )


def _hardest_section(draft: Draft) -> Section:
    return Section(
        "hardest",
        "Hardest people and confusions",
        lead="Who is missed most, with and without fakes, and whom they are taken for.",
        tables=draft.tables.get("subjects", ()),
    )


def _data_section(draft: Draft) -> Section:
    return Section(
        "data",
        "The data: found, refused, kept",
        lead="What became of every image on its way into the parts of the split.",
        text=(FAILURES,) if draft.material.provenance.get("data", {}).get("detection") else (),
        tables=draft.tables.get("data", ()),
    )


def _run_section(draft: Draft) -> Section:
    return Section("run", "How this was made", tables=draft.tables.get("run", ()))
