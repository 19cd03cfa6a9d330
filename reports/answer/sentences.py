"""Writes the answer in sentences: what the fakes did, how sure that is, and its limits."""

from dataclasses import dataclass
from typing import Any

from reports.answer.caveats import caveats
from reports.answer.controls import amount_sentences, control_sentences
from reports.answer.failures import failure_sentences
from reports.answer.fakes import (
    about_leaky,
    effects_of,
    fakes_name,
    first_sentence,
    other_sentences,
    pair_sentences,
    plain_sentence,
    told_apart_sentences,
    with_verdict,
)
from reports.answer.gaps import gap_sentences
from reports.answer.headline import (
    ONE_TRAINING,
    contest,
    contest_sentences,
    no_rival_sentence,
)
from reports.answer.phrases import effect, heading, spoken, verdict
from reports.summary import Summary


@dataclass(frozen=True)
class Answer:
    """The answer in sentences.

    `headline` says in two sentences what fakes gain and what is left of it beyond the strongest
    rival without a fake; where stages failed, its last sentence says what it rests on. `details`
    are (metric and protocol in words, sentences): what else is known of each. `caveats` say what
    the numbers do not show. `leaky`: all translators of the run were trained on images or people
    that are tested.
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
        (*_headline(summary, *keys[0], sentences[keys[0]]), *failure_sentences(summary, provenance))
    )
    for key in summary.prominent("side effect"):
        sentences[key] = _side_effect_sentences(summary, *key)
    details = tuple(
        (heading(key[0], summary.metric(key[1])), tuple(_as_certain(summary, *key, lines)))
        for key, lines in sentences.items()
        if lines
    )
    return Answer(
        headline, details, tuple(caveats(summary, provenance, keys[0])), about_leaky(summary)
    )


def _headline(summary: Summary, task: str, name: str, sentences: list[str]) -> list[str]:
    """Return the first sentences of the answer; without a rival, the first is taken from below.

    Which fakes are better than which others is said only where several seeds were trained.
    """
    several = not _one_training(summary, task, name)
    if found := contest(summary, task, name):
        told = contest_sentences(found, fakes_name(summary))
    else:
        told = _as_certain(
            summary, task, name, [sentences.pop(0), *no_rival_sentence(summary, task, name)]
        )
    return told + (told_apart_sentences(summary, task, name) if several else [])


def _one_training(summary: Summary, task: str, name: str) -> bool:
    """Tell whether what the answer is about rests on one seed, of fakes or of the baseline."""
    names = [*summary.in_role("baseline"), *summary.answer_set_names()]
    seeds = [summary.means[key].seeds for key in ((one, task, name) for one in names)
             if key in summary.means]  # fmt: skip
    return min(seeds, default=1) == 1


def _as_certain(summary: Summary, task: str, name: str, lines: list[str]) -> list[str]:
    """Begin sentences with what they are about where that is one training."""
    if not _one_training(summary, task, name):
        return lines
    return [f"{ONE_TRAINING} {_lower(line)}" for line in lines]


def _lower(sentence: str) -> str:
    """Return a sentence as it goes on after a comma: names keep their capital letters."""
    word = sentence.partition(" ")[0].rstrip(",:")
    kept = word.isupper() or not word.isalpha()
    return sentence if kept else sentence[0].lower() + sentence[1:]


def _sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say what the fakes gain in one metric, how they differ, and what the ceiling gains."""
    effects = effects_of(summary, task, name)
    if not effects:
        nothing = f"No training set with fakes was scored for {spoken(task, summary.metric(name))}."
        return [nothing, *_leak_sentences(summary, task, name)]
    if _one_training(summary, task, name):
        fakes = [plain_sentence(summary, effects)]
    else:
        fakes = [
            first_sentence(summary, effects),
            *other_sentences(summary, effects),
            *pair_sentences(summary, task, name),
        ]
    return [
        *fakes,
        *control_sentences(summary, task, name),
        *_leak_sentences(summary, task, name),
        *_ceiling_sentences(summary, task, name),
        *gap_sentences(summary, task, name),
        *amount_sentences(summary, task, name),
    ]


def _leak_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say what leaky fakes gain, where the answer is about others, and what the leak adds."""
    if about_leaky(summary):
        return []
    found = [summary.over_baseline(fakes, task, name) for fakes in summary.in_role("leaky")]
    parts = [with_verdict(summary, comparison) for comparison in found if comparison]
    names = summary.names_in_sentences()
    worth = [
        f"{effect(comparison)} from {names[comparison.baseline]} to "
        f"{names[comparison.training_set]}{verdict(comparison)}"
        for comparison in summary.leaks(task, name)
    ]
    lines = [f"Leaky, by translators that saw what is tested: {'; '.join(parts)}."] if parts else []
    return lines + ([f"What the leak is worth: {'; '.join(worth)}."] if worth else [])


def _ceiling_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say what true NIR images gain in the place of fakes, and regressions from pairs."""
    labels = {one.name: one.label for one in summary.training_sets}
    starts = {"ceiling": "The ceiling", "paired": "With pairs, which fakes do without"}
    return [
        f"{start}, {labels[training_set]}: {effect(found)}{verdict(found)}."
        for role, start in starts.items()
        for training_set in summary.in_role(role)
        if (found := summary.over_baseline(training_set, task, name))
    ]


def _side_effect_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say how fakes change the recognition of VIS images of the people trained on."""
    effects = effects_of(summary, task, name)
    parts = [with_verdict(summary, comparison) for comparison in effects]
    return [f"The side effect of {fakes_name(summary)}: {'; '.join(parts)}."] if parts else []
