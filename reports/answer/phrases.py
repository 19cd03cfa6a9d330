"""Phrases a comparison for the sentences of the answer."""

from dataclasses import replace

from faces.common.metric import Metric
from reports.comparisons import Comparison
from reports.words import points, protocol, with_interval


def effect(comparison: Comparison) -> str:
    """Gives "+6.5 points [2.1, 10.8]"."""
    return with_interval(
        comparison.estimate, comparison.record, signed=True, unit=points(comparison.record)
    )


def size(comparison: Comparison) -> str:
    """Gives an effect without its sign: "6.5 points [2.1, 10.8]"."""
    shown = comparison if comparison.estimate.value > 0 else turned(comparison)
    return effect(shown).lstrip("+")


def turned(comparison: Comparison) -> Comparison:
    """Swaps the two sides of a comparison."""
    found = comparison.estimate
    estimate = replace(found, value=-found.value, low=-found.high, high=-found.low)
    return replace(comparison, estimate=estimate)


def verdict(comparison: Comparison) -> str:
    """Gives ", a gain"; says so where only the other comparisons make it undecided."""
    words = {"gain": "a gain", "loss": "a loss", "undecided": "undecided"}
    return f", {words[comparison.verdict]}{counted(comparison).replace(',', '')}"


def counted(comparison: Comparison) -> str:
    """Gives ", once all comparisons are counted" where nothing else makes it undecided."""
    excludes_zero = not comparison.estimate.low <= 0 <= comparison.estimate.high
    undecided = comparison.verdict == "undecided" and excludes_zero
    return ", once all comparisons are counted" if undecided else ""


def heading(task: str, how: Metric) -> str:
    """Gives "Rank-1 on unseen people"."""
    text = spoken(task, how)
    return f"{text[0].upper()}{text[1:]}"


def spoken(task: str, how: Metric) -> str:
    """Gives "rank-1 on unseen people"."""
    return f"{how.label} on {protocol(task)}"
