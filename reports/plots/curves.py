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
    """A training set's curve over seeds; `x`, `y`, `low`, `high` (N,) float, in shares or ranks."""

    of: TrainingSet
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray


def plots(material: Material, summary: Summary) -> Iterator[Plot]:
    """Draw ROC, DET and CMC of each protocol that has them, of the first fold.

    Points of a curve over amounts are left out.
    """
    sets = [training_set for training_set in material.training_sets if training_set.shown]
    shown = material.curves[
        material.curves["training_set"].isin([training_set.name for training_set in sets])
    ]
    for task, rows in shown.groupby("protocol", sort=False):
        rests_on = basis_of_outcomes(first_fold(material.outcomes), task)
        for shape, (*_, source) in SHAPES.items():
            if len(points := rows[rows["curve"] == source]):
                yield _curve_plot(summary, points, task=task, shape=shape, rests_on=rests_on)


def _curve_plot(
    summary: Summary, rows: pd.DataFrame, *, task: str, shape: str, rests_on: str
) -> Plot:
    """Draw one of SHAPES for all training sets; `rests_on` ends the caption."""
    title, x_label, y_label, _ = SHAPES[shape]
    present = set(rows["training_set"])
    means = [
        _mean_curve(
            training_set, rows[rows["training_set"] == training_set.name], shape, _lowest(rows)
        )
        for training_set in summary.training_sets
        if training_set.name in present
    ]
    look = looks(summary.training_sets)
    with drawing(HEIGHT_INCHES) as (figure, axes):
        labelled: set[str] = set()
        for mean in means:
            own = look[mean.of.name]
            label = CONTROLS if own.background else mean.of.marked(mean.of.name)
            shown_label = None if label in labelled else label
            _draw_set(axes, mean, shape, look=own, label=shown_label)
            labelled.add(label)
        _scale_axes(axes, shape, means)
        axes.set(xlabel=x_label, ylabel=y_label)
        legend_below(figure, axes)
    return Plot(
        name=file_name(shape, task),
        title=f"{title}, {protocol(task)}",
        caption=f"{_caption(rows['seed'].nunique(), means)} {rests_on}".strip(),
        figure=figure,
        data=pd.concat([_frame(mean, shape) for mean in means], ignore_index=True),
    )


def _caption(seeds: int, means: list[Mean]) -> str:
    parts = [
        "Lines: mean over seeds; shaded: from the lowest to the highest seed."
        if seeds > 1
        else "One seed."
    ]
    if any(mean.of.role == "control" for mean in means):
        parts.append("Controls thin and grey; the CSV beside tells them apart.")
    return " ".join(parts)


def _mean_curve(of: TrainingSet, rows: pd.DataFrame, shape: str, least: float) -> Mean:
    """Return the curves of all seeds, read at the same places."""
    x = _places(rows, shape, least)
    curves = [group.sort_values(["x", "y"]) for _, group in rows.groupby("seed")]
    found = np.stack([on_grid(curve, x)[1] for curve in curves])
    if shape == "det":
        found = 1 - found
    return Mean(of, x, found.mean(0), found.min(0), found.max(0))


def _draw_set(axes: Axes, mean: Mean, shape: str, *, look: Look, label: str | None) -> None:
    """Draw a curve; a control is a thin grey line without a band over seeds."""
    x, y = scaled(mean.x, mean.y, shape)
    if not look.background and (mean.low < mean.high).any():
        _, low = scaled(mean.x, mean.low, shape)
        _, high = scaled(mean.x, mean.high, shape)
        axes.fill_between(x, low, high, color=look.colour, alpha=0.13, linewidth=0)
    marker = look.marker if shape == "cmc" and len(x) <= 25 and not look.background else None
    axes.plot(
        x, y, label=label, marker=marker, markersize=3.5, color=look.colour, linestyle=look.line,
        linewidth=look.width, zorder=1.9 if look.background else 2,
    )  # fmt: skip


def scaled(x: np.ndarray, y: np.ndarray, shape: str) -> tuple[np.ndarray, np.ndarray]:
    """Return shares as drawn: per cent, or normal deviates, limited to those of DEVIATES.

    (N,) and (N,) float => (N,) and (N,) float; ranks stay ranks.
    """
    if shape == "det":
        ends = ndtri(DEVIATES[0]), ndtri(DEVIATES[-1])
        return np.clip(ndtri(x), *ends), np.clip(ndtri(y), *ends)
    return (100 * x if shape == "roc" else x), 100 * y


def _places(rows: pd.DataFrame, shape: str, least: float) -> np.ndarray:
    """Return where curves are read, (N,): whole ranks, or false accept rates on the log scale."""
    if shape == "cmc":
        ranks = np.sort(rows["x"].unique())
        return ranks[thinned(len(ranks))]
    return np.geomspace(least, 1 if shape == "roc" else 0.5, 120)


def _lowest(rows: pd.DataFrame) -> float:
    """Return the lowest false accept rate that is shown: the first above 0, if not too small."""
    above = rows["x"][rows["x"] > 0]
    return float(min(max(LOWEST_FAR, above.min()), 0.1)) if len(above) else LOWEST_FAR


def on_grid(curve: pd.DataFrame, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read a curve as a step function at `x`, (N,) float => `x` and the rates, (N,) float.

    The rate is that at the largest false accept rate up to x, 0 below the first.
    """
    rates = curve["y"].to_numpy()
    # 1e-12: a false accept rate of 0.1 written as 0.10000000000000001 still keeps to 0.1.
    place = np.searchsorted(curve["x"].to_numpy(), x + 1e-12, side="right") - 1
    return x, np.where(place >= 0, rates[np.maximum(place, 0)], 0.0)


def _scale_axes(axes: Axes, shape: str, means: list[Mean]) -> None:
    """Set scales, limits and ticks of both axes."""
    if shape == "det":
        _scale_deviates(axes, means)
        return
    axes.set_ylim(0, 102)
    if shape == "cmc":
        axes.set_xlim(left=0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    else:
        axes.set_xscale("log")
        axes.set_xlim(100 * min(mean.x.min() for mean in means), 100)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())


def _scale_deviates(axes: Axes, means: list[Mean]) -> None:
    """Scale both axes by normal deviates, with ticks in per cent, as far as the curves reach."""
    rates = np.concatenate([mean.y for mean in means])
    least = min(mean.x.min() for mean in means)
    top, bottom = max(0.5, rates.max()), min(rates[rates > 0].min(initial=0.5), 0.2)
    ends = {"x": (least, 0.5), "y": (max(bottom, DEVIATES[0]), min(top, DEVIATES[-1]))}
    for axis, (low, high) in ends.items():
        kept = [rate for rate in DEVIATES if low <= rate <= high]
        labels = [f"{100 * rate:g}" for rate in kept]
        getattr(axes, f"set_{axis}ticks")(ndtri(kept), labels)
        getattr(axes, f"set_{axis}lim")(ndtri(low), ndtri(high) + 0.05)


def _frame(mean: Mean, shape: str) -> pd.DataFrame:
    """Return the numbers that are drawn of one training set, in shares or ranks."""
    names = {"roc": ("far", "verification_rate"), "det": ("far", "false_reject_rate")}
    x, y = names.get(shape, ("rank", "share"))
    columns = {"training_set": mean.of.name, "role": mean.of.role, x: mean.x, y: mean.y}
    return pd.DataFrame(columns | {"lowest_seed": mean.low, "highest_seed": mean.high})
