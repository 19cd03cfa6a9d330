"""report.html: one file that makes no request, from numbers, plots and images."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports.answer import Answer
from reports.caveats import rendered
from reports.formats import Table
from reports.grids import Sheet, data_uri
from reports.plots.figure import Plot, inline
from reports.summary import Summary
from reports.words import listed, metric, number

HERE = Path(__file__).parent
MOST_BYTES = 4_500_000
IMAGE_SIDES_PX = (192, 160, 128, 96, 64)  # tried in turn until the page is small enough
TITLE = "Do fake near-infrared faces make the recognizer better?"


@dataclass(frozen=True)
class Drawn:
    """A plot and its SVG as saved."""

    plot: Plot
    svg: str

    def markup(self) -> Markup:
        """SVG by matplotlib, which escapes every text in it."""
        return Markup(inline(self.svg, self.plot.name))


@dataclass(frozen=True)
class Section:
    """A part of the page: text, then tables, plots and sheets, all of them optional."""

    id: str
    title: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Drawn, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.plots or self.sheets)


def render(sections: list[Section], answer: Answer, facts: Mapping[str, Any]) -> str:
    """The page, its images as large as fit into MOST_BYTES."""
    template = environment().get_template("report.html.j2")
    for most_px in IMAGE_SIDES_PX:
        page = template.render(
            title=TITLE,
            style=Markup((HERE / "style.css").read_text(encoding="utf-8")),
            answer=answer,
            about=[facts.get("data", {}).get("name"), facts.get("device")],
            command=facts.get("command"),
            notes=[*facts.get("notes", ()), *facts.get("data", {}).get("notes", ())],
            made_by=made_by(facts.get("data", {})),
            rendered=rendered(dict(facts)),
            sections=[section for section in sections if section],
            uri=lambda image, most_px=most_px: data_uri(image, most_px),
        )
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


def made_by(data: Mapping[str, Any]) -> list[str]:
    """How faces were cropped and by which protocol people were chosen, as far as it is known."""
    folds = data.get("folds") or ()
    which = f", fold{'s'[: len(folds) > 1]} {', '.join(map(str, folds))}" if folds else ""
    lines = []
    if data.get("alignment"):
        lines.append(f"Alignment: {data['alignment']}.")
    if data.get("protocol"):
        lines.append(f"Protocol: {data['protocol']}{which}.")
    return lines


def environment() -> jinja2.Environment:
    """Everything is escaped but `Markup`; a name that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["unbroken"] = lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%")
    return made


def quality_text(summary: Summary) -> tuple[str, ...]:
    """What the figures tell and what they do not, and how the floor and plain VIS compare here."""
    return (
        "A Fréchet or kernel distance tells how far two sets of images lie apart in the features "
        "of one network that was trained on everyday photographs. It does not tell what the fakes "
        "are good for: traces of upsampling and blur can weigh more in it than the spectrum, so "
        "that untranslated grey VIS images can be nearer to real NIR than fakes that help a "
        "recognizer. Recognition is the result; these figures only describe the images.",
        *nearer_than_fakes(summary),
        "A distance also shrinks as the number of images grows: compare rows of the same n, and "
        "read each beside the floor, which is what two halves of the real NIR images get.",
    )


def nearer_than_fakes(summary: Summary, name: str = "fd_lite0") -> tuple[str, ...]:
    """Says so where untranslated VIS is nearer to NIR than some fakes."""
    rows = summary.quality[summary.quality["metric"] == name]
    means = rows.groupby("images", sort=False)["value"].mean()
    if "vis" not in means.index:
        return ()
    called = summary.kinds()
    farther = [
        called.get(kind, kind)
        for kind in means.index
        if means[kind] > means["vis"] and kind != "real"
    ]
    if not farther:
        return ()
    return (
        f"So it is here: by the {metric(name).label}, untranslated VIS images are nearer to real "
        f"NIR ({number(means['vis'], name)}) than the fakes by {listed(farther)}.",
    )
