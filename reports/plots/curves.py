"""ROC, DET and CMC curves: the mean over seeds, and from the lowest to the highest seed.

The DET curve (Martin et al. 1997, "The DET curve in assessment of detection task performance") is
the ROC with misses instead of acceptances, both axes in normal deviates: scores that are
normally distributed give a straight line, and small error rates stay apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullFormatter
from scipy.special import ndtri

from reports.folds import first_fold
from reports.material import Material, TrainingSet
from reports.plots.basis import basis_of_outcomes
from reports.plots.figure import (
    CONTROLS,
    Look,
    Plot,
    drawing,
    file_name,
    legend_below,
    looks,
    thinned,
)
from reports.summary import Summary
from reports.words import protocol

LOWEST_FAR = 1e-5
HEIGHT_INCHES = 3.5
SHAPES = {  # title, axes, the curve in the material that it is made of
    "roc": ("ROC", "false accept rate, % (log scale)", "verification rate, %", "roc"),
    "det": ("DET", "false accept rate, %", "false reject rate, %", "roc"),
    "cmc": ("CMC", "rank", "found within this rank, %", "cmc"),
}
DEVIATES = (1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99)  # ticks of the DET curve


@dataclass(frozen=True)
class Mean:
    """A training set's curve over seeds; `x`, `y`, `low`, `high` (N,), in shares or ranks."""

    of: TrainingSet
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray


def plots(material: Material, summary: Summary) -> Iterator[Plot]:
    """Draws ROC, DET and CMC of each protocol that has them, of the first fold.

    Points of a curve over amounts are left out.
    """
    sets = [training_set for training_set in material.training_sets if training_set.role != "curve"]
    shown = material.curves[
        material.curves["training_set"].isin([training_set.name for training_set in sets])
    ]
    for task, rows in shown.groupby("protocol", sort=False):
        rests_on = basis_of_outcomes(first_fold(material.outcomes), task)
        for kind, (*_, source) in SHAPES.items():
            if len(points := rows[rows["curve"] == source]):
                yield _curve_plot(summary, task, kind, points, rests_on)


def _curve_plot(summary: Summary, task: str, kind: str, rows: pd.DataFrame, rests_on: str) -> Plot:
    title, across, up, _ = SHAPES[kind]
    present = set(rows["training_set"])
    means = [
        _mean_curve(
            training_set, rows[rows["training_set"] == training_set.name], kind, _lowest(rows)
        )
        for training_set in summary.training_sets
        if training_set.name in present
    ]
    look = looks(summary.training_sets)
    with drawing(HEIGHT_INCHES) as (figure, axes):
        labelled: set[str] = set()
        for each in means:
            drawn = look[each.of.name]
            label = CONTROLS if drawn.background else each.of.marked(each.of.name)
            _draw_set(axes, each, kind, drawn, None if label in labelled else label)
            labelled.add(label)
        _scale_axes(axes, kind, means)
        axes.set(xlabel=across, ylabel=up)
        legend_below(figure, axes)
    return Plot(
        name=file_name(kind, task),
        title=f"{title}, {protocol(task)}",
        caption=f"{_caption(rows['seed'].nunique(), means)} {rests_on}".strip(),
        figure=figure,
        data=pd.concat([_frame(each, kind) for each in means], ignore_index=True),
    )


def _caption(seeds: int, means: list[Mean]) -> str:
    parts = [
        "Lines: mean over seeds; shaded: from the lowest to the highest seed."
        if seeds > 1
        else "One seed."
    ]
    if any(each.of.role == "control" for each in means):
        parts.append("Controls thin and grey; the CSV beside tells them apart.")
    return " ".join(parts)


def _mean_curve(of: TrainingSet, rows: pd.DataFrame, kind: str, least: float) -> Mean:
    """Gives the curves of all seeds, read at the same places."""
    x = _places(rows, kind, least)
    curves = [group.sort_values(["x", "y"]) for _, group in rows.groupby("seed")]
    found = np.stack([on_grid(curve, x)[1] for curve in curves])
    if kind == "det":
        found = 1 - found
    return Mean(of, x, found.mean(0), found.min(0), found.max(0))


