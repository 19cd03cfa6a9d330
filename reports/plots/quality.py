"""Image quality per kind of images, and whether it foretells what the fakes are good for."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from reports.plots.figure import (
    INK,
    SIDES_INCHES,
    Plot,
    drawing,
    file_name,
    image_looks,
    looks,
)
from reports.summary import Comparison, Summary
from reports.words import metric, protocol

ROW_INCHES = 0.32
FRAME_INCHES = 0.95
SHORT = {"real": "real NIR", "vis": "VIS, grey"}


def plots(summary: Summary, kinds: list[str]) -> Iterator[Plot]:
    """One plot per metric, rows in the order of `kinds`."""
    for name in dict.fromkeys(summary.quality["metric"]):
        rows = summary.quality[summary.quality["metric"] == name].dropna(subset="value")
        if len(rows):
            yield metric_plot(
                summary, name, rows, [kind for kind in kinds if kind in set(rows["images"])]
            )


def metric_plot(summary: Summary, name: str, rows: pd.DataFrame, kinds: list[str]) -> Plot:
    """Seeds as dots, their mean as a line; the floor, real against real, dotted through."""
    how = metric(name)
    look = image_looks(summary.training_sets, kinds)
    names = {kind: SHORT.get(kind) or summary.kinds().get(kind, kind) for kind in kinds}
    with drawing(FRAME_INCHES + ROW_INCHES * len(kinds)) as (figure, axes):
        for place, kind in enumerate(kinds):
            values = how.scale * rows[rows["images"] == kind]["value"].to_numpy()
            axes.plot(
                values, np.full(len(values), -place), look[kind].marker, color=look[kind].colour
            )
            axes.plot([values.mean()] * 2, [-place - 0.3, -place + 0.3], color=look[kind].colour)
            if kind == "real":
                axes.axvline(values.mean(), color=INK, linestyle=":", linewidth=1, zorder=0.9)
        axes.set_yticks(-np.arange(len(kinds)), list(names.values()))
        axes.set_ylim(-len(kinds) + 0.4, 0.6)
        better = f" ({how.better} is better)" if how.better else ""
        axes.set_xlabel(f"{how.label}{f', {how.unit}' if how.unit else ''}{better}")
        axes.grid(visible=False, axis="y")
    repeats = "seeds and folds" if "fold" in rows else "seeds"
    several = rows.duplicated("images").any()
    seeds = f"Marks: {repeats}; line: their mean." if several else ""
    floor = " Dotted: real against real, the floor." if "real" in kinds else ""
    return Plot(
        name=file_name("quality", name),
        title=f"{how.label[0].upper()}{how.label[1:]}",
        caption=f"{seeds}{floor}".strip(),
        figure=figure,
        data=rows,
    )


def usefulness(summary: Summary, where: str, name: str, image_metric: str) -> Plot | None:
    """The gain in recognition against an image distance; None with fewer than two fakes."""
    baseline = summary.named("baseline")[0]
    pairs = [
        (each.images, compared)
        for each in summary.training_sets
        if each.images and (compared := summary.compared(each.name, baseline, where, name))
    ]
    rows = summary.quality[summary.quality["metric"] == image_metric]
    distances = rows.groupby("images")["value"].mean()
    pairs = [(kind, compared) for kind, compared in pairs if kind in distances.index]
    if len(pairs) < 2:
        return None
    data = pd.DataFrame([usefulness_row(kind, distances[kind], each) for kind, each in pairs])
    return draw_usefulness(summary, data, (where, name, image_metric))


def usefulness_row(kind: str, distance: float, each: Comparison) -> dict[str, str | float]:
    found = each.estimate
    return {
        "images": kind,
        "training_set": each.training_set,
        "distance": distance,
        "difference": found.value,
        "ci_low": found.low,
        "ci_high": found.high,
    }


def draw_usefulness(summary: Summary, data: pd.DataFrame, what: tuple[str, str, str]) -> Plot:
    where, name, image_metric = what
    how, distance = metric(name), metric(image_metric)
    look = looks(summary.training_sets)
    with drawing(SIDES_INCHES[1]) as (figure, axes):
        for row in data.itertuples():
            drawn = look[row.training_set]
            ends = how.scale * np.array(
                [[row.difference - row.ci_low], [row.ci_high - row.difference]]
            )
            axes.errorbar(
                row.distance, how.scale * row.difference, ends,
                fmt=drawn.marker, color=drawn.colour, label=summary.kinds()[row.images], capsize=0,
            )  # fmt: skip
        axes.axhline(0, color=INK, linewidth=1, zorder=0.9)
        axes.margins(x=0.25)
        axes.set_xlabel(f"{distance.label} ({distance.better} is better)")
        axes.set_ylabel(f"gain in {how.label}{', points' if how.unit == '%' else ''}")
        axes.legend(title="fakes by")
    return Plot(
        name=file_name("quality-against-gain", image_metric),
        title="Does looking real mean being useful?",
        caption=(
            f"Gain on {protocol(where)} with its 95 % interval against the image distance, one "
            "mark per translator."
        ),
        figure=figure,
        data=data,
    )
