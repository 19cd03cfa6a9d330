"""Forest plots: what each training set gains over the baseline, with interval and seeds.

Controls, fakes and the ceiling are separate groups. A filled mark is a gain or a loss after Holm's
adjustment, a hollow mark a tie with the baseline.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from reports.material import TrainingSet
from reports.plots.basis import basis
from reports.plots.figure import INK, PAPER, Look, Plot, drawing, file_name, looks
from reports.summary import Comparison, Summary
from reports.words import protocol

ROW_INCHES = 0.32
FRAME_INCHES = 0.95
HEADING_ROWS = 0.75
GROUPS = {
    "untuned": "untuned",
    "control": "controls",
    "fakes": "fakes",
    "leaky": "leaky fakes",
    "paired": "with pairs",
    "ceiling": "ceiling",
}  # what the baseline is compared with; the others have no difference from it


def plots(summary: Summary, metrics: Sequence[tuple[str, str]]) -> Iterator[Plot]:
    """Draw a plot per (protocol, metric) that has something to compare.

    Where recognizers were scored a second time, with NIR statistics, a plot of these follows.
    """
    for (task, name), again in product(metrics, (False, True)):
        rows = {
            training_set: found
            for training_set in summary.training_sets
            if training_set.role in GROUPS
            and (found := summary.over_baseline(training_set.name, task, name, again=again))
        }
        if rows:
            yield _forest(summary, rows, again)


def _forest(summary: Summary, by_set: dict[TrainingSet, Comparison], again: bool) -> Plot:
    """Draw one row per training set, in the order of the tables."""
    sets, rows = list(by_set), list(by_set.values())
    record, task = rows[0].record, rows[0].protocol
    title = record.label[0].upper() + record.label[1:] + (" with NIR statistics" if again else "")
    look = looks(summary.training_sets)
    heights, headings, depth = layout([training_set.role for training_set in sets])
    with drawing(FRAME_INCHES + ROW_INCHES * depth) as (figure, axes):
        for training_set, height in zip(sets, heights, strict=True):
            _draw_row(axes, by_set[training_set], height, look[training_set.name])
        axes.axvline(0, color=INK, linewidth=1, zorder=0.9)
        for text, height in headings:
            axes.text(
                0.02, height, text, transform=axes.get_yaxis_transform(), size=8, style="italic",
                va="center",
            )  # fmt: skip
        axes.set_yticks(heights, [training_set.marked(training_set.name) for training_set in sets])
        axes.set_ylim(0.6 - depth, 0.6)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(_axis_label(record.unit, record.better))
    return Plot(
        name=file_name("difference", task, rows[0].metric, *(["nir-statistics"] if again else [])),
        title=f"{title}, {protocol(task)}",
        caption=_caption(summary, rows),
        figure=figure,
        data=_frame(rows, sets),
    )


def layout(roles: list[str]) -> tuple[list[float], list[tuple[str, float]], float]:
    """Return a height per row from 0 down, (heading, height) of each group, and the depth in rows.

    A single group needs no heading.
    """
    groups = [(role, len(list(rows))) for role, rows in groupby(roles)]
    step = HEADING_ROWS if len(groups) > 1 else 0
    heights, headings, depth = [], [], 0.0
    for role, count in groups:
        if step:
            headings.append((GROUPS[role], -depth))
        depth += step
        heights += [-(depth + place) for place in range(count)]
        depth += count
    return heights, headings, depth


def _axis_label(unit: str, better: str) -> str:
    """Return "difference, points (right is better)"."""
    text = "difference, points" if unit == "%" else "difference"
    side = {"higher": " (right is better)", "lower": " (left is better)"}
    return f"{text}{side.get(better, '')}"


def _caption(summary: Summary, rows: list[Comparison]) -> str:
    """Say what is drawn, and what it rests on."""
    hollow = [_hollow(comparison) for comparison in rows]
    several = max(len(comparison.per_seed) for comparison in rows) > 1
    parts = [f"Difference from {rows[0].baseline} (line at 0), with its 95 % interval."]
    if not all(hollow):
        parts.append("Filled: a gain or a loss after Holm's adjustment.")
    if several and any(hollow):
        parts.append("Hollow: a tie with the baseline.")
    parts.append("Small dots: seeds." if several else "One training each allows no verdict.")
    return " ".join([*parts, basis(summary, rows[0].protocol, rows[0].metric)]).strip()


def _hollow(comparison: Comparison) -> bool:
    """Tell whether nothing is shown: a tie, or one training, which allows no verdict."""
    return comparison.verdict == "undecided" or len(comparison.per_seed) == 1


def _draw_row(axes: Axes, comparison: Comparison, height: float, look: Look) -> None:
    """Draw one difference: its interval, its mark, and its seeds below."""
    estimate, scale, colour = comparison.estimate, comparison.record.scale, look.colour
    ends = scale * np.array([estimate.low, estimate.high])
    axes.plot(ends, [height] * 2, color=colour, linewidth=2.2)
    inside = PAPER if _hollow(comparison) else colour
    axes.plot(
        scale * estimate.value, height, look.marker, color=colour, markersize=7,
        markerfacecolor=inside,
    )  # fmt: skip
    if len(comparison.per_seed) > 1:
        seeds = scale * np.array(list(comparison.per_seed.values()))
        below = height - 0.27
        axes.plot(seeds, np.full(len(seeds), below), ".", color=colour, alpha=0.7, markersize=4)


def _frame(comparisons: list[Comparison], sets: list[TrainingSet]) -> pd.DataFrame:
    """Return one row per mean difference and one per seed."""
    rows = []
    for comparison, training_set in zip(comparisons, sets, strict=True):
        start = {"training_set": comparison.training_set, "role": training_set.role}
        start |= {"baseline": comparison.baseline, "protocol": comparison.protocol}
        start |= {"metric": comparison.metric}
        estimate = comparison.estimate
        test: dict[str, float | str] = {"ci_low": estimate.low, "ci_high": estimate.high}
        test |= {"p_adjusted": comparison.p_adjusted, "verdict": comparison.verdict}
        rows.append({**start, "seed": "mean", "difference": estimate.value, **test})
        rows += [
            {**start, "seed": seed, "difference": value}
            for seed, value in comparison.per_seed.items()
        ]
    return pd.DataFrame(rows)
