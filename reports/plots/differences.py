"""Forest plots: what each training set gains over the baseline, with interval and seeds."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from reports.plots.figure import INK, Look, Plot, drawing, file_name, looks
from reports.summary import Comparison, Summary
from reports.words import metric, protocol

ROW_INCHES = 0.34
FRAME_INCHES = 0.95
CAPTION = "Difference from the baseline (line at 0), with its 95 % interval."
SEEDS = " Small dots: seeds."


def plots(summary: Summary) -> Iterator[Plot]:
    """One plot per protocol and metric; those with nothing to compare are left out."""
    baseline = summary.named("baseline")[0]
    for where in summary.protocols():
        for name in summary.metrics(where):
            found = [
                summary.compared(each.name, baseline, where, name) for each in summary.training_sets
            ]
            if rows := [each for each in found if each]:
                yield forest(summary, rows)


def forest(summary: Summary, rows: list[Comparison]) -> Plot:
    """One row per training set, in the order of the tables."""
    how = metric(rows[0].metric)
    look = looks(summary.training_sets)
    names = {each.name: each.marked(each.name) for each in summary.training_sets}
    with drawing(FRAME_INCHES + ROW_INCHES * len(rows)) as (figure, axes):
        for place, each in enumerate(rows):
            draw_row(axes, each, -place, look[each.training_set], how.scale)
        axes.axvline(0, color=INK, linewidth=1, zorder=0.9)
        axes.set_yticks(-np.arange(len(rows)), [names[each.training_set] for each in rows])
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("difference, points" if how.unit == "%" else "difference")
    where = rows[0].protocol
    return Plot(
        name=file_name("difference", where, rows[0].metric),
        title=f"{how.label[0].upper()}{how.label[1:]}, {protocol(where)}",
        caption=CAPTION + (SEEDS if max(len(each.per_seed) for each in rows) > 1 else ""),
        figure=figure,
        data=frame(rows),
    )


def draw_row(axes: Axes, each: Comparison, height: float, look: Look, scale: float) -> None:
    found, colour = each.estimate, look.colour
    ends = scale * np.array([found.low, found.high])
    axes.plot(ends, [height] * 2, color=colour, linewidth=2.2)
    axes.plot(scale * found.value, height, look.marker, color=colour, markersize=7)
    if len(each.per_seed) > 1:
        seeds = scale * np.array(list(each.per_seed.values()))
        below = height - 0.24
        axes.plot(seeds, np.full(len(seeds), below), ".", color=colour, alpha=0.7, markersize=5)


def frame(rows: list[Comparison]) -> pd.DataFrame:
    """One row per mean and one per seed."""
    records = []
    for each in rows:
        start = {"training_set": each.training_set, "baseline": each.baseline}
        start |= {"protocol": each.protocol, "metric": each.metric}
        found = each.estimate
        ends = {"ci_low": found.low, "ci_high": found.high}
        records.append({**start, "seed": "mean", "difference": found.value, **ends})
        records += [
            {**start, "seed": seed, "difference": value} for seed, value in each.per_seed.items()
        ]
    return pd.DataFrame(records)
