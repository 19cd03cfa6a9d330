"""Phrases a comparison for the sentences of the answer."""

from dataclasses import replace

from faces.common.metric import Metric
from reports.comparisons import Comparison
from reports.words import points, protocol, with_interval


def effect(comparison: Comparison) -> str:
    """Return "+6.5 points [2.1, 10.8]"."""
    return with_interval(
        comparison.estimate, comparison.record, signed=True, unit=points(comparison.record)
    )


def size(comparison: Comparison) -> str:
    """Return an effect without its sign: "6.5 points [2.1, 10.8]"."""
    shown = comparison if comparison.estimate.value > 0 else turned(comparison)
    return effect(shown).lstrip("+")


def turned(comparison: Comparison) -> Comparison:
    """Swap the two sides of a comparison: its estimate changes its sign."""
    before = comparison.estimate
    after = replace(before, value=-before.value, low=-before.high, high=-before.low)
    return replace(comparison, estimate=after)


def verdict(comparison: Comparison) -> str:
    """Return ", a gain", or ", undecided once all comparisons are counted"; nothing of one seed."""
    if comparison.estimate.seeds == 1:
        return ""
    words = {"gain": "a gain", "loss": "a loss", "undecided": "undecided"}
    return f", {words[comparison.verdict]}{counted(comparison).replace(',', '')}"


def counted(comparison: Comparison) -> str:
    """Return ", once all comparisons are counted" where only Holm's adjustment leaves it open."""
    excludes_zero = not comparison.estimate.low <= 0 <= comparison.estimate.high
    undecided = comparison.verdict == "undecided" and excludes_zero
    return ", once all comparisons are counted" if undecided else ""


def heading(task: str, record: Metric) -> str:
    """Return "Rank-1 on unseen people"."""
    text = spoken(task, record)
    return f"{text[0].upper()}{text[1:]}"


def spoken(task: str, record: Metric) -> str:
    """Return "rank-1 on unseen people"."""
    return f"{record.label} on {protocol(task)}"
