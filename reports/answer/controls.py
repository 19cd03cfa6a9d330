"""Says how the gain by fakes compares with controls and depends on real NIR images."""

from reports.amounts import beyond_again, name_of, nir_of
from reports.answer.phrases import effect, size, turned, verdict
from reports.comparisons import Comparison
from reports.indistinguishable import best_fakes, either_way
from reports.material import Amount, TrainingSet
from reports.summary import Summary
from reports.words import listed


def control_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say what each control gains over the baseline, and which controls the best fakes beat."""
    best = best_fakes(summary, task, name)
    found = [summary.over_baseline(control, task, name) for control in summary.in_role("control")]
    parts = [
        f"{_control_name(summary, gain.training_set)} {effect(gain)}{verdict(gain)}"
        for gain in found
        if gain
    ]
    lines = [f"Controls, in the place of fakes: {'; '.join(parts)}."] if parts else []
    return lines + _lead_sentences(summary, best, task, name)


def _lead_sentences(summary: Summary, best: str | None, task: str, name: str) -> list[str]:
    """Say which controls the best fakes beat, and by how much at least; nothing of one seed."""
    if best is None or summary.means[best, task, name].seeds == 1:
        return []
    leads = _leads(summary, best, summary.in_role("control"), task=task, name=name)
    beaten = [control for control, lead in leads.items() if lead.verdict == "gain"]
    if not beaten:
        return []
    others = [f"{control} ({effect(lead)}{verdict(lead)})" for control, lead in leads.items()
              if control not in beaten]  # fmt: skip
    more = f" That it is better than {listed(others)} is not shown." if others else ""
    nearest = min(beaten, key=lambda control: leads[control].better)
    least = f"by {size(leads[nearest])}"
    controls = "each control" if len(beaten) == len(leads) else listed(beaten)
    if len(beaten) > 1:
        least = f"by at least {size(leads[nearest])} (against {nearest})"
    return [f"{summary.names_in_sentences()[best]} is better than {controls}, {least}.{more}"]


def amount_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Say what fakes add, by real NIR images per person, and where no gain is shown."""
    found = sorted(_added(summary, task, name), key=lambda pair: nir_of(pair[0]))
    if len(found) < 2:
        return []
    parts = [
        f"with {_images_per_person(with_fakes.known_amount)} {effect(gain)}{verdict(gain)}"
        for with_fakes, gain in found
    ]
    translators = dict.fromkeys(with_fakes.known_amount.translator for with_fakes, _ in found)
    names = listed([name_of(summary.training_sets, translator) for translator in translators])
    about = f"What fakes by {names} add, by real NIR images of each training person"
    lines = [f"{about}: {'; '.join(parts)}."]
    lines += _beyond_sentences(summary, [with_fakes for with_fakes, _ in found], task, name)
    if any(gain.estimate.seeds == 1 for _, gain in found):
        return lines
    helpful = [place for place, (_, gain) in enumerate(found) if gain.verdict == "gain"]
    if helpful and helpful[-1] + 1 < len(found):
        first = _images_per_person(found[helpful[-1] + 1][0].known_amount)
        more = " or more" if helpful[-1] + 2 < len(found) else ""
        harm = [
            _images_per_person(with_fakes.known_amount)
            for with_fakes, gain in found
            if gain.verdict == "loss"
        ]
        cost = f"; with {listed(harm)} they cost recognition" if harm else ""
        lines.append(f"With {first}{more} no gain by fakes can be shown{cost}.")
    return lines


def _beyond_sentences(summary: Summary, sets: list[TrainingSet], task: str, name: str) -> list[str]:
    """Say what fakes add over a control that makes real NIR images as rare in a batch."""
    found = [(with_fakes, beyond_again(summary, with_fakes, task, name)) for with_fakes in sets]
    parts = [
        f"with {_images_per_person(with_fakes.known_amount)} {effect(gain)}{verdict(gain)}"
        for with_fakes, gain in found
        if gain
    ]
    start = "Over the VIS images once more, which make real NIR images as rare in a batch"
    return [f"{start}: {'; '.join(parts)}."] if parts else []


def _added(summary: Summary, task: str, name: str) -> list[tuple[TrainingSet, Comparison]]:
    """Return the sets with fakes of the curve over real NIR, and what the fakes add to each.

    At the baseline's amount of real NIR the point is the set of fakes by the same translator.
    """
    by_name = {training_set.name: training_set for training_set in summary.training_sets}
    found: list[tuple[TrainingSet, Comparison | None]] = []
    translators = set()
    for point in summary.training_sets:
        other = by_name.get(point.counterpart or "")
        translator = point.amount.translator if point.amount else None
        if point.role == "curve" and translator and other and other.role == "curve":
            translators.add(translator)
            found.append((point, summary.compared(point.name, other.name, task, name)))
    for fakes in summary.training_sets:
        if fakes.role == "fakes" and fakes.amount and fakes.amount.translator in translators:
            found.append((fakes, summary.over_baseline(fakes.name, task, name)))
    return [(with_fakes, gain) for with_fakes, gain in found if gain]


def _images_per_person(amount: Amount) -> str:
    """Return the number of real NIR images per person in words: "all", "none", "4"."""
    return {"all": "all", 0: "none"}.get(amount.nir_per_subject, str(amount.nir_per_subject))


def _leads(
    summary: Summary, best: str, controls: list[str], *, task: str, name: str
) -> dict[str, Comparison]:
    """Compare the best fakes with controls; those without a comparison are left out."""
    leads = {}
    for control in controls:
        if found := either_way(summary, best, control, task=task, name=name):
            leads[control] = turned(found) if found.training_set == control else found
    return leads


def _control_name(summary: Summary, name: str) -> str:
    """Return the name of a control, for sentences; its label is too long for them."""
    return next(
        training_set.marked(training_set.name)
        for training_set in summary.training_sets
        if training_set.name == name
    )
