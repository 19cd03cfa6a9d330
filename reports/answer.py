"""The answer in sentences: what the fakes did, how sure that is, and what it is no evidence of."""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from reports.caveats import caveats
from reports.summary import Comparison, Summary
from reports.words import MINUS, interval, listed, metric, number, points, protocol

HEADLINES = (("unseen-subjects", "rank1"), ("seen-subjects", "accuracy"))
VERBS = {"gain": "raise", "loss": "lower"}


@dataclass(frozen=True)
class Answer:
    """`headline` is the answer in a sentence; `caveats` bound it.

    `details` are (metric and protocol in words, sentences): what else is known of each. `leaky`:
    the answer is about translators that saw what is tested, for want of others.
    """

    headline: str
    details: tuple[tuple[str, tuple[str, ...]], ...]
    caveats: tuple[str, ...]
    leaky: bool = False


def answer(summary: Summary, facts: dict[str, Any]) -> Answer:
    """Builds the answer for the headline metric of each protocol; works with whatever is there."""
    present = {key[1:] for key in summary.means}
    found = [key for key in HEADLINES if key in present] or sorted(present)[:1]
    if not found:
        return Answer("No recognizer was scored, so there is no answer.", (), ())
    told = {key: sentences(summary, *key) for key in found}
    headline = told[found[0]].pop(0)
    details = tuple((heading(*key), tuple(lines)) for key, lines in told.items() if lines)
    return Answer(headline, details, tuple(caveats(summary, facts, found[0])), about_leaky(summary))


def sentences(summary: Summary, where: str, name: str) -> list[str]:
    """The effect of the fakes on one metric, best first; their differences; the ceiling."""
    against = effects(summary, where, name)
    if not against:
        nothing = f"No training set with fakes was scored for {spoken(where, name)}."
        return [nothing, *leak_sentences(summary, where, name)]
    return [
        first_sentence(summary, against),
        *other_sentences(summary, against),
        *pair_sentences(summary, where, name),
        *leak_sentences(summary, where, name),
        *ceiling_sentences(summary, where, name, against),
    ]


def effects(summary: Summary, where: str, name: str) -> list[Comparison]:
    """Fakes against the baseline: gains, then losses, then the undecided, larger effects first."""
    baseline = summary.named("baseline")[0]
    found = [summary.compared(each, baseline, where, name) for each in summary.told()]
    order = ["gain", "loss", "undecided"]
    return sorted(
        (each for each in found if each),
        key=lambda each: (order.index(each.verdict), -each.estimate.value),
    )


def first_sentence(summary: Summary, against: list[Comparison]) -> str:
    """The strongest effect: from what, to what, by how much, how sure."""
    top = against[0]
    name = top.metric
    start, end = summary.ends(top)
    change = f"from {number(start, name)} to {number(end, name, unit=True)}: {effect(top)}"
    if top.verdict in VERBS:
        return (
            f"{fakes(summary).capitalize()} by {letter(summary, top)} {VERBS[top.verdict]} "
            f"{spoken(top.protocol, name)} {change}."
        )
    if len(against) == 1:
        who, tail = f"The {fakes(summary)} by {letter(summary, top)} do not change", "it went"
    else:
        who, tail = f"No {fakes(summary)} change", f"the most was by {letter(summary, top)},"
    return f"{who} {spoken(top.protocol, name)} beyond chance; {tail} {change}."


def other_sentences(summary: Summary, against: list[Comparison]) -> list[str]:
    """One sentence on all further fakes."""
    parts = [f"{letter(summary, each)} {effect(each)}{verdict(each)}" for each in against[1:]]
    return [f"The others: {'; '.join(parts)}."] if parts else []


def verdict(each: Comparison) -> str:
    words = {"gain": "a gain", "loss": "a loss", "undecided": "undecided"}
    lucky = not each.estimate.low <= 0 <= each.estimate.high
    if each.verdict == "undecided" and lucky:
        return ", undecided once all comparisons are counted"
    return f", {words[each.verdict]}"


def pair_sentences(summary: Summary, where: str, name: str) -> list[str]:
    """Which fakes differ from one another, and which cannot be told apart."""
    apart, alike = [], []
    for earlier, later in combinations(summary.told(), 2):
        each = summary.compared(later, earlier, where, name)
        if each is None:
            continue
        a, b = summary.called()[earlier], summary.called()[later]
        if each.verdict == "undecided":
            alike.append(f"{a} and {b} ({b} {MINUS} {a}: {effect(each)})")
        elif each.verdict == "gain":
            apart.append(f"{b} is above {a} by {effect(each).lstrip('+')}")
        else:
            apart.append(f"{a} is above {b} by {effect(turned(each)).lstrip('+')}")
    told = [f"{listed(apart)}."] if apart else []
    return told + ([f"Not to be told apart: {listed(alike)}."] if alike else [])


def turned(each: Comparison) -> Comparison:
    """The same comparison seen from the other side."""
    found = each.estimate
    estimate = replace(found, value=-found.value, low=-found.high, high=-found.low)
    return replace(each, estimate=estimate)


def leak_sentences(summary: Summary, where: str, name: str) -> list[str]:
    """What leaky fakes do, where the answer is about others, and what the leak is worth."""
    if about_leaky(summary):
        return []
    baseline = summary.named("baseline")[0]
    found = [summary.compared(each, baseline, where, name) for each in summary.named("leaky")]
    told = [f"{letter(summary, each)} {effect(each)}{verdict(each)}" for each in found if each]
    worth = [
        f"{effect(each)} from {called[each.baseline]} to {called[each.training_set]}{verdict(each)}"
        for called in [summary.called()]
        for each in summary.leaks(where, name)
    ]
    lines = [f"Leaky, by translators that saw what is tested: {'; '.join(told)}."] if told else []
    return lines + ([f"What the leak is worth: {'; '.join(worth)}."] if worth else [])


def ceiling_sentences(
    summary: Summary, where: str, name: str, against: list[Comparison]
) -> list[str]:
    """What true NIR images gain in the place of fakes, and which part of that the best fakes do."""
    baseline = summary.named("baseline")[0]
    found = [summary.compared(each, baseline, where, name) for each in summary.named("ceiling")]
    lines = []
    for each in filter(None, found):
        text = f"The ceiling, true NIR images in the place of the fakes: {effect(each)}"
        if each.verdict == "gain" and against[0].verdict == "gain":
            share = against[0].estimate.value / each.estimate.value
            text += (
                f"; the {fakes(summary)} by {letter(summary, against[0])} reach "
                f"{100 * share:.0f} % of that"
            )
        lines.append(f"{text}.")
    return lines


def about_leaky(summary: Summary) -> bool:
    """Whether the answer is about leaky fakes, for want of others."""
    return bool(summary.named("leaky")) and not summary.named("fakes")


def fakes(summary: Summary) -> str:
    return "leaky fakes" if about_leaky(summary) else "fakes"


def effect(each: Comparison) -> str:
    """ "+6.5 points [2.1, 10.8]"."""
    estimate, name = each.estimate, each.metric
    return (
        f"{number(estimate.value, name, signed=True)}{points(name)} "
        f"{interval(estimate.low, estimate.high, name)}"
    )


def heading(where: str, name: str) -> str:
    """ "Rank-1 on unseen people"."""
    text = spoken(where, name)
    return f"{text[0].upper()}{text[1:]}"


def spoken(where: str, name: str) -> str:
    """ "rank-1 on unseen people"."""
    return f"{metric(name).label} on {protocol(where)}"


def letter(summary: Summary, each: Comparison) -> str:
    return summary.called()[each.training_set]
