"""Finds the best fakes, and training sets that cannot be told apart from them."""

from reports.comparisons import Comparison
from reports.summary import Summary


def best_told(summary: Summary, task: str, name: str) -> str | None:
    """Gives the fakes with the best mean of those that the answer is about; None without scores."""
    sign = summary.metric(name).sign
    found = {
        training_set: sign * summary.means[training_set, task, name].value
        for training_set in summary.told()
        if (training_set, task, name) in summary.means
    }
    return max(found, key=found.__getitem__) if found else None


def between(summary: Summary, one: str, other: str, task: str, name: str) -> Comparison | None:
    """Gives the comparison of two training sets, whichever way round it was made."""
    return summary.compared(one, other, task, name) or summary.compared(other, one, task, name)


def tied_with(summary: Summary, training_set: str, best: str, task: str, name: str) -> bool:
    """Tells whether the two were compared and cannot be told apart."""
    found = between(summary, training_set, best, task, name)
    return found is not None and found.verdict == "undecided"
