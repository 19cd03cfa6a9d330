"""Writes the headline: what fakes gain, and what is left of it beyond the strongest rival.

A rival uses the same images without a fake (reports/rivals.py). Where fakes are not shown to do
more than it, the headline says that first. With one seed it says what happened in one training, and
ranks nobody.
"""

from dataclasses import dataclass

from reports.answer.phrases import counted, effect, size, spoken
from reports.comparisons import Comparison
from reports.material import TrainingSet
from reports.rivals import as_scored, rival_name, rivals
from reports.summary import Summary
from reports.words import listed

ONE_TRAINING = "In this one training,"


@dataclass(frozen=True)
class Contest:
    """Fakes against the strongest rival in one metric.

    `gains`: sets with fakes over the baseline, by their names. `leads`: the same sets over the
    rival, both sides with NIR statistics where the rival has them. `of_rival`: the rival over the
    baseline.
    """

    summary: Summary
    rival: TrainingSet
    gains: dict[str, Comparison]
    leads: dict[str, Comparison]
    of_rival: Comparison

    @property
    def best(self) -> str:
        """Return the set whose lead is a gain, else one that is undecided; of these the largest."""
        return min(self.leads, key=lambda name: order_of(self.leads[name]))

    @property
    def one_training(self) -> bool:
        """Tell whether anything here rests on one seed."""
        compared = [*self.gains.values(), *self.leads.values(), self.of_rival]
        return any(comparison.estimate.seeds == 1 for comparison in compared)

    @property
    def rival_name(self) -> str:
        """Return what the rival is called in sentences."""
        return rival_name(self.rival, self.summary.training_sets)

    @property
    def with_statistics(self) -> str:
        """Return " with NIR statistics" where both sides have them."""
        return " with NIR statistics" if self.rival.role == "adapted" else ""


def order_of(comparison: Comparison) -> tuple[int, float]:
    """Return a key that sorts gains first, then undecided ones, then losses; large ones first."""
    return ("gain", "undecided", "loss").index(comparison.verdict), -comparison.better


def contest(summary: Summary, task: str, name: str) -> Contest | None:
    """Return the contest of a task and metric.

    None where no rival or no fakes were scored, and where no rival does better than the baseline:
    then the baseline is what fakes have to beat.
    """
    rival = summary.strongest_rival(task, name)
    of_rival = rival and summary.over_baseline(rival.name, task, name)
    if rival is None or not of_rival or of_rival.better <= 0:
        return None
    gains, leads = {}, {}
    for fakes in summary.answer_set_names():
        scored = as_scored(fakes, rival, summary.training_sets)
        lead = summary.compared(scored, rival.name, task, name) if scored else None
        gain = summary.over_baseline(fakes, task, name)
        if lead and gain:
            gains[fakes], leads[fakes] = gain, lead
    return Contest(summary, rival, gains, leads, of_rival) if leads else None


def no_rival_sentence(summary: Summary, task: str, name: str) -> list[str]:
    """Say that rivals were scored and none does better than the baseline; else nothing."""
    if summary.strongest_rival(task, name) is None:
        return []
    return ["No rival without a fake does better than the baseline."]


def contest_sentences(found: Contest, fakes: str) -> list[str]:
    """Return the two sentences of a contest; `fakes` is what they are called, as "leaky fakes"."""
    if found.one_training:
        return _one_training(found, fakes)
    lead = found.leads[found.best]
    if lead.verdict == "gain":
        return [_gain_sentence(found, fakes), _beyond_sentence(found), *_other_rivals(found)]
    return [_nothing_won_sentence(found, fakes), _over_baseline_sentence(found, fakes)]


def _gain_sentence(found: Contest, fakes: str) -> str:
    """Return "Fakes by C raise rank-1 ... over the baseline; the strongest rival ... raises it"."""
    gain = found.gains[found.best]
    metric = spoken(gain.protocol, gain.record)
    subject = f"{fakes.capitalize()} by {_called(found, found.best)}"
    return (
        f"{subject} {_moved(gain, metric, plural=True)} over the baseline; the strongest rival "
        f"without a fake, {found.rival_name}, {_moved(found.of_rival, 'it')}."
    )


def _beyond_sentence(found: Contest) -> str:
    """Return "Beyond NIR statistics, C with NIR statistics adds 3.5 points [0.1, 7.0]."."""
    return f"Beyond {found.rival_name}, {_added(found)}."


def _added(found: Contest) -> str:
    """Return "C with NIR statistics adds +3.5 points [0.1, 7.0]"."""
    lead = found.leads[found.best]
    verb = "adds" if lead.record.sign > 0 else "changes it by"
    return f"{_called(found, found.best)}{found.with_statistics} {verb} {effect(lead)}"


def _nothing_won_sentence(found: Contest, fakes: str) -> str:
    """Return the headline where no fakes are shown to beat the strongest rival."""
    lead = found.leads[found.best]
    verb = "are not shown to do more than" if lead.verdict == "undecided" else "do worse than"
    return (
        f"{fakes.capitalize()} {verb} {found.rival_name}, the strongest rival without a fake: "
        f"beyond it, {_added(found)} in {spoken(lead.protocol, lead.record)}."
    )


def _over_baseline_sentence(found: Contest, fakes: str) -> str:
    """Return what the best fakes and the rival gain over the baseline alone."""
    gain = found.gains[found.best]
    subject = f"{fakes} by {_called(found, found.best)}"
    return (
        f"Over the baseline alone, {subject} {_moved(gain, 'it', plural=True)}, "
        f"and the rival {_moved(found.of_rival, 'it')}."
    )


def _other_rivals(found: Contest) -> list[str]:
    """Name further rivals that the best fakes are not shown to beat."""
    summary, lead = found.summary, found.leads[found.best]
    unbeaten = []
    for rival in rivals(summary.training_sets):
        scored = as_scored(found.best, rival, summary.training_sets)
        other = scored and summary.compared(scored, rival.name, lead.protocol, lead.metric)
        if rival != found.rival and other and other.verdict != "gain":
            unbeaten.append(f"{rival_name(rival, summary.training_sets)} ({effect(other)})")
    return [f"That it does more than {listed(unbeaten)} is not shown."] if unbeaten else []


def _one_training(found: Contest, fakes: str) -> list[str]:
    """Return what one training did, without a ranking and without a verdict."""
    names = listed([_called(found, name) for name in found.leads])
    verb = "adds" if len(found.leads) == 1 else "add"
    changes = listed([effect(gain) for gain in found.gains.values()])
    beyond = listed([effect(lead) for lead in found.leads.values()])
    some = next(iter(found.gains.values()))
    return [
        f"{ONE_TRAINING} {fakes} by {names} change {spoken(some.protocol, some.record)} by "
        f"{changes} over the baseline; the strongest rival without a fake, {found.rival_name}, "
        f"changes it by {effect(found.of_rival)}.",
        f"{ONE_TRAINING} what {names}{found.with_statistics} {verb} beyond {found.rival_name} is "
        f"{beyond}; another training may say otherwise.",
    ]


def _called(found: Contest, name: str) -> str:
    return found.summary.names_in_sentences()[name]


def _moved(comparison: Comparison, metric: str, plural: bool = False) -> str:
    """Return "raises it by 11.0 points [8.1, 14.0]", or that no change is shown."""
    end = "" if plural else "s"
    if comparison.verdict == "undecided":
        be = "are" if plural else "is"
        return f"{be} not shown to change {metric} ({effect(comparison)}{counted(comparison)})"
    verb = "raise" if comparison.estimate.value > 0 else "lower"
    return f"{verb}{end} {metric} by {size(comparison)}"
