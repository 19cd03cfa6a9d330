"""Writes the answer in sentences: what the fakes did, how sure that is, and its limits."""

from dataclasses import dataclass
from typing import Any

from reports.answer.caveats import caveats
from reports.answer.controls import amount_sentences, control_sentences, rivals
from reports.answer.failures import failure_sentences
from reports.answer.phrases import counted, effect, heading, size, spoken, turned, verdict
from reports.comparisons import Comparison
from reports.indistinguishable import best_fakes, either_way
from reports.summary import Summary
from reports.words import MINUS, listed, number


@dataclass(frozen=True)
class Answer:
    """The answer in sentences.

    `headline` has two sentences, three where a control does as well as the fakes. Where stages
    failed, its last sentence says what it rests on. `details` are (metric and protocol in words,
    sentences): what else is known of each. `caveats` say what the numbers do not show. `leaky`: all
    translators of the run were trained on images or people that are tested.
    """

    headline: str
    details: tuple[tuple[str, tuple[str, ...]], ...]
    caveats: tuple[str, ...]
    leaky: bool = False


def answer(summary: Summary, provenance: dict[str, Any]) -> Answer:
    """Write the answer for the headline metric of each protocol, as far as it was scored."""
    scored = {key[1:] for key in summary.means}
    keys = summary.prominent("headline") or sorted(scored)[:1]
    if not keys:
        nothing = "No recognizer was scored, so there is no answer."
        return Answer(" ".join([nothing, *failure_sentences(summary, provenance)]), (), ())
    sentences = {key: _sentences(summary, *key) for key in keys}
    headline = " ".join(
        (
            sentences[keys[0]].pop(0),
            *_together(summary, *keys[0]),
            *rivals(summary, *keys[0]),
            *failure_sentences(summary, provenance),
        )
    )
    for key in summary.prominent("side effect"):
        sentences[key] = _side_effect_sentences(summary, *key)
    details = tuple(
        (heading(key[0], summary.metric(key[1])), tuple(lines))
        for key, lines in sentences.items()
        if lines
    )
    return Answer(
        headline, details, tuple(caveats(summary, provenance, keys[0])), _about_leaky(summary)
    )


def _sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say what the fakes gain in one metric, how they differ, and what the ceiling gains."""
    effects = _effects(summary, task, name)
    if not effects:
        nothing = f"No training set with fakes was scored for {spoken(task, summary.metric(name))}."
        return [nothing, *_leak_sentences(summary, task, name)]
    return [
        _first_sentence(summary, effects),
        *_other_sentences(summary, effects),
        *_pair_sentences(summary, task, name),
        *control_sentences(summary, task, name),
        *_leak_sentences(summary, task, name),
        *_ceiling_sentences(summary, task, name, effects),
        *amount_sentences(summary, task, name),
    ]


def _effects(summary: Summary, task: str, name: str) -> list[Comparison]:
    """Compare fakes with the baseline: gains, losses, then the undecided, larger effects first."""
    baseline = summary.in_role("baseline")[0]
    found = [summary.compared(fakes, baseline, task, name) for fakes in summary.answer_set_names()]
    order = ["gain", "loss", "undecided"]
    return sorted(
        (comparison for comparison in found if comparison),
        key=lambda comparison: (order.index(comparison.verdict), -comparison.better),
    )


def _first_sentence(summary: Summary, effects: list[Comparison]) -> str:
    """Say the strongest effect: its size, from which value to which, and its interval."""
    top = effects[0]
    start, end = summary.means_of(top)
    ends = f"from {number(start, top.record)} to {number(end, top.record, unit=True)}"
    if top.verdict != "undecided":
        verb = "raise" if top.estimate.value > 0 else "lower"
        return (
            f"{_fakes(summary).capitalize()} by {_letter(summary, top)} {verb} "
            f"{spoken(top.protocol, top.record)} by {size(top)}, {ends}."
        )
    change = f"{ends}: {effect(top)}"
    if len(effects) == 1:
        subject, tail = f"The {_fakes(summary)} by {_letter(summary, top)} do not change", "it went"
    else:
        subject = f"No translator's {_fakes(summary)} change"
        tail = f"the largest change was by {_letter(summary, top)},"
    return f"{subject} {spoken(top.protocol, top.record)} beyond chance; {tail} {change}."


def _other_sentences(summary: Summary, effects: list[Comparison]) -> list[str]:
    """Return one sentence on all further fakes."""
    parts = [_with_verdict(summary, comparison) for comparison in effects[1:]]
    return [f"The others: {'; '.join(parts)}."] if parts else []


def _together(summary: Summary, task: str, name: str) -> list[str]:
    """Return the second sentence of the answer: "A and B cannot be told apart, nor can A and C"."""
    names = summary.names_in_sentences()
    alike = [
        f"{names[comparison.baseline]} and {names[comparison.training_set]}"
        for comparison in _pairs(summary, task, name)
        if comparison.verdict == "undecided"
    ]
    if not alike:
        return _closest(summary, task, name)
    more = f", nor can {', nor '.join(alike[1:])}" if alike[1:] else ""
    return [f"{alike[0]} cannot be told apart{more}."]


def _closest(summary: Summary, task: str, name: str) -> list[str]:
    """Return "C is better than B by 6.2 points", of the best two, where all can be told apart."""
    best = best_fakes(summary, task, name)
    if best is None:
        return []
    leads = [
        comparison if comparison.training_set == best else turned(comparison)
        for comparison in _pairs(summary, task, name)
        if best in (comparison.training_set, comparison.baseline)
    ]
    if not leads:
        return []
    names, lead = summary.names_in_sentences(), min(leads, key=lambda comparison: comparison.better)
    other = lead.baseline if lead.training_set == best else lead.training_set
    return [f"{names[best]} is better than {names[other]} by {size(lead)}."]


def _pair_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say which fakes differ from one another, with the difference and its interval."""
    apart, alike = [], []
    names = summary.names_in_sentences()
    for pair in _pairs(summary, task, name):
        a, b = names[pair.baseline], names[pair.training_set]
        if pair.verdict == "undecided":
            alike.append(f"{a} and {b} ({b} {MINUS} {a}: {effect(pair)}{counted(pair)})")
        elif pair.better > 0:
            apart.append(f"{b} is better than {a} by {size(pair)}")
        else:
            apart.append(f"{a} is better than {b} by {size(turned(pair))}")
    lines = [f"{listed(apart)}."] if apart else []
    return lines + ([f"Not to be told apart: {listed(alike)}."] if alike else [])


