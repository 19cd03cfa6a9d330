"""Training curves: one plot per loss term, one line per network."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from reports.material import Training
from reports.plots.figure import Look, Plot, drawing, file_name, thinned

WINDOWS = 60  # a line is smoothed over a 60th of its length


def plots(trainings: tuple[Training, ...], what: str, look: dict[str, Look]) -> Iterator[Plot]:
    """One plot per term that any network logged. `what` is "generator" or "recognizer"."""
    terms = dict.fromkeys(
        column
        for training in trainings
        for column in training.losses.select_dtypes("number").columns
        if column != "step"
    )
    for term in terms:
        yield term_plot(trainings, what, term, look)


def term_plot(trainings: tuple[Training, ...], what: str, term: str, look: dict[str, Look]) -> Plot:
    shown: dict[str, int] = {}
    parts = []
    with drawing() as (figure, axes):
        for training in trainings:
            rows = training.losses.reindex(columns=["step", term]).dropna()
            if rows.empty:
                continue
            first = training.name not in shown
            shown[training.name] = shown.get(training.name, 0) + 1
            draw_line(axes, rows, term, look[training.name], training.name if first else None)
            parts.append(rows.assign(name=training.name, seed=training.seed))
        axes.set(xlabel="optimizer step", ylabel=term)
        axes.legend()
    seeds = " First seed thick, further seeds thin." if max(shown.values(), default=0) > 1 else ""
    return Plot(
        name=file_name(what, "loss", term),
        title=f"{what[0].upper()}{what[1:]}: {term}",
        caption=f"Running mean over a {WINDOWS}th of the training.{seeds}",
        figure=figure,
        data=pd.concat(parts)[["name", "seed", "step", term]],
    )


def draw_line(axes: Axes, rows: pd.DataFrame, term: str, look: Look, label: str | None) -> None:
    """A labelled line is the first seed's."""
    values = smoothed(rows[term].to_numpy(float), max(1, len(rows) // WINDOWS))
    keep = thinned(len(rows))
    width, alpha = (1.6, 1.0) if label else (0.8, 0.5)
    steps = rows["step"].to_numpy()[keep]
    drawn = {"color": look.colour, "linestyle": look.line, "linewidth": width, "alpha": alpha}
    axes.plot(steps, values[keep], label=label, **drawn)


def smoothed(values: np.ndarray, width: int) -> np.ndarray:
    """The mean of up to `width` values that end at each place, (N,) -> (N,)."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - width, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)
