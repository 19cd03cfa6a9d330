"""Writes the answer in sentences: what the fakes did, how sure that is, and its limits."""

from dataclasses import dataclass
from typing import Any

from reports.answer.caveats import caveats
from reports.answer.controls import amount_sentences, control_sentences, rivals
from reports.answer.failures import failure_sentences
from reports.answer.phrases import counted, effect, heading, size, spoken, turned, verdict
from reports.comparisons import Comparison
from reports.summary import Summary
from reports.ties import best_told, between
from reports.words import MINUS, listed, number


@dataclass(frozen=True)
class Answer:
    """`headline` is the answer in two sentences, three where a control does as well as the fakes.

    Where stages failed, its last sentence says what it rests on.
    `caveats` bound it. `details` are (metric and protocol in words, sentences): what else is known
    of each. `leaky`: all translators of the run saw what is tested.
    """

    headline: str
    details: tuple[tuple[str, tuple[str, ...]], ...]
    caveats: tuple[str, ...]
    leaky: bool = False


def answer(summary: Summary, facts: dict[str, Any]) -> Answer:
    """Builds the answer for the headline metric of each protocol; works with whatever is there."""
    present = {key[1:] for key in summary.means}
    found = summary.prominent("headline") or sorted(present)[:1]
    if not found:
        nothing = "No recognizer was scored, so there is no answer."
        return Answer(" ".join([nothing, *failure_sentences(summary, facts)]), (), ())
    told = {key: _sentences(summary, *key) for key in found}
    headline = " ".join(
        (
            told[found[0]].pop(0),
            *_together(summary, *found[0]),
            *rivals(summary, *found[0]),
            *failure_sentences(summary, facts),
        )
    )
    for key in summary.prominent("side effect"):
        told[key] = _side_effect_sentences(summary, *key)
    details = tuple(
        (heading(key[0], summary.metric(key[1])), tuple(lines))
        for key, lines in told.items()
        if lines
    )
    return Answer(
        headline, details, tuple(caveats(summary, facts, found[0])), _about_leaky(summary)
    )


def _sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Says what the fakes did to one metric, how they differ, and what the ceiling did."""
    against = _effects(summary, task, name)
    if not against:
        nothing = f"No training set with fakes was scored for {spoken(task, summary.metric(name))}."
        return [nothing, *_leak_sentences(summary, task, name)]
    return [
        _first_sentence(summary, against),
        *_other_sentences(summary, against),
        *_pair_sentences(summary, task, name),
        *control_sentences(summary, task, name),
        *_leak_sentences(summary, task, name),
        *_ceiling_sentences(summary, task, name, against),
        *amount_sentences(summary, task, name),
    ]


def _effects(summary: Summary, task: str, name: str) -> list[Comparison]:
    """Compares fakes with the baseline: gains, losses, then the undecided, larger effects first."""
    baseline = summary.named("baseline")[0]
    found = [summary.compared(each, baseline, task, name) for each in summary.told()]
    order = ["gain", "loss", "undecided"]
    return sorted(
        (each for each in found if each),
        key=lambda each: (order.index(each.verdict), -each.better),
    )


def _first_sentence(summary: Summary, against: list[Comparison]) -> str:
    """Says the strongest effect: its size, from which value to which, and its interval."""
    top = against[0]
    start, end = summary.ends(top)
    ends = f"from {number(start, top.record)} to {number(end, top.record, unit=True)}"
    if top.verdict != "undecided":
        verb = "raise" if top.estimate.value > 0 else "lower"
        return (
            f"{_fakes(summary).capitalize()} by {_letter(summary, top)} {verb} "
            f"{spoken(top.protocol, top.record)} by {size(top)}, {ends}."
        )
    change = f"{ends}: {effect(top)}"
    if len(against) == 1:
        who, tail = f"The {_fakes(summary)} by {_letter(summary, top)} do not change", "it went"
    else:
        who = f"No translator's {_fakes(summary)} change"
        tail = f"the largest change was by {_letter(summary, top)},"
    return f"{who} {spoken(top.protocol, top.record)} beyond chance; {tail} {change}."


def _other_sentences(summary: Summary, against: list[Comparison]) -> list[str]:
    """Gives one sentence on all further fakes."""
    parts = [f"{_letter(summary, each)} {effect(each)}{verdict(each)}" for each in against[1:]]
    return [f"The others: {'; '.join(parts)}."] if parts else []


def _together(summary: Summary, task: str, name: str) -> list[str]:
    """Gives the second sentence of the answer: "B and C cannot be told apart, nor can A and B." """
    alike = [
        f"{summary.called()[comparison.baseline]} and {summary.called()[comparison.training_set]}"
        for comparison in _pairs(summary, task, name)
        if comparison.verdict == "undecided"
    ]
    if not alike:
        return _closest(summary, task, name)
    more = f", nor can {', nor '.join(alike[1:])}" if alike[1:] else ""
    return [f"{alike[0]} cannot be told apart{more}."]


def _closest(summary: Summary, task: str, name: str) -> list[str]:
    """Gives "C is better than B by 6.2 points", of the best two, where all can be told apart."""
    best = best_told(summary, task, name)
    if best is None:
        return []
    leads = [
        comparison if comparison.training_set == best else turned(comparison)
        for comparison in _pairs(summary, task, name)
        if best in (comparison.training_set, comparison.baseline)
    ]
    if not leads:
        return []
    called, lead = summary.called(), min(leads, key=lambda each: each.better)
    other = lead.baseline if lead.training_set == best else lead.training_set
    return [f"{called[best]} is better than {called[other]} by {size(lead)}."]


def _pair_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Says which fakes differ from one another, with the difference and its interval."""
    apart, alike = [], []
    called = summary.called()
    for each in _pairs(summary, task, name):
        a, b = called[each.baseline], called[each.training_set]
        if each.verdict == "undecided":
            alike.append(f"{a} and {b} ({b} {MINUS} {a}: {effect(each)}{counted(each)})")
        elif each.better > 0:
            apart.append(f"{b} is better than {a} by {size(each)}")
        else:
            apart.append(f"{a} is better than {b} by {size(turned(each))}")
    told = [f"{listed(apart)}."] if apart else []
    return told + ([f"Not to be told apart: {listed(alike)}."] if alike else [])


