"""The common parts of all plots: size, colours, and the writing of files and inline SVG.

Figures are made without pyplot, so no global state remains. Text in SVG stays text: it can be
searched, and the page chooses its colour, so that one drawing fits light and dark pages.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from faces.common.evenly_spaced import evenly
from faces.common.files import write_text, written_aside
from reports.material import TrainingSet

# Okabe & Ito 2008, "Color universal design", without yellow, which is lost on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
INK = "#1a1b1c"  # no other colour may have this value: the page replaces it by its own text colour
PAPER = "#fefefe"
LEGEND_LETTERS = 60  # in a line of a legend; more would be cut off
GREY = "#8c8c8c"
MARKERS = ("s", "^", "v", "p", "h", "<")
CONTROL_MARKERS = (">", "d", "X", "*", "8", "H", "P")
CONTROLS = "controls"  # one label for all of them
FRAMING = {  # what frames the fakes: colour, marker, line
    "baseline": (INK, "o", "-"),
    "untuned": (INK, "*", "--"),
    "paired": (GREY, "D", ":"),
    "ceiling": (INK, "D", ":"),
    "external": (GREY, "P", "-."),
}
SIDES_INCHES = (3.9, 2.9)
PNG_DPI = 160
STYLE: dict[Any, object] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "nirbench",
    "text.parse_math": False,  # a name may hold a dollar sign
    "font.size": 10,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same drawing everywhere
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": "none",
    "figure.facecolor": PAPER,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "axes.unicode_minus": True,
}
MOST_POINTS = 250  # per line; more cannot be seen and make the page large


@dataclass(frozen=True)
class Plot:
    """A figure, its caption, and the numbers it shows. `name` is that of its files."""

    name: str
    title: str
    caption: str
    figure: Figure
    data: pd.DataFrame


@dataclass(frozen=True)
class Look:
    """How a training set, or a kind of images, is drawn in every plot."""

    colour: str
    marker: str
    line: str = "-"
    width: float = 1.7
    background: bool = False  # behind all others, where lines cross


@contextmanager
def drawing(height_inches: float = SIDES_INCHES[1]) -> Iterator[tuple[Figure, Axes]]:
    """Yield a figure with one axes, under the common style."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(SIDES_INCHES[0], height_inches), layout="constrained")
        yield figure, figure.add_subplot()
        # Laid out once for both formats; savefig would do it again for each, at half of its time.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


def looks(sets: tuple[TrainingSet, ...]) -> dict[str, Look]:
    """Return a look per training set: fakes are coloured, all others black or grey.

    The baseline and the ceiling, between which fakes are expected, are as dark as text; controls
    are grey and thin. Markers differ too, so that colour is not all that tells sets apart. A leaky
    set has its counterpart's colour and a dashed line, a point of a curve the colour of the fakes
    in it. `sets` are in order (reports.material.in_order).
    """
    colours, markers, controls = cycle(COLOURS), cycle(MARKERS), cycle(CONTROL_MARKERS)
    found: dict[str, Look] = {}
    by_translator: dict[str | None, str] = {None: INK}
    for one in sets:
        if one.role in FRAMING:
            found[one.name] = Look(*FRAMING[one.role])
        elif one.role == "control":
            found[one.name] = Look(GREY, next(controls), width=0.8, background=True)
        elif one.role == "curve":
            translator = one.amount.translator if one.amount else None
            found[one.name] = Look(by_translator.get(translator, GREY), "o")
        else:
            clean = found.get(one.counterpart or "") if one.leaky else None
            colour = clean.colour if clean else next(colours)
            by_translator[one.images] = colour
            found[one.name] = Look(colour, next(markers), "--" if one.leaky else "-")
    return found


def image_looks(sets: tuple[TrainingSet, ...], kinds: list[str]) -> dict[str, Look]:
    """Return a look per kind of images: fakes have that of their training set."""
    of_sets = looks(sets)
    known = {"real": Look(INK, "o"), "vis": Look(GREY, "X")}
    known |= {
        training_set.images: of_sets[training_set.name]
        for training_set in sets
        if training_set.images
    }
    spare = zip(cycle(COLOURS[::-1]), cycle(MARKERS[::-1]), strict=False)
    return {image_kind: known.get(image_kind) or Look(*next(spare)) for image_kind in kinds}


def legend_below(figure: Figure, axes: Axes, columns: int = 3) -> None:
    """Draw a legend under the axes, so that it covers no line; none without labels."""
    handles, labels = axes.get_legend_handles_labels()
    if CONTROLS in labels:  # they are drawn first, under all others, and named last
        place = labels.index(CONTROLS)
        handles, labels = (
            entries[:place] + entries[place + 1 :] + [entries[place]]
            for entries in (handles, labels)
        )
    if handles:
        while columns > 1 and columns * max(map(len, labels)) > LEGEND_LETTERS:
            columns -= 1
        figure.legend(
            handles, labels, loc="outside lower center", ncols=min(columns, len(handles)),
            columnspacing=1.2, handlelength=1.6, borderaxespad=0.2,
        )  # fmt: skip


def thinned(count: int) -> np.ndarray:
    """Return at most MOST_POINTS indices below `count`, evenly spread, (N,) int64."""
    return evenly(count, MOST_POINTS)


def file_name(*parts: str) -> str:
    """Return a file name of plain letters: ("loss", "D vis") => "loss-d-vis"."""
    return re.sub(r"[^a-z0-9=.]+", "-", "-".join(parts).lower()).strip("-") or "plot"


def save(plot: Plot, folder: Path) -> str:
    """Write `<name>.svg`, `.png` and `.csv` => the text of the SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    svg = to_svg(plot.figure)
    write_text(folder / f"{plot.name}.svg", svg)
    with written_aside(folder / f"{plot.name}.png") as aside, mpl.rc_context(STYLE):
        plot.figure.savefig(aside, format="png", dpi=PNG_DPI, metadata={"Software": None})
    numbers = plot.data.to_csv(index=False, float_format="%.8g")
    write_text(folder / f"{plot.name}.csv", numbers)
    return svg


def to_svg(figure: Figure) -> str:
    """Return SVG without date or version, so that the same figure gives the same bytes."""
    buffer = io.StringIO()
    no_metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", metadata=no_metadata)
    return buffer.getvalue()


def inline(svg: str, name: str) -> str:
    """Return SVG to put into an HTML page; its ids start with `name`, its ink is the page's."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'(<svg\b[^>]*?)\swidth="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg\b[^>]*?)\sheight="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", body)
    return body.replace(INK, "currentColor")