def _pairs(summary: Summary, task: str, name: str) -> list[Comparison]:
    """Compare the fakes that the answer is about with each other."""
    names = summary.answer_set_names()
    found = [
        either_way(summary, later, earlier, task=task, name=name)
        for place, later in enumerate(names)
        for earlier in names[:place]
    ]
    return [comparison for comparison in found if comparison]


def _leak_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say what leaky fakes gain, where the answer is about others, and what the leak adds."""
    if _about_leaky(summary):
        return []
    baseline = summary.in_role("baseline")[0]
    found = [summary.compared(fakes, baseline, task, name) for fakes in summary.in_role("leaky")]
    parts = [_with_verdict(summary, comparison) for comparison in found if comparison]
    names = summary.names_in_sentences()
    worth = [
        f"{effect(comparison)} from {names[comparison.baseline]} to "
        f"{names[comparison.training_set]}{verdict(comparison)}"
        for comparison in summary.leaks(task, name)
    ]
    lines = [f"Leaky, by translators that saw what is tested: {'; '.join(parts)}."] if parts else []
    return lines + ([f"What the leak is worth: {'; '.join(worth)}."] if worth else [])


def _ceiling_sentences(
    summary: Summary, task: str, name: str, effects: list[Comparison]
) -> list[str]:
    """Say what true NIR images gain in the place of fakes, and the best fakes' share of that."""
    baseline = summary.in_role("baseline")[0]
    found = [summary.compared(true, baseline, task, name) for true in summary.in_role("ceiling")]
    lines = []
    for ceiling in filter(None, found):
        text = f"The ceiling, true NIR images in the place of the fakes: {effect(ceiling)}"
        if ceiling.verdict == "gain" and effects[0].verdict == "gain":
            share = effects[0].better / ceiling.better
            text += (
                f"; the {_fakes(summary)} by {_letter(summary, effects[0])} reach "
                f"{100 * share:.0f} % of that"
            )
        lines.append(f"{text}.")
    return lines


def _side_effect_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say how fakes change the recognition of VIS images of the people trained on."""
    effects = _effects(summary, task, name)
    parts = [_with_verdict(summary, comparison) for comparison in effects]
    return [f"The side effect of {_fakes(summary)}: {'; '.join(parts)}."] if parts else []


def _about_leaky(summary: Summary) -> bool:
    """Tell whether all fakes are leaky, so that the answer is about these."""
    return bool(summary.in_role("leaky")) and not summary.in_role("fakes")


def _fakes(summary: Summary) -> str:
    return "leaky fakes" if _about_leaky(summary) else "fakes"


def _letter(summary: Summary, comparison: Comparison) -> str:
    """Return the name of the fakes in a comparison: "C"."""
    return summary.names_in_sentences()[comparison.training_set]


def _with_verdict(summary: Summary, comparison: Comparison) -> str:
    """Return "C +6.5 points [2.1, 10.8], a gain"."""
    return f"{_letter(summary, comparison)} {effect(comparison)}{verdict(comparison)}"
