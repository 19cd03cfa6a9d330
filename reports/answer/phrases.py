"""How the answer's sentences put a comparison."""

from dataclasses import replace

from faces.common.metric import Metric
from reports.comparisons import Comparison
from reports.words import points, protocol, with_interval


def effect(each: Comparison) -> str:
    """ "+6.5 points [2.1, 10.8]"."""
    return with_interval(each.estimate, each.record, signed=True, unit=points(each.record))


def size(each: Comparison) -> str:
    """An effect without its sign: "6.5 points [2.1, 10.8]"."""
    shown = each if each.estimate.value > 0 else turned(each)
    return effect(shown).lstrip("+")


def turned(each: Comparison) -> Comparison:
    """The same comparison seen from the other side."""
    found = each.estimate
    estimate = replace(found, value=-found.value, low=-found.high, high=-found.low)
    return replace(each, estimate=estimate)


def verdict(each: Comparison) -> str:
    """ ", a gain"; says so where only the other comparisons make it undecided."""
    words = {"gain": "a gain", "loss": "a loss", "undecided": "undecided"}
    return f", {words[each.verdict]}{counted(each).replace(',', '')}"


def counted(each: Comparison) -> str:
    """ ", once all comparisons are counted" where nothing else makes it undecided."""
    excludes_zero = not each.estimate.low <= 0 <= each.estimate.high
    undecided = each.verdict == "undecided" and excludes_zero
    return ", once all comparisons are counted" if undecided else ""


def heading(where: str, how: Metric) -> str:
    """ "Rank-1 on unseen people"."""
    text = spoken(where, how)
    return f"{text[0].upper()}{text[1:]}"


def spoken(where: str, how: Metric) -> str:
    """ "rank-1 on unseen people"."""
    return f"{how.label} on {protocol(where)}"
