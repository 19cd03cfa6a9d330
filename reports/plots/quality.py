"""Draws image quality per kind of images, and against the gain in recognition.

Metrics of one group share a figure: a small drawing each, the same kinds in the same rows.
"""

import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from faces.common.metric import Metric
from reports.agreement import FEWEST, agreement, points
from reports.plots.figure import GREY, INK, STYLE, Look, Plot, file_name, image_looks, looks
from reports.summary import Summary
from reports.tables.quality import PAIRS, correlation
from reports.words import protocol

WIDTH_INCHES = 7.4
ROW_INCHES, FRAME_INCHES, SCATTER_INCHES = 0.24, 0.95, 1.85
COLUMNS, SCATTER_COLUMNS = 3, 4
LABEL_LETTERS = 26  # to a line, below a small drawing
SHORT = {"real": "real NIR", "vis": "VIS, grey", "reshot": "true NIR again"}
TITLES = {  # of the figures, by the group of their metrics; those of other groups are in "other"
    "distances": "How far from real NIR",
    "coverage": "How much of real NIR is covered",
    "truth": "How like the true NIR of the shot",
    "faces": "What a face network and a detector see",
    "other": "More",
}


def plots(summary: Summary, kinds: list[str]) -> Iterator[Plot]:
    """Draw one figure per group of metrics, rows in the order of `kinds`."""
    quality = summary.quality[summary.quality["value"].notna()]
    present = _in_order(summary, dict.fromkeys(quality["metric"]))
    for group, title in TITLES.items():
        if names := [name for name in present if _group_of(summary, name) == group]:
            rows = quality[quality["metric"].isin(names)]
            yield _group_plot(summary, rows, names, kinds=kinds, group=group, title=title)


def _group_of(summary: Summary, name: str) -> str:
    """Return the figure that a metric is drawn in."""
    group = summary.metric(name).group
    return group if group in TITLES else "other"


def _in_order(summary: Summary, names: Iterable[str]) -> list[str]:
    """Put metrics into the order of their figures, and of their places there."""
    order = list(TITLES)

    def place(name: str) -> tuple[int, float]:
        return order.index(_group_of(summary, name)), summary.metric(name).place

    return sorted(names, key=place)


def _group_plot(
    summary: Summary,
    rows: pd.DataFrame,
    names: list[str],
    *,
    kinds: list[str],
    group: str,
    title: str,
) -> Plot:
    """Draw seeds as marks with intervals, the floor and the untranslated images as lines."""
    present, fakes = set(rows["images"]), summary.names_of_fakes()
    kinds = [image_kind for image_kind in kinds if image_kind in present]
    look = _looks_of(summary, kinds)
    labels = [SHORT.get(image_kind) or fakes.get(image_kind, image_kind) for image_kind in kinds]
    height = FRAME_INCHES + ROW_INCHES * len(kinds)
    with small_multiples(len(names), COLUMNS, height) as (figure, drawings):
        for place, (axes, name) in enumerate(zip(drawings, names, strict=True)):
            _draw_metric(axes, rows[rows["metric"] == name], summary.metric(name), look)
            first = place % COLUMNS == 0
            axes.set_yticks(-np.arange(len(kinds)), labels if first else [])
    several = rows.duplicated(["images", "metric"]).any()
    repeats = "seeds and folds" if "fold" in rows else "seeds"
    caption = [
        f"Marks: {repeats}." if several else "",
        "Bars: 95 % intervals of the draw of people." if "ci_low" in rows else "",
        "Dotted: real NIR against real NIR, the floor." if "real" in kinds else "",
        "Dashed: untranslated VIS." if "vis" in kinds else "",
        _pairs_caption(summary, rows),
    ]
    return Plot(
        name=file_name("quality", group),
        title=title,
        caption=" ".join(filter(None, caption)),
        figure=figure,
        data=rows,
    )


def _draw_metric(axes: Axes, rows: pd.DataFrame, record: Metric, kinds: dict[str, Look]) -> None:
    """Draw one metric: a row per kind of images, seeds slightly apart."""
    for place, (image_kind, look) in enumerate(kinds.items()):
        own = rows[rows["images"] == image_kind]
        values = record.scale * own["value"].to_numpy()
        apart = np.linspace(0.18, -0.18, len(own)) if len(own) > 1 else np.zeros(len(own))
        y = apart - place
        if "ci_low" in own:
            low, high = (record.scale * own[end].to_numpy(float) for end in ("ci_low", "ci_high"))
            axes.hlines(y, low, high, color=look.colour, linewidth=1)
        axes.plot(values, y, look.marker, color=look.colour, markersize=4)
        if image_kind in ("real", "vis") and len(values):
            line, colour = (":", INK) if image_kind == "real" else ("--", GREY)
            axes.axvline(values.mean(), color=colour, linestyle=line, linewidth=1, zorder=0.9)
    axes.set_ylim(-len(kinds) + 0.4, 0.6)
    axes.set_xlabel(_axis_label(record), fontsize=8)
    axes.tick_params(labelsize=8)
    axes.locator_params(axis="x", nbins=4)
    axes.grid(visible=False, axis="y")


def _axis_label(record: Metric) -> str:
    """Return a metric's label, its unit and the better direction, on short lines."""
    unit = f", {record.unit}" if record.unit else ""
    lines = textwrap.wrap(f"{record.label}{unit}", LABEL_LETTERS)
    return "\n".join([*lines, *([f"({record.better} is better)"] if record.better else [])])


