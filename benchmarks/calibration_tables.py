"""Prints the tables of docs/calibration.md as Markdown, and draws the power curve."""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.power import MOST_SEEDS, WANTED, Components, power_to_find, seeds_needed
from reports.tables.formats import Table, markdown

SETUP = {"experiment": "experiment", "seeds": "seeds", "subjects": "people"}
# Components of reports/power.py: how simulated people are, at the usual training variation.
SIMULATED = Components(
    variation=(0.015**2 + 0.035**2 + 0.007**2) ** 0.5,
    way_subject=0.08,
    training_subject=0.155,
    probe=0.20,
)
HOLM = {"alone": 1, "one of three": 3}


def families_printed(name: str, rows: pd.DataFrame) -> str:
    """Return rejections by the rule, in brackets by pooling, a column per family, in per cent."""
    shown = rows.assign(rejected=[
        per_cent(one) + ("" if np.isnan(before) else f" [{per_cent(before)}]")
        for one, before in zip(rows["rejected"], rows["pooled_rejected"], strict=True)
    ])  # fmt: skip
    return _wide(name, shown, "rejected")


def intervals_printed(name: str, rows: pd.DataFrame) -> str:
    """Return coverage and half widths, a column per interval, in per cent and points."""
    ends = [
        f"; {per_cent(bounded)} have both ends" if bounded == bounded else ""
        for bounded in rows["bounded"]
    ]
    cells = zip(rows["covered"], rows["half_width"], ends, strict=True)
    shown = rows.assign(covered=[
        f"{per_cent(covered)} (± {per_cent(half)}{end})" for covered, half, end in cells
    ])  # fmt: skip
    return _wide(name, shown, "covered")


def power_printed(name: str, rows: pd.DataFrame) -> str:
    """Return how often WANTED was found, in brackets as predicted, and the seeds that it takes."""
    predicted = [
        power_to_find(
            WANTED, row.subjects, row.probes, row.seeds,
            comparisons=HOLM[row.family], components=SIMULATED,
        )
        for row in rows.itertuples()
    ]  # fmt: skip
    shown = rows.assign(rejected=[
        f"{per_cent(found, 0)} [{per_cent(before, 0)}]"
        for found, before in zip(rows["rejected"], predicted, strict=True)
    ])  # fmt: skip
    return _wide(name, shown, "rejected") + "\n" + "\n".join(_needed(shown)) + "\n"


def _needed(rows: pd.DataFrame) -> list[str]:
    """Return sentences on the number of seeds that is predicted to find WANTED."""
    sentences = []
    for subjects in dict.fromkeys(rows["subjects"]):
        for family, count in HOLM.items():
            needed = seeds_needed(subjects, 10, comparisons=count, components=SIMULATED)
            seeds = needed or f"more than {MOST_SEEDS}"
            sentences.append(f"{subjects} people, {family}: {seeds} seeds find it in 80 %")
    return sentences


def rates_printed(rows: pd.DataFrame) -> str:
    """Return the table of verification, in per cent; in brackets without parts of impostors."""
    rows = rows.copy()
    for name in ("rejected", "across_rejected", "covered", "mean_covered"):
        shares = zip(rows[name], rows[f"{name}_fixed"], strict=True)
        rows[name] = [f"{per_cent(share)} [{per_cent(fixed)}]" for share, fixed in shares]
    columns = {
        "seeds": "seeds", "metric": "metric", "mean": "true value", "effect": "true difference",
        "rejected": "rejected within a class, %", "across_rejected": "rejected across classes, %",
        "covered": "difference covered, %", "mean_covered": "mean covered, %",
    }  # fmt: skip
    rows[["mean", "effect"]] = rows[["mean", "effect"]].map(lambda value: f"{value:.3f}")
    return _printed("verification", rows.rename(columns=columns)[list(columns.values())])


def _wide(name: str, rows: pd.DataFrame, values: str) -> str:
    """Return a row per experiment and a column per family."""
    table = rows.pivot_table(
        index=list(SETUP), columns="family", values=values, aggfunc="first", sort=False
    )
    return _printed(name, table.reset_index().rename(columns=SETUP).fillna(""))


def _printed(title: str, rows: pd.DataFrame) -> str:
    body = tuple(tuple((str(cell),) for cell in row) for row in rows.to_numpy())
    return markdown(Table(title, tuple(rows.columns), body))


def per_cent(share: float, digits: int = 1) -> str:
    """Return a share as a number of per cent."""
    return f"{100 * share:.{digits}f}"


PRINTED: dict[str, Callable[[str, pd.DataFrame], str]] = {
    "families": families_printed,
    "limits": families_printed,
    "intervals": intervals_printed,
    "power": power_printed,
}


def draw_power(rows: pd.DataFrame, path: Path) -> None:
    """Draw how often WANTED is found over seeds, a line per number of people; dashed: predicted."""
    with mpl.rc_context({"svg.hashsalt": "nirbench", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.add_subplot()
        colours = iter(("#0072b2", "#d55e00", "#009e73", "#cc79a7"))
        for (subjects, family), part in rows.groupby(["subjects", "family"], sort=False):
            _draw_line(axes, part, f"{subjects} people, {family}", next(colours))
        axes.axhline(80, color="0.6", linewidth=0.8)
        axes.set(xlabel="seeds", ylabel=f"{100 * WANTED:.0f} points found, % of experiments")
        axes.set_ylim(0, 102)
        axes.legend(frameon=False, loc="lower right")
        figure.savefig(path, metadata=dict.fromkeys(("Date", "Creator")))


def _draw_line(axes: Axes, part: pd.DataFrame, label: str, colour: str) -> None:
    subjects, family = part["subjects"].iloc[0], part["family"].iloc[0]
    predicted = [
        100 * power_to_find(WANTED, subjects, 10, seeds, comparisons=HOLM[family],
                            components=SIMULATED)
        for seeds in part["seeds"]
    ]  # fmt: skip
    axes.plot(part["seeds"], 100 * part["rejected"], marker=".", color=colour, label=label)
    axes.plot(part["seeds"], predicted, "--", color=colour, linewidth=0.8)
