"""Says how the gain by fakes compares with controls and depends on real NIR images."""

from reports.amounts import beyond_again, name_of, per_person
from reports.answer.phrases import effect, size, turned, verdict
from reports.comparisons import Comparison
from reports.material import Amount, TrainingSet
from reports.summary import Summary
from reports.ties import best_told, between
from reports.words import MINUS, listed


def rivals(summary: Summary, task: str, name: str) -> list[str]:
    """Names the controls that do as well as the best fakes, or better, in the headline.

    Silent where the fakes help no one: then there is nothing that a control could explain.
    """
    best = best_told(summary, task, name)
    if best is None or not _gains(summary, best, task, name):
        return []
    called = summary.called()[best]
    verbs = {"loss": "is better than", "undecided": "cannot be told apart from"}
    found = [(each, _ahead(summary, best, each, task, name)) for each in _explaining(summary)]
    parts = [
        f"{control} {verbs[lead.verdict]} {called} ({called} {MINUS} {control}: {effect(lead)})"
        for control, lead in found
        if lead and lead.verdict in verbs
    ]
    return [f"But fakes may not be what helps: {listed(parts)}."] if parts else []


def _explaining(summary: Summary) -> list[str]:
    """Gives the controls that could explain a gain: those without fakes."""
    return [
        training_set.name
        for training_set in summary.training_sets
        if training_set.role == "control"
        and not (training_set.amount and training_set.amount.fake_images)
    ]


def control_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Says what each control gains over the baseline, and which controls the best fakes beat."""
    best = best_told(summary, task, name)
    found = [_against(summary, each, task, name) for each in summary.named("control")]
    told = [
        f"{_called_control(summary, each.training_set)} {effect(each)}{verdict(each)}"
        for each in found
        if each
    ]
    lines = [f"Controls, in the place of fakes: {'; '.join(told)}."] if told else []
    return lines + _lead_sentences(summary, best, task, name)


def _lead_sentences(summary: Summary, best: str | None, task: str, name: str) -> list[str]:
    """Says which controls the best fakes beat, and by how much at least."""
    if best is None:
        return []
    leads = {
        control: lead
        for control in summary.named("control")
        if (lead := _ahead(summary, best, control, task, name))
    }
    beaten = [each for each, lead in leads.items() if lead.verdict == "gain"]
    if not beaten:
        return []
    # Controls that could explain a gain are in the answer itself where they are not beaten.
    told = _explaining(summary)
    left = [f"{each} ({effect(lead)}{verdict(lead)})" for each, lead in leads.items()
            if each not in beaten and each not in told]  # fmt: skip
    more = f" That it is better than {listed(left)} is not shown." if left else ""
    nearest = min(beaten, key=lambda each: leads[each].better)
    least = f"by {size(leads[nearest])}"
    whom = "each control" if len(beaten) == len(leads) else listed(beaten)
    if len(beaten) > 1:
        least = f"by at least {size(leads[nearest])} (against {nearest})"
    return [f"{summary.called()[best]} is better than {whom}, {least}.{more}"]


def amount_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Says what fakes add, by real NIR images per person, and where no gain is shown."""
    found = sorted(_added(summary, task, name), key=lambda pair: per_person(pair[0].known_amount))
    if len(found) < 2:
        return []
    parts = [
        f"with {_images_per_person(one.known_amount)} {effect(each)}{verdict(each)}"
        for one, each in found
    ]
    makers = dict.fromkeys(one.known_amount.translator for one, _ in found)
    whose = listed([name_of(summary.training_sets, maker) for maker in makers])
    about = f"What fakes by {whose} add, by real NIR images of each training person"
    lines = [f"{about}: {'; '.join(parts)}."]
    lines += _beyond_sentences(summary, [one for one, _ in found], task, name)
    helpful = [place for place, (_, each) in enumerate(found) if each.verdict == "gain"]
    if helpful and helpful[-1] + 1 < len(found):
        first = _images_per_person(found[helpful[-1] + 1][0].known_amount)
        more = " or more" if helpful[-1] + 2 < len(found) else ""
        harm = [
            _images_per_person(one.known_amount) for one, each in found if each.verdict == "loss"
        ]
        cost = f"; with {listed(harm)} they cost recognition" if harm else ""
        lines.append(f"With {first}{more} no gain by fakes can be shown{cost}.")
    return lines


def _beyond_sentences(summary: Summary, sets: list[TrainingSet], task: str, name: str) -> list[str]:
    """Says what fakes add over a control that makes real NIR images as rare in a batch."""
    found = [(one, beyond_again(summary, one, task, name)) for one in sets]
    parts = [
        f"with {_images_per_person(one.known_amount)} {effect(each)}{verdict(each)}"
        for one, each in found
        if each
    ]
    start = "Over the VIS images once more, which make real NIR images as rare in a batch"
    return [f"{start}: {'; '.join(parts)}."] if parts else []


def _added(summary: Summary, task: str, name: str) -> list[tuple[TrainingSet, Comparison]]:
    """Gives the sets of the curve over real NIR, with the comparison that shows what fakes add.

    At the baseline's amount of real NIR the point is the set of fakes by the same translator.
    """
    by_name = {training_set.name: training_set for training_set in summary.training_sets}
    baseline = by_name[summary.named("baseline")[0]]
    found: list[tuple[TrainingSet, Comparison | None]] = []
    translators = set()
    for each in summary.training_sets:
        other = by_name.get(each.counterpart or "")
        translator = each.amount.translator if each.amount else None
        if each.role == "curve" and translator and other and other.role == "curve":
            translators.add(translator)
            found.append((each, summary.compared(each.name, other.name, task, name)))
    for each in summary.training_sets:
        if each.role == "fakes" and each.amount and each.amount.translator in translators:
            found.append((each, summary.compared(each.name, baseline.name, task, name)))
    return [(one, compared) for one, compared in found if compared]


def _images_per_person(amount: Amount) -> str:
    return {"all": "all", 0: "none"}.get(amount.nir_per_subject, str(amount.nir_per_subject))


def _against(summary: Summary, control: str, task: str, name: str) -> Comparison | None:
    return summary.compared(control, summary.named("baseline")[0], task, name)


def _ahead(summary: Summary, best: str, control: str, task: str, name: str) -> Comparison | None:
    """Compares the best fakes with a control."""
    found = between(summary, best, control, task, name)
    return turned(found) if found and found.training_set == control else found


def _gains(summary: Summary, best: str, task: str, name: str) -> bool:
    found = _against(summary, best, task, name)
    return found is not None and found.verdict == "gain"


def _called_control(summary: Summary, name: str) -> str:
    """Gives the name of a control, for sentences; its label is a sentence itself."""
    return next(
        training_set.marked(training_set.name)
        for training_set in summary.training_sets
        if training_set.name == name
    )
