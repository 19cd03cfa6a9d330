"""Renders report.html: one file that makes no request, from numbers, plots and images."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports.answer.caveats import rendered
from reports.answer.sentences import Answer
from reports.page.sheets import Sheet, data_uri
from reports.page.svg import described, without_style
from reports.plots.figure import COLOURS, GREY, PAPER, Plot, file_name, inline
from reports.summary import Summary
from reports.tables.formats import Table
from reports.tables.sorting import numeric, sort_values
from reports.words import listed, number

REPORTS = Path(__file__).parents[1]
TEMPLATES = (REPORTS / "page", REPORTS / "compare")
MOST_BYTES = 4_500_000
IMAGE_SIDES_PX = (192, 160, 128, 96, 64)  # tried in turn until the page is small enough
TITLE = "Do fake near-infrared faces make the recognizer better?"
NBSP = "\N{NO-BREAK SPACE}"
WIDE_INCHES = 5  # a figure wider than this spans two columns of cards
MOST_OPEN_ROWS = 25  # a longer table is folded, and scrolls in its own box


@dataclass(frozen=True)
class SavedPlot:
    """A plot and the text of its SVG file."""

    plot: Plot
    svg: str

    def markup(self, section: str) -> Markup:
        """Return the SVG for the page, with ids that are unique there; its text is escaped."""
        svg = without_style(inline(self.svg, f"{section}-{self.plot.name}"))
        return Markup(described(svg, f"{self.plot.title}. {self.plot.caption}"))

    @property
    def wide(self) -> bool:
        """Tell whether the figure needs two columns of cards."""
        return self.plot.figure.get_size_inches()[0] > WIDE_INCHES


@dataclass(frozen=True)
class Section:
    """A part of the page: text, tables, sheets and plots in this order, each of them optional.

    With `plots_first` the plots are before the tables. `lead` is a sentence under the heading,
    `more` are plots that the page shows only when asked to. The plots of the section "answer" are
    shown beside the answer.
    """

    id: str
    title: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[SavedPlot, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    lead: str = ""
    more: tuple[SavedPlot, ...] = ()
    plots_first: bool = False

    def __bool__(self) -> bool:
        return bool(self.tables or self.plots or self.sheets or self.more)


def render(sections: list[Section], answer: Answer, provenance: Mapping[str, Any]) -> str:
    """Return the page, its images as large as fit into MOST_BYTES."""
    template = environment().get_template("report.html.j2")
    style = source("style.css") + palette()
    script = source("report.js")
    for most_px in IMAGE_SIDES_PX:
        page = template.render(
            title=TITLE,
            style=Markup(style),
            script=Markup(script),
            policy=policy(style, script),
            answer=answer,
            key=[plot for section in sections if section.id == "answer" for plot in section.plots],
            about=[provenance.get("data", {}).get("name"), provenance.get("device")],
            command=provenance.get("command"),
            notes=[*provenance.get("notes", ()), *provenance.get("data", {}).get("notes", ())],
            made_by=made_by(provenance.get("data", {})),
            rendered=rendered(dict(provenance)),
            sections=[section for section in sections if section and section.id != "answer"],
            uri=lambda image, most_px=most_px: data_uri(image, most_px),
        )
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


def source(name: str) -> str:
    """Return the text of a file of the page: its style or its script."""
    return (TEMPLATES[0] / name).read_text(encoding="utf-8")


def policy(style: str, script: str) -> str:
    """Return a content security policy that allows this style and this script and no request."""
    return (
        f"default-src 'none'; img-src data:; style-src {_digest(style)}; "
        f"script-src {_digest(script)}; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    """Return the hash by which a policy allows a text (Content Security Policy 3, 6.7.3.3)."""
    sha256 = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(sha256).decode()}'"


def palette(colours: Iterable[str] = (*COLOURS, GREY)) -> str:
    """Return style rules that make the plots' colours lighter on a dark page.

    The paper colour of plots becomes that of their card, so that hollow marks hide the lines under
    them. The selectors name no ancestor: markers are copies by <use>, whose parts have none.
    """
    paper = "".join(
        f'[{attribute}="{PAPER}"] {{ {attribute}: var(--card); }}\n'
        for attribute in ("fill", "stroke")
    )
    return paper + "".join(
        f'[{attribute}="{colour}"] '
        f"{{ {attribute}: light-dark({colour}, color-mix(in srgb, {colour}, white 35%)); }}\n"
        for colour in colours
        for attribute in ("fill", "stroke")
    )


def made_by(data: Mapping[str, Any]) -> list[str]:
    """Say how faces were aligned and by which protocol people were chosen, where it is known."""
    folds = data.get("folds") or ()
    fold = f", fold{'s'[: len(folds) > 1]} {', '.join(map(str, folds))}" if folds else ""
    lines = []
    if data.get("alignment"):
        lines.append(f"Alignment: {data['alignment']}.")
    if data.get("protocol"):
        lines.append(f"Protocol: {data['protocol']}{fold}.")
    return lines


def environment() -> jinja2.Environment:
    """Make the template engine: it escapes all but `Markup` and refuses missing names."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["unbroken"] = unbroken
    templates.filters["grid_file"] = lambda name: f"plots/{file_name('grid', name)}.png"
    templates.globals |= {"sort_values": sort_values, "numeric": numeric}
    templates.globals["most_open_rows"] = MOST_OPEN_ROWS
    return templates


def unbroken(text: str) -> str:
    """Put no-break spaces into intervals and between a number and its per cent sign."""
    return re.sub(r" %|\[[^\[\]]{,24}\]", lambda found: found[0].replace(" ", NBSP), text)


def quality_text(summary: Summary) -> tuple[str, ...]:
    """Explain the metrics of image quality, and how untranslated VIS compares with the fakes."""
    return (
        "A Fréchet or kernel distance tells how far two sets of images lie apart in the features "
        "of a network. It does not tell what the fakes are good for. In features of everyday "
        "photographs (Lite0, Inception), traces of upsampling and blur can weigh more than the "
        "spectrum, so that untranslated grey VIS images come out nearer to real NIR than fakes "
        "that help a recognizer. Distances in the recognizer's own features have gone along with "
        "the gain best so far (docs/usefulness.md). Recognition is the result; these figures "
        "describe the images.",
        *_nearer_than_fakes(summary),
        "A distance also shrinks as the number of images grows: compare rows of the same n, and "
        "read each beside the floor, which is what real NIR images of other people get.",
    )


def _nearer_than_fakes(summary: Summary) -> tuple[str, ...]:
    """Name the fakes that are farther from NIR than untranslated VIS, by the first distance."""
    names = dict.fromkeys(summary.quality["metric"])
    name = next((name for name in names if summary.metric(name).group == "distances"), "")
    record = summary.metric(name)
    rows = summary.quality[summary.quality["metric"] == name]
    means = rows.groupby("images", sort=False)["value"].mean()
    if "vis" not in means.index:
        return ()
    fakes = summary.names_of_fakes()
    farther = [
        fakes.get(image_kind, image_kind)
        for image_kind in means.index
        if means[image_kind] > means["vis"] and image_kind != "real"
    ]
    if not farther:
        return ()
    return (
        f"So it is here: by the {record.label}, untranslated VIS images are nearer to real "
        f"NIR ({number(means['vis'], record)}) than the fakes by {listed(farther)}.",
    )
