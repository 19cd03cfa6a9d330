"""Finds the points of curves over real NIR images per person and over fakes."""

from dataclasses import dataclass, replace

from reports.material import Amount, TrainingSet
from reports.summary import Comparison, Summary

COUNTED = ("baseline", "fakes", "leaky", "curve")


@dataclass(frozen=True)
class Line:
    """Training sets that differ in one amount alone, by that amount, at least two.

    `translator` made their fakes, or those of all but the first; None: there are none. `again`: the
    VIS images take the place of the fakes.
    """

    translator: str | None
    sets: tuple[TrainingSet, ...]
    again: bool = False


def nir_lines(sets: tuple[TrainingSet, ...]) -> list[Line]:
    """Gives the lines over real NIR images per person: without fakes, with VIS again, with fakes.

    With fakes means all of a translator's. Translators that were tried at one amount alone have no
    line; without one, there are none.
    """
    kinds: dict[tuple[str | None, bool], dict[int | str, TrainingSet]] = {(None, False): {}}
    for one in _counted(sets):
        amount = one.known_amount
        points = kinds.setdefault((amount.translator, amount.again), {})
        other = points.get(amount.nir_per_subject)
        if other is None or other.known_amount.fake_images < amount.fake_images:
            points[amount.nir_per_subject] = one
    lines = [
        Line(maker, tuple(sorted(points.values(), key=nir_of)), again)
        for (maker, again), points in kinds.items()
        if len(points) > 1
    ]
    return lines if any(line.translator for line in lines) else []


def fakes_lines(sets: tuple[TrainingSet, ...]) -> list[Line]:
    """Gives the lines over the number of fakes beside the baseline's real images; it is their 0."""
    there = _counted(sets)
    baseline = next(
        (training_set for training_set in there if training_set.role == "baseline"), None
    )
    if baseline is None:
        return []
    by_translator: dict[str, dict[int, TrainingSet]] = {}
    for one in there:
        amount = one.known_amount
        alike = amount.nir_per_subject == baseline.known_amount.nir_per_subject
        if alike and amount.translator:
            by_translator.setdefault(amount.translator, {})[amount.fake_images] = one
    return [
        Line(translator, (baseline, *(points[count] for count in sorted(points))))
        for translator, points in by_translator.items()
        if len(points) > 1
    ]


def _counted(sets: tuple[TrainingSet, ...]) -> list[TrainingSet]:
    """Gives the training sets that can be points of a curve: their amount is known."""
    return [
        training_set
        for training_set in sets
        if training_set.amount and (training_set.role in COUNTED or training_set.amount.again)
    ]


def per_person(amount: Amount) -> float:
    """Gives the real NIR images per training subject; "all" counts as its mean."""
    if amount.nir_per_subject != "all":
        return float(amount.nir_per_subject)
    return amount.nir_images / max(amount.subjects, 1)


def nir_of(one: TrainingSet) -> float:
    """Gives the real NIR images per training subject of a set."""
    return per_person(one.known_amount)


def name_of(sets: tuple[TrainingSet, ...], translator: str | None) -> str:
    """Gives the name of a translator in print, marked where it is leaky; "" for none."""
    if translator is None:
        return ""
    made = [training_set for training_set in sets if training_set.images == translator]
    return made[0].marked(translator) if made else translator


def scored(summary: Summary, lines: list[Line], task: str, name: str) -> list[Line]:
    """Gives the lines without the points that this metric lacks; at least two must be left."""
    kept = [
        replace(line, sets=tuple(x for x in line.sets if (x.name, task, name) in summary.means))
        for line in lines
    ]
    return [line for line in kept if len(line.sets) > 1]


def effect(summary: Summary, training_set: TrainingSet, task: str, name: str) -> Comparison | None:
    """Gives the comparison of a set with fakes, or VIS again, with the set without; else None."""
    if not training_set.amount or not (training_set.amount.translator or training_set.amount.again):
        return None
    other = (
        training_set.counterpart if training_set.role == "curve" else summary.named("baseline")[0]
    )
    return summary.compared(training_set.name, other, task, name) if other else None


def beyond_again(
    summary: Summary, training_set: TrainingSet, task: str, name: str
) -> Comparison | None:
    """Gives the comparison of fakes with VIS again, at the same number of real NIR images."""
    if not training_set.amount or not training_set.amount.translator:
        return None
    for other in _counted(summary.training_sets):
        amount = other.known_amount
        if amount.again and amount.nir_per_subject == training_set.amount.nir_per_subject:
            return summary.compared(training_set.name, other.name, task, name)
    return None
