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
NO_LOSSES = ("step", "learning_rate")


def plots(trainings: tuple[Training, ...], what: str, look: dict[str, Look]) -> Iterator[Plot]:
    """Draws one plot per term that any network logged. `what` is "generator" or "recognizer".

    Networks that have no look are left out.
    """
    shown = tuple(training for training in trainings if training.name in look)
    terms = dict.fromkeys(
        column
        for training in shown
        for column in training.losses.select_dtypes("number").columns
        if column not in NO_LOSSES
    )
    for term in terms:
        yield _term_plot(shown, what, term, look)


def _term_plot(
    trainings: tuple[Training, ...], what: str, term: str, look: dict[str, Look]
) -> Plot:
    shown: dict[str, int] = {}
    labelled: set[str] = set()
    parts = []
    with drawing(HEIGHT_INCHES) as (figure, axes):
        for training in trainings:
            rows = training.losses.reindex(columns=["step", term]).dropna()
            if rows.empty:
                continue
            drawn, first = look[training.name], training.name not in shown
            shown[training.name] = shown.get(training.name, 0) + 1
            label = CONTROLS if drawn.background else training.name
            _draw_line(axes, rows, term, drawn, first, None if label in labelled else label)
            labelled.add(label)
            parts.append(rows.assign(name=training.name, seed=training.seed))
        axes.set(xlabel="optimizer step", ylabel=term.replace("_", " "))
        legend_below(figure, axes)
    return Plot(
        name=file_name(what, "loss", term),
        title=f"{what[0].upper()}{what[1:]}: {term.replace('_', ' ')}",
        caption=_caption(meaning(trainings, term), max(shown.values(), default=0)),
        figure=figure,
        data=pd.concat(parts)[["name", "seed", "step", term]],
    )


def meaning(trainings: tuple[Training, ...], term: str) -> str:
    """Says what the first training that has words for a term says of it, or nothing."""
    return next((training.terms[term] for training in trainings if term in training.terms), "")


def _caption(meaning: str, seeds: int) -> str:
    """Gives a plot's caption; `meaning` says in words what is drawn."""
    first = f"{meaning[0].upper()}{meaning[1:]}. " if meaning else ""
    several = f" {seeds} seeds: the first thick, the others thin." if seeds > 1 else ""
    return f"{first}Running mean over a {WINDOWS}th of the training.{several}"


def _draw_line(
    axes: Axes, rows: pd.DataFrame, term: str, look: Look, first: bool, label: str | None
) -> None:
    """Draws one training; `first`: the first of its network's seeds, drawn thick."""
    values = smoothed(rows[term].to_numpy(float), max(1, len(rows) // WINDOWS))
    keep = thinned(len(rows))
    width, alpha = (look.width, 1.0) if first else (0.5 * look.width, 0.5)
    axes.plot(
        rows["step"].to_numpy()[keep], values[keep], label=label, color=look.colour,
        linestyle=look.line, linewidth=width, alpha=alpha, zorder=1.9 if look.background else 2,
    )  # fmt: skip


def smoothed(values: np.ndarray, width: int) -> np.ndarray:
    """Gives the mean of up to `width` values that end at each place, (N,) -> (N,)."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - width, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)
