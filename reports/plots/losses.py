"""Training curves: one plot per loss term, one line per network."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from reports.material import Training
from reports.plots.figure import (
    CONTROLS,
    Look,
    Plot,
    drawing,
    file_name,
    legend_below,
    thinned,
)

WINDOWS = 60  # a line is smoothed over a 60th of its length
HEIGHT_INCHES = 3.2
OTHER_COLUMNS = ("step", "learning_rate")


def plots(trainings: tuple[Training, ...], network: str, look: dict[str, Look]) -> Iterator[Plot]:
    """Draw one plot per term that any training logged; `network`: "generator" or "recognizer".

    Trainings that have no look are left out.
    """
    shown = tuple(training for training in trainings if training.name in look)
    terms = dict.fromkeys(
        column
        for training in shown
        for column in training.losses.select_dtypes("number").columns
        if column not in OTHER_COLUMNS
    )
    for term in terms:
        yield _term_plot(shown, network, term, look)


def _term_plot(
    trainings: tuple[Training, ...], network: str, term: str, look: dict[str, Look]
) -> Plot:
    seeds: dict[str, int] = {}
    labelled: set[str] = set()
    parts = []
    with drawing(HEIGHT_INCHES) as (figure, axes):
        for training in trainings:
            rows = training.losses.reindex(columns=["step", term]).dropna()
            if rows.empty:
                continue
            own, first = look[training.name], training.name not in seeds
            seeds[training.name] = seeds.get(training.name, 0) + 1
            label = CONTROLS if own.background else training.name
            shown_label = None if label in labelled else label
            _draw_line(axes, rows, own, first=first, label=shown_label)
            labelled.add(label)
            parts.append(rows.assign(name=training.name, seed=training.seed))
        axes.set(xlabel="optimizer step", ylabel=term.replace("_", " "))
        legend_below(figure, axes)
    return Plot(
        name=file_name(network, "loss", term),
        title=f"{network[0].upper()}{network[1:]}: {term.replace('_', ' ')}",
        caption=_caption(meaning(trainings, term), max(seeds.values(), default=0)),
        figure=figure,
        data=pd.concat(parts)[["name", "seed", "step", term]],
    )


def meaning(trainings: tuple[Training, ...], term: str) -> str:
    """Return the explanation of a term by the first training that has one, else ""."""
    return next((training.terms[term] for training in trainings if term in training.terms), "")


def _caption(meaning: str, seeds: int) -> str:
    """Return a plot's caption; `meaning` explains the term."""
    first = f"{meaning[0].upper()}{meaning[1:]}. " if meaning else ""
    several = f" {seeds} seeds: the first thick, the others thin." if seeds > 1 else ""
    return f"{first}Running mean over a {WINDOWS}th of the training.{several}"


def _draw_line(
    axes: Axes, rows: pd.DataFrame, look: Look, *, first: bool, label: str | None
) -> None:
    """Draw one training, `rows` of (step, loss); the `first` of the seeds is drawn thick."""
    values = smoothed(rows.iloc[:, 1].to_numpy(float), max(1, len(rows) // WINDOWS))
    keep = thinned(len(rows))
    width, alpha = (look.width, 1.0) if first else (0.5 * look.width, 0.5)
    axes.plot(
        rows["step"].to_numpy()[keep], values[keep], label=label, color=look.colour,
        linestyle=look.line, linewidth=width, alpha=alpha, zorder=1.9 if look.background else 2,
    )  # fmt: skip


def smoothed(values: np.ndarray, width: int) -> np.ndarray:
    """Return the running mean of the last `width` values at each place, (N,) => (N,) float."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - width, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)
