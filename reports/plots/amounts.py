"""Where do fakes matter? Recognition against real NIR images per person, and against fakes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from faces.common.metric import Metric
from reports.amounts import (
    Line,
    beyond_again,
    effect,
    fakes_lines,
    name_of,
    nir_lines,
    nir_of,
    per_person,
    scored,
)
from reports.material import TrainingSet
from reports.plots.basis import basis
from reports.plots.figure import (
    GREY,
    INK,
    PAPER,
    Look,
    Plot,
    drawing,
    file_name,
    legend_below,
    looks,
)
from reports.summary import Comparison, Summary
from reports.words import protocol

HEIGHT_INCHES = 3.3
APART_POINTS = 4  # between the marks of two lines at the same amount, in 1/72 inch
INTERVALS = "Bars: 95 % intervals."
HOLLOW = "Hollow: a tie with the same real images without fakes."
RARER = (
    "Each kind of images has an equal share of a batch, so fakes make real NIR images rarer there, "
    "and so do the VIS images once more: that line shows what this costs. "
)


def plots(summary: Summary, metrics: Sequence[tuple[str, str]]) -> Iterator[Plot]:
    """Draw per (protocol, metric) the curve over real NIR images, and that over fakes."""
    for task, name in metrics:
        if lines := scored(summary, nir_lines(summary.training_sets), task, name):
            yield _nir_plot(summary, lines, task, name)
        if lines := scored(summary, fakes_lines(summary.training_sets), task, name):
            yield _fakes_plot(summary, lines, task, name)


def _nir_plot(summary: Summary, lines: list[Line], task: str, name: str) -> Plot:
    """Draw lines over real NIR images, on a square-root scale, so that 0 can be shown."""
    with drawing(HEIGHT_INCHES) as (figure, axes):
        for place, line in enumerate(lines):
            x = [nir_of(training_set) for training_set in line.sets]
            label = _label_of(summary, line)
            curve = _curve_of(summary, line, (task, name), x=x, label=label)
            _draw_curve(figure, axes, curve, place)
        amounts = {nir_of(one): _spelled(one) for line in lines for one in line.sets}
        axes.set_xscale("function", functions=(signed_root, signed_square))
        axes.set_xlim(*signed_square(np.sqrt(max(amounts)) * np.array([-0.12, 1.15])))
        axes.xaxis.set_major_locator(FixedLocator(list(amounts)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(list(amounts), list(amounts.values()))
        axes.set_xlabel("real NIR images per training person")
        _finish(figure, axes, summary.metric(name))
    record = summary.metric(name)
    return Plot(
        name=file_name("few-shot", task, name),
        title=f"{record.label[0].upper()}{record.label[1:]} against real NIR images, "
        f"{protocol(task)}",
        caption=f"With and without fakes, at the same number of training steps; square-root scale. "
        f"{RARER if any(line.again for line in lines) else ''}{INTERVALS} {HOLLOW} "
        f"{basis(summary, task, name)}",
        figure=figure,
        data=frame(summary, lines, task, name),
    )


def _label_of(summary: Summary, line: Line) -> str:
    if line.translator:
        return f"with fakes by {name_of(summary.training_sets, line.translator)}"
    return "with the VIS images once more" if line.again else "without fakes"


def _fakes_plot(summary: Summary, lines: list[Line], task: str, name: str) -> Plot:
    """Draw lines over the number of fakes."""
    with drawing(HEIGHT_INCHES) as (figure, axes):
        for place, line in enumerate(lines):
            label = f"fakes by {name_of(summary.training_sets, line.translator)}"
            x = [float(training_set.known_amount.fake_images) for training_set in line.sets]
            curve = _curve_of(summary, line, (task, name), x=x, label=label)
            _draw_curve(figure, axes, curve, place)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_xlabel("different fake NIR images in the training set")
        _finish(figure, axes, summary.metric(name))
    record = summary.metric(name)
    return Plot(
        name=file_name("fakes-curve", task, name),
        title=f"{record.label[0].upper()}{record.label[1:]} against the number of fakes, "
        f"{protocol(task)}",
        caption="0 is the baseline. Training steps and the fakes' share of a batch are the same "
        f"everywhere: fewer fakes are seen more often. {INTERVALS} {HOLLOW} "
        f"{basis(summary, task, name)}",
        figure=figure,
        data=frame(summary, lines, task, name),
    )


@dataclass(frozen=True)
class Curve:
    """A line as it is drawn; `x`, `y` (N,), `reach` (2, N) float: from `y` to both interval ends.

    `hollow` are the indices of sets with fakes that tie with the set without them.
    """

    label: str
    look: Look
    x: np.ndarray
    y: np.ndarray
    reach: np.ndarray
    hollow: list[int]


def _curve_of(
    summary: Summary, line: Line, key: tuple[str, str], *, x: list[float], label: str
) -> Curve:
    """Return a line's means and intervals as printed; `key` is (protocol, metric)."""
    means = [summary.means[training_set.name, *key] for training_set in line.sets]
    scale = summary.metric(key[1]).scale
    reach = [[mean.value - mean.low, mean.high - mean.value] for mean in means]
    return Curve(
        label=label,
        look=_look_of(summary, line),
        x=np.array(x),
        y=scale * np.array([mean.value for mean in means]),
        reach=scale * np.array(reach).T,
        hollow=[i for i, one in enumerate(line.sets) if _is_tie(summary, one, *key)],
    )


