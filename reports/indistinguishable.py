"""Finds the best fakes, and training sets that cannot be told apart from them."""

from reports.comparisons import Comparison
from reports.summary import Summary


def best_fakes(summary: Summary, task: str, name: str) -> str | None:
    """Return the set with the best mean of those that the answer is about; None without scores.

    `name` is that of the metric.
    """
    sign = summary.metric(name).sign
    values = {
        training_set: sign * summary.means[training_set, task, name].value
        for training_set in summary.answer_set_names()
        if (training_set, task, name) in summary.means
    }
    return max(values, key=values.__getitem__) if values else None


def either_way(
    summary: Summary, one: str, other: str, *, task: str, name: str
) -> Comparison | None:
    """Return the comparison of two training sets, whichever of them is the baseline in it."""
    return summary.compared(one, other, task, name) or summary.compared(other, one, task, name)


def indistinguishable(
    summary: Summary, training_set: str, best: str, *, task: str, name: str
) -> bool:
    """Tell whether the two were compared and cannot be told apart."""
    comparison = either_way(summary, training_set, best, task=task, name=name)
    return comparison is not None and comparison.verdict == "undecided"
