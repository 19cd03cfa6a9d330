"""The answer in sentences: what the fakes did, how sure that is, and what it is no evidence of."""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from reports.statistics import LEVEL
from reports.summary import Comparison, Summary
from reports.words import MINUS, interval, listed, metric, number, points, protocol

HEADLINES = (("unseen-subjects", "rank1"), ("seen-subjects", "accuracy"))
VERBS = {"gain": "raise", "loss": "lower"}
FEW_SUBJECTS = 30  # below this the percentile interval itself is too narrow


@dataclass(frozen=True)
class Answer:
    """`headline` is the answer in a sentence; `caveats` bound it.

    `details` are (metric and protocol in words, sentences): what else is known of each.
    """

    headline: str
    details: tuple[tuple[str, tuple[str, ...]], ...]
    caveats: tuple[str, ...]


def answer(summary: Summary, facts: dict[str, Any]) -> Answer:
    """Builds the answer for the headline metric of each protocol; works with whatever is there."""
    present = {key[1:] for key in summary.means}
    found = [key for key in HEADLINES if key in present] or sorted(present)[:1]
    if not found:
        return Answer("No recognizer was scored, so there is no answer.", (), ())
    told = {key: sentences(summary, *key) for key in found}
    headline = told[found[0]].pop(0)
    details = tuple((heading(*key), tuple(lines)) for key, lines in told.items() if lines)
    return Answer(headline, details, tuple(caveats(summary, facts, found[0])))


def sentences(summary: Summary, where: str, name: str) -> list[str]:
    """The effect of the fakes on one metric, best first; their differences; the ceiling."""
    against = effects(summary, where, name)
    if not against:
        return [f"No training set with fakes was scored for {spoken(where, name)}."]
    return [
        first_sentence(summary, against),
        *other_sentences(summary, against),
        *pair_sentences(summary, where, name),
        *ceiling_sentences(summary, where, name, against),
    ]


def effects(summary: Summary, where: str, name: str) -> list[Comparison]:
    """Fakes against the baseline: gains, then losses, then the undecided, larger effects first."""
    baseline = summary.named("baseline")[0]
    found = [summary.compared(each, baseline, where, name) for each in summary.named("fakes")]
    order = ["gain", "loss", "undecided"]
    return sorted(
        (each for each in found if each),
        key=lambda each: (order.index(each.verdict), -each.estimate.value),
    )


def first_sentence(summary: Summary, against: list[Comparison]) -> str:
    """The strongest effect: from what, to what, by how much, how sure."""
    top = against[0]
    name = top.metric
    start, end = ends(summary, top)
    change = f"from {number(start, name)} to {number(end, name, unit=True)}: {effect(top)}"
    if top.verdict in VERBS:
        return (
            f"Fakes by {letter(summary, top)} {VERBS[top.verdict]} {spoken(top.protocol, name)} "
            f"{change}."
        )
    if len(against) == 1:
        who, tail = f"The fakes by {letter(summary, top)} do not change", "it went"
    else:
        who, tail = "No fakes change", f"the most was by {letter(summary, top)},"
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
    for earlier, later in combinations(summary.named("fakes"), 2):
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
                f"; the fakes by {letter(summary, against[0])} reach {100 * share:.0f} % of that"
            )
        lines.append(f"{text}.")
    return lines


def caveats(summary: Summary, facts: dict[str, Any], key: tuple[str, str]) -> list[str]:
    """What the numbers do not say."""
    rests_on = next(
        estimate for (_, *rest), estimate in summary.means.items() if tuple(rest) == key
    )
    lines = [bounds(rests_on.seeds, rests_on.subjects, rests_on.probes)]
    if rests_on.seeds == 1:
        lines.append(
            "Only one seed was trained: the spread between trainings is not in the interval. It is "
            "about these trained networks, not about the methods; run more seeds before you rank "
            "the methods."
        )
    elif rests_on.seeds < 5:
        lines.append(
            f"{rests_on.seeds} seeds show the spread between trainings only roughly; five or more "
            "are usual where a method is claimed to be better."
        )
    if rests_on.subjects < FEW_SUBJECTS:
        lines.append(f"With {rests_on.subjects} people tested the intervals are rather too narrow.")
    return [*lines, *origin(facts)]


def bounds(seeds: int, subjects: int, probes: int) -> str:
    over = f"people and {seeds} seeds" if seeds > 1 else "people"
    return (
        f"In brackets: {100 * LEVEL:.0f} % intervals by paired bootstrap over {over} ({subjects} "
        f"people, {probes} probes). A gain or a loss is called so at the {100 * (1 - LEVEL):.0f} % "
        "level after Holm's adjustment; each interval stands for itself."
    )


def origin(facts: dict[str, Any]) -> list[str]:
    """What the recognizer started from, and that rendered people are no real ones."""
    lines = []
    for weight in facts.get("weights", ()):
        if weight.get("role", "").startswith("recognizer"):
            origin = weight.get("trained_on") or weight.get("origin")
            more = f" ({origin})" if origin else ""
            lines.append(f"The recognizer starts from the weights {weight['name']}{more}.")
    if rendered(facts):
        lines.append(
            "All people here are rendered. They show that the chain works and can find an effect; "
            "they are no evidence about real faces."
        )
    return lines


def rendered(facts: dict[str, Any]) -> bool:
    """Whether the people are rendered, which the data set's name tells."""
    return facts.get("data", {}).get("name") == "synthetic"


def ends(summary: Summary, each: Comparison) -> tuple[float, float]:
    """Where the difference starts and ends, over the seeds that both have."""
    rows = summary.recognition
    rows = rows[(rows["protocol"] == each.protocol) & (rows["metric"] == each.metric)]
    rows = rows[rows["seed"].isin(list(each.per_seed))]
    means = rows.groupby("training_set")["value"].mean()
    return means[each.baseline], means[each.training_set]


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
