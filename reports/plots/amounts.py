"""Where do fakes matter? Recognition against real NIR images per person, and against fakes."""

from collections.abc import Iterator, Sequence
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
    """Draws per (protocol, metric) the curve over real NIR images, and that over fakes."""
    for task, name in metrics:
        if lines := scored(summary, nir_lines(summary.training_sets), task, name):
            yield _nir_plot(summary, lines, task, name)
        if lines := scored(summary, fakes_lines(summary.training_sets), task, name):
            yield _fakes_plot(summary, lines, task, name)


def _nir_plot(summary: Summary, lines: list[Line], task: str, name: str) -> Plot:
    """Draws lines over real NIR images, on a square-root scale, which shows 0."""
    with drawing(HEIGHT_INCHES) as (figure, axes):
        for place, line in enumerate(lines):
            label = _label_of(summary, line)
            x = [per_person(training_set.known_amount) for training_set in line.sets]
            _draw_line(summary, (figure, axes), line, x, (task, name), place, label)
        amounts = {per_person(e.known_amount): _spelled(e) for line in lines for e in line.sets}
        axes.set_xscale("function", functions=(signed_root, signed_square))
        axes.set_xlim(*signed_square(np.sqrt(max(amounts)) * np.array([-0.12, 1.15])))
        axes.xaxis.set_major_locator(FixedLocator(list(amounts)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(list(amounts), list(amounts.values()))
        axes.set_xlabel("real NIR images per training person")
        _finish(figure, axes, summary.metric(name))
    how = summary.metric(name)
    return Plot(
        name=file_name("few-shot", task, name),
        title=f"{how.label[0].upper()}{how.label[1:]} against real NIR images, {protocol(task)}",
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
    with drawing(HEIGHT_INCHES) as (figure, axes):
        for place, line in enumerate(lines):
            label = f"fakes by {name_of(summary.training_sets, line.translator)}"
            x = [float(training_set.known_amount.fake_images) for training_set in line.sets]
            _draw_line(summary, (figure, axes), line, x, (task, name), place, label)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_xlabel("different fake NIR images in the training set")
        _finish(figure, axes, summary.metric(name))
    how = summary.metric(name)
    return Plot(
        name=file_name("fakes-curve", task, name),
        title=f"{how.label[0].upper()}{how.label[1:]} against the number of fakes, "
        f"{protocol(task)}",
        caption="0 is the baseline. Training steps and the fakes' share of a batch are the same "
        f"everywhere: fewer fakes are seen more often. {INTERVALS} {HOLLOW} "
        f"{basis(summary, task, name)}",
        figure=figure,
        data=frame(summary, lines, task, name),
    )


def _draw_line(
    summary: Summary,
    drawn: tuple[Figure, Axes],
    line: Line,
    x: list[float],
    what: tuple[str, str],
    place: int,
    label: str,
) -> None:
    """Draws a point per training set with its interval; each line is shifted by its place."""
    figure, axes = drawn
    found = [summary.means[training_set.name, *what] for training_set in line.sets]
    scale = summary.metric(what[1]).scale
    y = scale * np.array([each.value for each in found])
    ends = scale * np.array([[e.value - e.low, e.high - e.value] for e in found]).T
    look = _look_of(summary, line)
    shift = ScaledTranslation(APART_POINTS * place / 72, 0, figure.dpi_scale_trans)
    common: dict[str, Any] = {"color": look.colour, "transform": axes.transData + shift}
    axes.errorbar(x, y, np.maximum(ends, 0), fmt="none", capsize=2, linewidth=1, **common)
    tied = [i for i, each in enumerate(line.sets) if _is_tie(summary, each, *what)]
    # None under the hollow marks, where their edges would show.
    solid = [i for i in range(len(x)) if i not in tied]
    axes.plot(
        x, y, look.marker, linestyle="-", linewidth=1.5, markersize=5, markevery=solid,
        label=label, **common,
    )  # fmt: skip
    axes.plot(
        np.array(x)[tied], y[tied], look.marker, linestyle="", markersize=5,
        markerfacecolor=PAPER, **common,
    )  # fmt: skip
    # Shifted artists do not count as data where the axes look for their limits.
    axes.update_datalim(np.column_stack([[*x, *x], [*(y - ends[0]), *(y + ends[1])]]))
    axes.margins(x=0.08)
    axes.autoscale_view()


def _look_of(summary: Summary, line: Line) -> Look:
    """Gives a line the look of its translator's training set."""
    look = looks(summary.training_sets)
    if line.again:
        return next((look[x.name] for x in line.sets if x.role == "control"), Look(GREY, "s"))
    made = [
        training_set
        for training_set in summary.training_sets
        if training_set.images == line.translator
    ]
    if line.translator and made:
        return look[made[0].name]
    return Look(INK, "o") if line.translator is None else look[line.sets[-1].name]


def _is_tie(summary: Summary, training_set: TrainingSet, task: str, name: str) -> bool:
    """Tells whether a set with fakes ties with the set that differs in the fakes alone."""
    compared = effect(summary, training_set, task, name)
    return compared is not None and compared.verdict == "undecided"


def _spelled(training_set: TrainingSet) -> str:
    """Gives "4", or "all (9.6)"."""
    if training_set.known_amount.nir_per_subject != "all":
        return str(training_set.known_amount.nir_per_subject)
    return f"all ({per_person(training_set.known_amount):.3g})"


def signed_root(x: np.ndarray) -> np.ndarray:
    """Gives the square root of floats of any shape, continued below 0, where axes have margins."""
    return np.sign(x) * np.sqrt(np.abs(x))


def signed_square(x: np.ndarray) -> np.ndarray:
    return np.sign(x) * np.square(x)


def _finish(figure: Figure, axes: Axes, how: Metric) -> None:
    axes.set_ylabel(f"{how.label}{f', {how.unit}' if how.unit else ''}")
    legend_below(figure, axes)


def frame(summary: Summary, lines: list[Line], task: str, name: str) -> pd.DataFrame:
    """Gives one row per point, with its difference from the same images without fakes."""
    rows = []
    for line in lines:
        for each in line.sets:
            found, amount = summary.means[each.name, task, name], each.known_amount
            row = {"translator": line.translator or "", "vis_again": line.again}
            row |= {"training_set": each.name}
            row |= {"nir_per_subject": amount.nir_per_subject, "nir_mean": per_person(amount)}
            row |= {"nir_images": amount.nir_images, "fake_images": amount.fake_images}
            row |= {"protocol": task, "metric": name, "value": found.value}
            row |= {"ci_low": found.low, "ci_high": found.high, "seeds": found.seeds}
            for prefix, compared in (
                ("", effect(summary, each, task, name)),
                ("beyond_vis_again_", beyond_again(summary, each, task, name)),
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