def _draw_curve(figure: Figure, axes: Axes, curve: Curve, place: int) -> None:
    """Draw a point per training set with its interval; curves are shifted by their `place`."""
    x, y, reach, look = curve.x, curve.y, curve.reach, curve.look
    shift = ScaledTranslation(APART_POINTS * place / 72, 0, figure.dpi_scale_trans)
    common: dict[str, Any] = {"color": look.colour, "transform": axes.transData + shift}
    axes.errorbar(x, y, np.maximum(reach, 0), fmt="none", capsize=2, linewidth=1, **common)
    # No filled marks under the hollow ones: their edges would show.
    filled = [i for i in range(len(x)) if i not in curve.hollow]
    axes.plot(
        x, y, look.marker, linestyle="-", linewidth=1.5, markersize=5, markevery=filled,
        label=curve.label, **common,
    )  # fmt: skip
    axes.plot(
        x[curve.hollow], y[curve.hollow], look.marker, linestyle="", markersize=5,
        markerfacecolor=PAPER, **common,
    )  # fmt: skip
    # Shifted artists do not count as data where the axes look for their limits.
    axes.update_datalim(np.column_stack([[*x, *x], [*(y - reach[0]), *(y + reach[1])]]))
    axes.margins(x=0.08)
    axes.autoscale_view()


def _look_of(summary: Summary, line: Line) -> Look:
    """Return a line the look of its translator's training set."""
    look = looks(summary.training_sets)
    if line.again:
        return next((look[one.name] for one in line.sets if one.role == "control"), Look(GREY, "s"))
    with_fakes = [
        training_set
        for training_set in summary.training_sets
        if training_set.images == line.translator
    ]
    if line.translator and with_fakes:
        return look[with_fakes[0].name]
    return Look(INK, "o") if line.translator is None else look[line.sets[-1].name]


def _is_tie(summary: Summary, training_set: TrainingSet, task: str, name: str) -> bool:
    """Tell whether a set with fakes ties with the set that differs in the fakes alone."""
    gain = effect(summary, training_set, task, name)
    return gain is not None and gain.verdict == "undecided"


def _spelled(training_set: TrainingSet) -> str:
    """Return "4", or "all (9.6)"."""
    if training_set.known_amount.nir_per_subject != "all":
        return str(training_set.known_amount.nir_per_subject)
    return f"all ({per_person(training_set.known_amount):.3g})"


def signed_root(x: np.ndarray) -> np.ndarray:
    """Return the square root of floats of any shape, continued below 0, where axes have margins."""
    return np.sign(x) * np.sqrt(np.abs(x))


def signed_square(x: np.ndarray) -> np.ndarray:
    """Return the inverse of `signed_root`, for floats of any shape."""
    return np.sign(x) * np.square(x)


def _finish(figure: Figure, axes: Axes, record: Metric) -> None:
    """Name the vertical axis and add the legend."""
    axes.set_ylabel(f"{record.label}{f', {record.unit}' if record.unit else ''}")
    legend_below(figure, axes)


def frame(summary: Summary, lines: list[Line], task: str, name: str) -> pd.DataFrame:
    """Return one row per point, with its difference from the same images without fakes."""
    rows = []
    for line in lines:
        for point in line.sets:
            mean, amount = summary.means[point.name, task, name], point.known_amount
            row = {"translator": line.translator or "", "vis_again": line.again}
            row |= {"training_set": point.name}
            row |= {"nir_per_subject": amount.nir_per_subject, "nir_mean": per_person(amount)}
            row |= {"nir_images": amount.nir_images, "fake_images": amount.fake_images}
            row |= {"protocol": task, "metric": name, "value": mean.value}
            row |= {"ci_low": mean.low, "ci_high": mean.high, "seeds": mean.seeds}
            for prefix, compared in (
                ("", effect(summary, point, task, name)),
                ("beyond_vis_again_", beyond_again(summary, point, task, name)),
            ):
                if compared:
                    row |= _difference(prefix, compared)
            rows.append(row)
    return pd.DataFrame(rows)


def _difference(prefix: str, compared: Comparison) -> dict[str, float]:
    gap = compared.estimate
    return {
        f"{prefix}difference": gap.value,
        f"{prefix}difference_ci_low": gap.low,
        f"{prefix}difference_ci_high": gap.high,
        f"{prefix}p_adjusted": compared.p_adjusted,
    }
