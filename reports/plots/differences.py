"""Forest plots: what each training set gains over the baseline, with interval and seeds.

Controls, fakes and the ceiling are separate groups. A filled mark is a gain or a loss after Holm's
adjustment, a hollow mark a tie with the baseline.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from reports.plots.basis import basis
from reports.plots.figure import INK, PAPER, Look, Plot, drawing, file_name, looks
from reports.summary import Comparison, Summary
from reports.words import protocol

ROW_INCHES = 0.32
FRAME_INCHES = 0.95
HEADING_ROWS = 0.75
GROUPS = {
    "control": "controls",
    "fakes": "fakes",
    "leaky": "leaky fakes",
    "ceiling": "ceiling",
}  # what the baseline is compared with; the others have no difference from it


def plots(summary: Summary, metrics: Sequence[tuple[str, str]]) -> Iterator[Plot]:
    """Draws a plot per (protocol, metric) that has something to compare."""
    baseline = summary.named("baseline")[0]
    for task, name in metrics:
        found = [
            summary.compared(training_set.name, baseline, task, name)
            for training_set in summary.training_sets
            if training_set.role in GROUPS
        ]
        if rows := [each for each in found if each]:
            yield _forest(summary, rows)


def _forest(summary: Summary, rows: list[Comparison]) -> Plot:
    """Draws one row per training set, in the order of the tables."""
    how, task = rows[0].record, rows[0].protocol
    look, sets = (
        looks(summary.training_sets),
        {training_set.name: training_set for training_set in summary.training_sets},
    )
    heights, headings, depth = layout([sets[each.training_set].role for each in rows])
    with drawing(FRAME_INCHES + ROW_INCHES * depth) as (figure, axes):
        for each, height in zip(rows, heights, strict=True):
            _draw_row(axes, each, height, look[each.training_set], how.scale)
        axes.axvline(0, color=INK, linewidth=1, zorder=0.9)
        for text, height in headings:
            axes.text(
                0.02, height, text, transform=axes.get_yaxis_transform(), size=8, style="italic",
                va="center",
            )  # fmt: skip
        names = [sets[each.training_set] for each in rows]
        axes.set_yticks(heights, [each.marked(each.name) for each in names])
        axes.set_ylim(0.6 - depth, 0.6)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(_axis_label(how.unit, how.better))
    return Plot(
        name=file_name("difference", task, rows[0].metric),
        title=f"{how.label[0].upper()}{how.label[1:]}, {protocol(task)}",
        caption=_caption(summary, rows),
        figure=figure,
        data=_frame(rows, {name: each.role for name, each in sets.items()}),
    )


def layout(roles: list[str]) -> tuple[list[float], list[tuple[str, float]], float]:
    """Gives a height per row from 0 down, (heading, height) of each group, and the depth in rows.

    A single group needs no heading.
    """
    runs = [(role, len(list(run))) for role, run in groupby(roles)]
    step = HEADING_ROWS if len(runs) > 1 else 0
    heights, headings, depth = [], [], 0.0
    for role, count in runs:
        if step:
            headings.append((GROUPS[role], -depth))
        depth += step
        heights += [-(depth + place) for place in range(count)]
        depth += count
    return heights, headings, depth


def _axis_label(unit: str, better: str) -> str:
    """Gives "difference, points (right is better)"."""
    text = "difference, points" if unit == "%" else "difference"
    side = {"higher": " (right is better)", "lower": " (left is better)"}
    return f"{text}{side.get(better, '')}"


def _caption(summary: Summary, rows: list[Comparison]) -> str:
    """Says what is drawn, and what it rests on."""
    ties = any(each.verdict == "undecided" for each in rows)
    decided = any(each.verdict != "undecided" for each in rows)
    parts = [f"Difference from {rows[0].baseline} (line at 0), with its 95 % interval."]
    if decided:
        parts.append("Filled: a gain or a loss after Holm's adjustment.")
    if ties:
        parts.append("Hollow: a tie with the baseline.")
    if max(len(each.per_seed) for each in rows) > 1:
        parts.append("Small dots: seeds.")
    return " ".join([*parts, basis(summary, rows[0].protocol, rows[0].metric)]).strip()


def _draw_row(axes: Axes, comparison: Comparison, height: float, look: Look, scale: float) -> None:
    found, colour = comparison.estimate, look.colour
    ends = scale * np.array([found.low, found.high])
    axes.plot(ends, [height] * 2, color=colour, linewidth=2.2)
    inside = PAPER if comparison.verdict == "undecided" else colour
    axes.plot(
        scale * found.value, height, look.marker, color=colour, markersize=7, markerfacecolor=inside
    )
    if len(comparison.per_seed) > 1:
        seeds = scale * np.array(list(comparison.per_seed.values()))
        below = height - 0.27
        axes.plot(seeds, np.full(len(seeds), below), ".", color=colour, alpha=0.7, markersize=4)


def _frame(rows: list[Comparison], roles: dict[str, str]) -> pd.DataFrame:
    """Gives one row per mean and one per seed."""
    records = []
    for each in rows:
        start = {"training_set": each.training_set, "role": roles[each.training_set]}
        start |= {"baseline": each.baseline, "protocol": each.protocol, "metric": each.metric}
        found = each.estimate
        mean: dict[str, float | str] = {"ci_low": found.low, "ci_high": found.high}
        mean |= {"p_adjusted": each.p_adjusted, "verdict": each.verdict}
        records.append({**start, "seed": "mean", "difference": found.value, **mean})
        records += [
            {**start, "seed": seed, "difference": value} for seed, value in each.per_seed.items()
        ]
    return pd.DataFrame(records)
