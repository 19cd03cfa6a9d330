"""Which training sets lie on a curve: over real NIR images per person, or over fakes."""

from dataclasses import dataclass

from reports.material import Amount, TrainingSet
from reports.summary import Comparison, Summary

COUNTED = ("baseline", "fakes", "leaky", "curve")


@dataclass(frozen=True)
class Line:
    """Training sets that differ in one amount alone, by that amount, at least two.

    `translator` made their fakes, or those of all but the first; None: there are none.
    """

    translator: str | None
    sets: tuple[TrainingSet, ...]


def nir_lines(sets: tuple[TrainingSet, ...]) -> list[Line]:
    """Over real NIR images per person: without fakes first, then with all of each translator's.

    Translators that were tried at one amount alone have no line; without one, there are none.
    """
    by_translator: dict[str | None, dict[int | str, TrainingSet]] = {None: {}}
    for each in counted(sets):
        points = by_translator.setdefault(each.amount.translator, {})
        amount = each.amount.nir_per_subject
        if amount not in points or points[amount].amount.fake_images < each.amount.fake_images:
            points[amount] = each
    lines = [
        Line(translator, tuple(sorted(points.values(), key=lambda each: per_person(each.amount))))
        for translator, points in by_translator.items()
        if len(points) > 1
    ]
    return lines if any(line.translator for line in lines) else []


def fakes_lines(sets: tuple[TrainingSet, ...]) -> list[Line]:
    """Over the number of fakes beside the baseline's real images; the baseline is their 0."""
    there = counted(sets)
    baseline = next((each for each in there if each.role == "baseline"), None)
    if baseline is None:
        return []
    by_translator: dict[str, dict[int, TrainingSet]] = {}
    for each in there:
        alike = each.amount.nir_per_subject == baseline.amount.nir_per_subject
        if alike and each.amount.translator:
            by_translator.setdefault(each.amount.translator, {})[each.amount.fake_images] = each
    return [
        Line(translator, (baseline, *(points[count] for count in sorted(points))))
        for translator, points in by_translator.items()
        if len(points) > 1
    ]


def counted(sets: tuple[TrainingSet, ...]) -> list[TrainingSet]:
    return [each for each in sets if each.amount and each.role in COUNTED]


def per_person(amount: Amount) -> float:
    """Real NIR images per training subject; "all" counts as its mean."""
    if amount.nir_per_subject != "all":
        return float(amount.nir_per_subject)
    return amount.nir_images / max(amount.subjects, 1)


def name_of(sets: tuple[TrainingSet, ...], translator: str) -> str:
    """What print calls a translator: leaky ones say so."""
    made = [each for each in sets if each.images == translator]
    return made[0].marked(translator) if made else translator


def scored(summary: Summary, lines: list[Line], where: str, name: str) -> list[Line]:
    """The lines without the points that this metric lacks; at least two must be left."""
    kept = [
        Line(line.translator, tuple(x for x in line.sets if (x.name, where, name) in summary.means))
        for line in lines
    ]
    return [line for line in kept if len(line.sets) > 1]


def effect_of_fakes(
    summary: Summary, each: TrainingSet, where: str, name: str
) -> Comparison | None:
    """A set with fakes against the one that differs in the fakes alone; None where it has none."""
    if not each.amount or not each.amount.translator:
        return None
    other = each.counterpart if each.role == "curve" else summary.named("baseline")[0]
    return summary.compared(each.name, other, where, name) if other else None