def _pairs_caption(summary: Summary, rows: pd.DataFrame) -> str:
    """Return the values of pairs of real images, in the metric that has them, as a sentence."""
    pairs = rows[rows["images"].isin(PAIRS)]
    means = pairs.groupby("images")["value"].mean()
    if not all(image_kind in means.index for image_kind in PAIRS):
        return ""
    label = summary.metric(pairs["metric"].iloc[0]).label
    one, two = (f"{means[image_kind]:.3f}" for image_kind in PAIRS)
    return f"In {label}, a VIS and a real NIR image of one person get {one}, of two people {two}."


def _looks_of(summary: Summary, kinds: list[str]) -> dict[str, Look]:
    """Return a look per kind of images; true NIR is as dark as real NIR."""
    found = image_looks(summary.training_sets, kinds)
    return found | ({"reshot": Look(INK, "D")} if "reshot" in found else {})


@contextmanager
def small_multiples(
    count: int, columns: int, row_inches: float
) -> Iterator[tuple[Figure, list[Axes]]]:
    """Yield a figure with `count` small drawings under the common style."""
    lines = -(-count // columns)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_INCHES, lines * row_inches), layout="constrained")
        grid = figure.add_gridspec(lines, columns)
        yield figure, [figure.add_subplot(grid[divmod(i, columns)]) for i in range(count)]
        # Laid out once for both formats; savefig would do it again for each, at half of its time.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


def usefulness(
    summary: Summary, task: str, name: str, image_metric: str | None = None
) -> Plot | None:
    """Draw the gain in recognition against each metric of images, a mark per variant and seed.

    `image_metric` draws that one alone. None where there are fewer than two marks.
    """
    marks = points(summary, task, name)
    if image_metric is not None:
        marks = marks[marks["metric"] == image_metric]
    names = _with_two_marks(summary, marks)
    if not names:
        return None
    rows = agreement(summary, marks).set_index("metric")
    with small_multiples(len(names), SCATTER_COLUMNS, SCATTER_INCHES) as (figure, drawings):
        for place, (axes, shown) in enumerate(zip(drawings, names, strict=True)):
            _draw_scatter(axes, summary, marks[marks["metric"] == shown], summary.metric(name))
            axes.set_title(f"rank correlation {correlation(rows.loc[shown, 'rho'])}", fontsize=8)
            if place % SCATTER_COLUMNS:
                axes.set_ylabel("")
                axes.tick_params(labelleft=False)
        handles, labels = drawings[0].get_legend_handles_labels()
        labels = [f"fakes by {label}" for label in labels]
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return Plot(
        name=file_name("quality-against-gain", name, *([image_metric] if image_metric else [])),
        title="Does looking real mean being useful?",
        caption=_usefulness_caption(rows, task, summary.metric(name)),
        figure=figure,
        data=marks,
    )


def _with_two_marks(summary: Summary, marks: pd.DataFrame) -> list[str]:
    """Return the metrics with at least two marks, in the order of their figures."""
    counts = marks["metric"].value_counts()
    present = [name for name in dict.fromkeys(marks["metric"]) if counts[name] > 1]
    return _in_order(summary, present)


def _draw_scatter(axes: Axes, summary: Summary, marks: pd.DataFrame, gain: Metric) -> None:
    """Draw one metric of images against the gain in another; untranslated images are a line."""
    record = summary.metric(marks["metric"].iloc[0])
    look = looks(summary.training_sets)
    for images, own in marks.groupby("images", sort=False):
        own_look = look[own["training_set"].iloc[0]]
        axes.plot(
            record.scale * own["value"], gain.scale * own["gain"], own_look.marker,
            color=own_look.colour, markersize=5, label=summary.names_of_fakes()[images],
        )  # fmt: skip
    quality = summary.quality[summary.quality["metric"] == record.name]
    untranslated = quality[quality["images"] == "vis"]["value"].dropna()
    if len(untranslated):
        x = record.scale * untranslated.mean()
        axes.axvline(x, color=GREY, linestyle="--", linewidth=1, zorder=0.9)
    axes.axhline(0, color=INK, linewidth=1, zorder=0.9)
    axes.margins(x=0.12, y=0.12)
    axes.set_xlabel(_axis_label(record), fontsize=8, labelpad=7)  # below a power of ten
    axes.set_ylabel(f"gain in {gain.label}{', points' if gain.unit == '%' else ''}", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.locator_params(nbins=4)
    axes.ticklabel_format(axis="x", scilimits=(-2, 4))  # long numbers overlap
    axes.xaxis.get_offset_text().set_fontsize(7)


def _usefulness_caption(rows: pd.DataFrame, task: str, record: Metric) -> str:
    """Say what is drawn and how many points it rests on."""
    n = int(rows["n"].max())
    correlations = (
        "Rank correlations are positive where better images gain more; the table has those within "
        "seeds."
        if n >= FEWEST
        else f"Fewer than {FEWEST} marks are too few for a correlation."
    )
    return (
        f"Gain in {record.label} ({protocol(task)}) over the baseline of the same seed "
        f"against each metric of the fakes, a mark per variant and seed (n = {n}). Dashed: "
        f"untranslated VIS, which adds nothing new. {correlations}"
    )
