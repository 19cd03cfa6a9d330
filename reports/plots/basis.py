"""Says for captions which people, how many probes and how many seeds a plot shows."""

import pandas as pd

from reports.summary import Summary
from reports.words import protocol


def basis(summary: Summary, task: str, name: str) -> str:
    """Return "Unseen people: 60 people, 600 probes, 3 seeds."; empty where nothing was scored.

    Counts are those of the training set with the most seeds.
    """
    means = [estimate for key, estimate in summary.means.items() if key[1:] == (task, name)]
    if not means:
        return ""
    most = max(means, key=lambda mean: (mean.seeds, mean.probes))
    return _spelled(task, most.subjects, most.probes, most.seeds)


def basis_of_outcomes(outcomes: pd.DataFrame, task: str) -> str:
    """Return the same sentence, counted in a table of outcomes (reports.material)."""
    rows = outcomes[outcomes["protocol"] == task]
    if rows.empty:
        return ""
    return _spelled(task, *(rows[name].nunique() for name in ("subject", "probe", "seed")))


def _spelled(task: str, subjects: int, probes: int, seeds: int) -> str:
    text = protocol(task)
    several = "s" if seeds != 1 else ""
    return (
        f"{text[0].upper()}{text[1:]}: {subjects:,} people, {probes:,} probes, {seeds} seed"
        f"{several}."
    )
