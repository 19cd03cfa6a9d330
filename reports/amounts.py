"""Finds the training sets of curves over real NIR images per person and over fakes."""

from dataclasses import dataclass, replace

from reports.material import Amount, TrainingSet
from reports.summary import Comparison, Summary

CURVE_ROLES = ("baseline", "fakes", "leaky", "curve")


@dataclass(frozen=True)
class Line:
    """Two or more training sets that differ in one amount alone, in the order of that amount.

    `translator` made their fakes; None where they have none. The first set may have none anyway.
    `again`: the VIS images take the place of the fakes.
    """

    translator: str | None
    sets: tuple[TrainingSet, ...]
    again: bool = False


def nir_lines(sets: tuple[TrainingSet, ...]) -> list[Line]:
    """Return the lines over real NIR images per person: without fakes, with VIS again, with fakes.

    With fakes means all fakes of a translator. A translator that was tried at one amount alone has
    no line. Without any translator's line there are no lines at all.
    """
    by_line: dict[tuple[str | None, bool], dict[int | str, TrainingSet]] = {(None, False): {}}
    for training_set in _on_curves(sets):
        amount = training_set.known_amount
        points = by_line.setdefault((amount.translator, amount.again), {})
        other = points.get(amount.nir_per_subject)
        if other is None or other.known_amount.fake_images < amount.fake_images:
            points[amount.nir_per_subject] = training_set
    lines = [
        Line(translator, tuple(sorted(points.values(), key=nir_of)), again)
        for (translator, again), points in by_line.items()
        if len(points) > 1
    ]
    return lines if any(line.translator for line in lines) else []


def fakes_lines(sets: tuple[TrainingSet, ...]) -> list[Line]:
    """Return the lines over the number of fakes; they begin at the baseline, which has none."""
    on_curves = _on_curves(sets)
    baseline = next(
        (training_set for training_set in on_curves if training_set.role == "baseline"), None
    )
    if baseline is None:
        return []
    by_translator: dict[str, dict[int, TrainingSet]] = {}
    for training_set in on_curves:
        amount = training_set.known_amount
        same_nir = amount.nir_per_subject == baseline.known_amount.nir_per_subject
        if same_nir and amount.translator:
            by_translator.setdefault(amount.translator, {})[amount.fake_images] = training_set
    return [
        Line(translator, (baseline, *(points[count] for count in sorted(points))))
        for translator, points in by_translator.items()
        if len(points) > 1
    ]


def _on_curves(sets: tuple[TrainingSet, ...]) -> list[TrainingSet]:
    """Return the training sets that can be points of a curve: their amount is known."""
    return [
        training_set
        for training_set in sets
        if training_set.amount and (training_set.role in CURVE_ROLES or training_set.amount.again)
    ]


def per_person(amount: Amount) -> float:
    """Return the number of real NIR images per training subject; of "all" the mean."""
    if amount.nir_per_subject != "all":
        return float(amount.nir_per_subject)
    return amount.nir_images / max(amount.subjects, 1)


def nir_of(training_set: TrainingSet) -> float:
    """Return the number of real NIR images per training subject of a set, as `per_person`."""
    return per_person(training_set.known_amount)


def name_of(sets: tuple[TrainingSet, ...], translator: str | None) -> str:
    """Return the name of a translator in print, marked where it is leaky; "" for none."""
    if translator is None:
        return ""
    with_fakes = [training_set for training_set in sets if training_set.images == translator]
    return with_fakes[0].marked(translator) if with_fakes else translator


def scored(summary: Summary, lines: list[Line], task: str, name: str) -> list[Line]:
    """Return the lines without the points that this metric lacks; at least two must be left."""
    kept = []
    for line in lines:
        sets = [one for one in line.sets if (one.name, task, name) in summary.means]
        kept.append(replace(line, sets=tuple(sets)))
    return [line for line in kept if len(line.sets) > 1]


def effect(summary: Summary, training_set: TrainingSet, task: str, name: str) -> Comparison | None:
    """Return the comparison of a set with fakes, or with VIS again, with the set without them.

    None for a set with neither, and where the two were not compared.
    """
    if not training_set.amount or not (training_set.amount.translator or training_set.amount.again):
        return None
    other = (
        training_set.counterpart if training_set.role == "curve" else summary.in_role("baseline")[0]
    )
    return summary.compared(training_set.name, other, task, name) if other else None


def beyond_again(
    summary: Summary, training_set: TrainingSet, task: str, name: str
) -> Comparison | None:
    """Return the comparison of fakes with VIS again, at the same number of real NIR images.

    None for a set without fakes, and where the two were not compared.
    """
    if not training_set.amount or not training_set.amount.translator:
        return None
    for other in _on_curves(summary.training_sets):
        amount = other.known_amount
        if amount.again and amount.nir_per_subject == training_set.amount.nir_per_subject:
            return summary.compared(training_set.name, other.name, task, name)
    return None