def _pairs(summary: Summary, task: str, name: str) -> list[Comparison]:
    """Compares the fakes that the answer is about with each other."""
    told = summary.told()
    found = [
        between(summary, later, earlier, task, name)
        for place, later in enumerate(told)
        for earlier in told[:place]
    ]
    return [each for each in found if each]


def _leak_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Says what leaky fakes do, where the answer is about others, and what the leak is worth."""
    if _about_leaky(summary):
        return []
    baseline = summary.named("baseline")[0]
    found = [summary.compared(each, baseline, task, name) for each in summary.named("leaky")]
    told = [f"{_letter(summary, each)} {effect(each)}{verdict(each)}" for each in found if each]
    called = summary.called()
    worth = [
        f"{effect(comparison)} from {called[comparison.baseline]} to "
        f"{called[comparison.training_set]}{verdict(comparison)}"
        for comparison in summary.leaks(task, name)
    ]
    lines = [f"Leaky, by translators that saw what is tested: {'; '.join(told)}."] if told else []
    return lines + ([f"What the leak is worth: {'; '.join(worth)}."] if worth else [])


def _ceiling_sentences(
    summary: Summary, task: str, name: str, against: list[Comparison]
) -> list[str]:
    """Says what true NIR images gain in the place of fakes, and the best fakes' share of that."""
    baseline = summary.named("baseline")[0]
    found = [summary.compared(each, baseline, task, name) for each in summary.named("ceiling")]
    lines = []
    for each in filter(None, found):
        text = f"The ceiling, true NIR images in the place of the fakes: {effect(each)}"
        if each.verdict == "gain" and against[0].verdict == "gain":
            share = against[0].better / each.better
            text += (
                f"; the {_fakes(summary)} by {_letter(summary, against[0])} reach "
                f"{100 * share:.0f} % of that"
            )
        lines.append(f"{text}.")
    return lines


def _side_effect_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Says what fakes do to the recognition of VIS images of the people trained on."""
    against = _effects(summary, task, name)
    parts = [f"{_letter(summary, each)} {effect(each)}{verdict(each)}" for each in against]
    return [f"The side effect of {_fakes(summary)}: {'; '.join(parts)}."] if parts else []


def _about_leaky(summary: Summary) -> bool:
    """Tells whether all fakes are leaky, so that the answer is about these."""
    return bool(summary.named("leaky")) and not summary.named("fakes")


def _fakes(summary: Summary) -> str:
    return "leaky fakes" if _about_leaky(summary) else "fakes"


def _letter(summary: Summary, comparison: Comparison) -> str:
    return summary.called()[comparison.training_set]
