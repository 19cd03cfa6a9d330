"""Says what fakes change over the baseline, and how they differ from one another."""

from reports.answer.phrases import counted, effect, size, spoken, turned, verdict
from reports.comparisons import Comparison
from reports.indistinguishable import best_fakes, either_way
from reports.summary import Summary
from reports.words import MINUS, listed, number


def effects_of(summary: Summary, task: str, name: str) -> list[Comparison]:
    """Compare fakes with the baseline: gains, losses, then the undecided, larger effects first."""
    found = [summary.over_baseline(fakes, task, name) for fakes in summary.answer_set_names()]
    order = ["gain", "loss", "undecided"]
    return sorted(
        (comparison for comparison in found if comparison),
        key=lambda comparison: (order.index(comparison.verdict), -comparison.better),
    )


def first_sentence(summary: Summary, effects: list[Comparison]) -> str:
    """Say the strongest effect: its size, from which value to which, and its interval."""
    top = effects[0]
    start, end = summary.means_of(top)
    ends = f"from {number(start, top.record)} to {number(end, top.record, unit=True)}"
    if top.verdict != "undecided":
        verb = "raise" if top.estimate.value > 0 else "lower"
        return (
            f"{fakes_name(summary).capitalize()} by {letter(summary, top)} {verb} "
            f"{spoken(top.protocol, top.record)} by {size(top)}, {ends}."
        )
    change = f"{ends}: {effect(top)}"
    if len(effects) == 1:
        subject, tail = (
            f"The {fakes_name(summary)} by {letter(summary, top)} do not change",
            "it went",
        )
    else:
        subject = f"No translator's {fakes_name(summary)} change"
        tail = f"the largest change was by {letter(summary, top)},"
    return f"{subject} {spoken(top.protocol, top.record)} beyond chance; {tail} {change}."


def plain_sentence(summary: Summary, effects: list[Comparison]) -> str:
    """List what fakes change, in the order of the tables, without a verdict or a ranking."""
    by_name = {comparison.training_set: comparison for comparison in effects}
    parts = [
        f"{letter(summary, by_name[name])} {effect(by_name[name])}"
        for name in summary.answer_set_names()
        if name in by_name
    ]
    about = spoken(effects[0].protocol, effects[0].record)
    return f"What {fakes_name(summary)} change in {about}: {'; '.join(parts)}."


def other_sentences(summary: Summary, effects: list[Comparison]) -> list[str]:
    """Return one sentence on all further fakes."""
    parts = [with_verdict(summary, comparison) for comparison in effects[1:]]
    return [f"The others: {'; '.join(parts)}."] if parts else []


def told_apart_sentences(summary: Summary, task: str, name: str) -> list[str]:
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


def pair_sentences(summary: Summary, task: str, name: str) -> list[str]:
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


def fakes_name(summary: Summary) -> str:
    return "leaky fakes" if about_leaky(summary) else "fakes"


def letter(summary: Summary, comparison: Comparison) -> str:
    """Return the name of the fakes in a comparison: "C"."""
    return summary.names_in_sentences()[comparison.training_set]


def with_verdict(summary: Summary, comparison: Comparison) -> str:
    """Return "C +6.5 points [2.1, 10.8], a gain"."""
    return f"{letter(summary, comparison)} {effect(comparison)}{verdict(comparison)}"


def about_leaky(summary: Summary) -> bool:
    """Tell whether all fakes are leaky, so that the answer is about these."""
    return bool(summary.in_role("leaky")) and not summary.in_role("fakes")
