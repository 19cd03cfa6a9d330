"""ROC and CMC curves: each seed thin, the mean over seeds thick."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullFormatter

from reports.material import Material
from reports.plots.figure import Look, Plot, drawing, file_name, looks, thinned
from reports.words import protocol

LOWEST_FAR = 1e-4
SHAPES = {
    "roc": ("ROC", "false accept rate, % (log scale)", "verification rate, %"),
    "cmc": ("CMC", "rank", "found within this rank, %"),
}


def plots(material: Material) -> Iterator[Plot]:
    """One plot per protocol and kind of curve."""
    for (where, kind), rows in material.curves.groupby(["protocol", "curve"], sort=False):
        if kind in SHAPES:
            yield curve_plot(material, where, kind, rows)


def curve_plot(material: Material, where: str, kind: str, rows: pd.DataFrame) -> Plot:
    title, across, up = SHAPES[kind]
    present = set(rows["training_set"])
    sets = [each for each in material.training_sets if each.name in present]
    look = looks(material.training_sets)
    with drawing() as (figure, axes):
        for each in sets:
            own = rows[rows["training_set"] == each.name]
            draw_set(axes, own, kind, each.marked(each.name), look[each.name])
        scale_axes(axes, kind, rows)
        axes.set(xlabel=across, ylabel=up)
        axes.legend(loc="lower right" if kind == "cmc" else "best")
    return Plot(
        name=file_name(kind, where),
        title=f"{title}, {protocol(where)}",
        caption="Mean over seeds; each seed thin." if rows["seed"].nunique() > 1 else "One seed.",
        figure=figure,
        data=rows,
    )


def draw_set(axes: Axes, rows: pd.DataFrame, kind: str, name: str, look: Look) -> None:
    drawn = {"color": look.colour, "linestyle": look.line}
    curves = [group.sort_values(["x", "y"]) for _, group in rows.groupby("seed")]
    scale = 100 if kind == "roc" else 1
    if len(curves) > 1:
        for curve in curves:
            x, y = on_grid(curve, grid(rows, kind))
            axes.plot(scale * x, 100 * y, alpha=0.3, linewidth=0.7, **drawn)
    x = grid(rows, kind)
    y = np.mean([on_grid(curve, x)[1] for curve in curves], axis=0)
    shape = look.marker if kind == "cmc" and len(x) <= 25 else None
    axes.plot(scale * x, 100 * y, label=name, marker=shape, markersize=3.5, **drawn)


def grid(rows: pd.DataFrame, kind: str) -> np.ndarray:
    """Where curves are read: whole ranks, or false accept rates even on the log scale."""
    if kind == "cmc":
        ranks = np.sort(rows["x"].unique())
        return ranks[thinned(len(ranks))]
    return np.geomspace(lowest(rows), 1, 120)


def lowest(rows: pd.DataFrame) -> float:
    """The lowest false accept rate worth showing: the first above 0, if not too small."""
    above = rows["x"][rows["x"] > 0]
    return float(min(max(LOWEST_FAR, above.min()), 0.1)) if len(above) else LOWEST_FAR


def on_grid(curve: pd.DataFrame, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve as a step function: the rate at the highest threshold that keeps to x."""
    known = curve["y"].to_numpy()
    # 1e-12: a false accept rate of 0.1 written as 0.10000000000000001 still keeps to 0.1.
    place = np.searchsorted(curve["x"].to_numpy(), x + 1e-12, side="right") - 1
    return x, np.where(place >= 0, known[np.maximum(place, 0)], 0.0)


def scale_axes(axes: Axes, kind: str, rows: pd.DataFrame) -> None:
    axes.set_ylim(0, 102)
    if kind == "cmc":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if kind == "roc":
        axes.set_xscale("log")
        axes.set_xlim(100 * lowest(rows), 100)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