def _draw_set(axes: Axes, mean: Mean, kind: str, look: Look, label: str | None) -> None:
    """Draws a curve; a control is a thin grey line without a band over seeds."""
    x, y = scaled(mean.x, mean.y, kind)
    if not look.background and (mean.low < mean.high).any():
        _, low = scaled(mean.x, mean.low, kind)
        _, high = scaled(mean.x, mean.high, kind)
        axes.fill_between(x, low, high, color=look.colour, alpha=0.13, linewidth=0)
    shape = look.marker if kind == "cmc" and len(x) <= 25 and not look.background else None
    axes.plot(
        x, y, label=label, marker=shape, markersize=3.5, color=look.colour, linestyle=look.line,
        linewidth=look.width, zorder=1.9 if look.background else 2,
    )  # fmt: skip


def scaled(x: np.ndarray, y: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Gives shares as drawn: per cent, or normal deviates, in which rates of 0 are cut off."""
    if kind == "det":
        ends = ndtri(DEVIATES[0]), ndtri(DEVIATES[-1])
        return np.clip(ndtri(x), *ends), np.clip(ndtri(y), *ends)
    return (100 * x if kind == "roc" else x), 100 * y


def _places(rows: pd.DataFrame, kind: str, least: float) -> np.ndarray:
    """Gives where curves are read: whole ranks, or false accept rates even on the log scale."""
    if kind == "cmc":
        ranks = np.sort(rows["x"].unique())
        return ranks[thinned(len(ranks))]
    return np.geomspace(least, 1 if kind == "roc" else 0.5, 120)


def _lowest(rows: pd.DataFrame) -> float:
    """Gives the lowest false accept rate worth showing: the first above 0, if not too small."""
    above = rows["x"][rows["x"] > 0]
    return float(min(max(LOWEST_FAR, above.min()), 0.1)) if len(above) else LOWEST_FAR


def on_grid(curve: pd.DataFrame, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reads a curve as a step function: the rate at the strictest false accept rate up to x."""
    known = curve["y"].to_numpy()
    # 1e-12: a false accept rate of 0.1 written as 0.10000000000000001 still keeps to 0.1.
    place = np.searchsorted(curve["x"].to_numpy(), x + 1e-12, side="right") - 1
    return x, np.where(place >= 0, known[np.maximum(place, 0)], 0.0)


def _scale_axes(axes: Axes, kind: str, means: list[Mean]) -> None:
    if kind == "det":
        _scale_deviates(axes, means)
        return
    axes.set_ylim(0, 102)
    if kind == "cmc":
        axes.set_xlim(left=0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    else:
        axes.set_xscale("log")
        axes.set_xlim(100 * min(each.x.min() for each in means), 100)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())


def _scale_deviates(axes: Axes, means: list[Mean]) -> None:
    """Scales both axes by normal deviates, with ticks in per cent, as far as the curves reach."""
    rates = np.concatenate([each.y for each in means])
    least = min(each.x.min() for each in means)
    top, bottom = max(0.5, rates.max()), min(rates[rates > 0].min(initial=0.5), 0.2)
    ends = {"x": (least, 0.5), "y": (max(bottom, DEVIATES[0]), min(top, DEVIATES[-1]))}
    for axis, (low, high) in ends.items():
        kept = [rate for rate in DEVIATES if low <= rate <= high]
        labels = [f"{100 * rate:g}" for rate in kept]
        getattr(axes, f"set_{axis}ticks")(ndtri(kept), labels)
        getattr(axes, f"set_{axis}lim")(ndtri(low), ndtri(high) + 0.05)


def _frame(mean: Mean, kind: str) -> pd.DataFrame:
    """Gives what is drawn of one training set, in shares; ranks are ranks."""
    names = {"roc": ("far", "verification_rate"), "det": ("far", "false_reject_rate")}
    x, y = names.get(kind, ("rank", "share"))
    columns = {"training_set": mean.of.name, "role": mean.of.role, x: mean.x, y: mean.y}
    return pd.DataFrame(columns | {"lowest_seed": mean.low, "highest_seed": mean.high})
