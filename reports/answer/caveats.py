"""Says what the numbers of a report do not show."""

from typing import Any

from reports.folds import fold_numbers
from reports.statistics import LEVEL
from reports.summary import Summary
from reports.words import listed

FEW_SUBJECTS = 30
ENOUGH_SEEDS = 5


def caveats(summary: Summary, provenance: dict[str, Any], key: tuple[str, str]) -> list[str]:
    """Return the sentences on what the numbers do not show; `key` is (protocol, metric)."""
    rests_on = next(
        estimate for (_, *rest), estimate in summary.means.items() if tuple(rest) == key
    )
    lines = [*_leak(summary), _bounds(rests_on.seeds, rests_on.subjects, rests_on.probes)]
    lines += _pooled(summary, key[0])
    lines += _seeds(rests_on.seeds)
    if rests_on.subjects < FEW_SUBJECTS:
        lines.append(
            f"Only {rests_on.subjects} people were tested; others may say otherwise, and intervals "
            "of so few hold less surely."
        )
    return [*lines, *origin(provenance)]


def _seeds(seeds: int) -> list[str]:
    """Say what few seeds mean."""
    if seeds == 1:
        return [
            "Only one seed was trained: the spread between trainings is not in the interval. It is "
            "about these trained networks, not about the methods; run more seeds before you rank "
            "the methods."
        ]
    if seeds >= ENOUGH_SEEDS:
        return []
    return [
        f"{seeds} seeds show only roughly how much trainings vary by chance: a difference between "
        "a set with fakes and one without is compared with its own spread over them, so only "
        f"large ones can be shown. {ENOUGH_SEEDS} or more are usual where a method is claimed to "
        "be better."
    ]


def _bounds(seeds: int, subjects: int, probes: int) -> str:
    """Say what intervals are and on which people, probes and seeds they rest."""
    trainings = f", and for the variation between {seeds} seeds" if seeds > 1 else ""
    verdicts = (
        f" A gain or a loss is called so at the {100 * (1 - LEVEL):.0f} % level after Holm's "
        "adjustment; the intervals are not adjusted."
    )
    return (
        f"In brackets: {100 * LEVEL:.0f} % intervals, paired, by a bootstrap over people "
        f"({subjects} people, {probes} probes){trainings}.{verdicts if seeds > 1 else ''}"
    )


def _leak(summary: Summary) -> list[str]:
    """Say that the answer is about leaky fakes, where it is so."""
    if not summary.in_role("leaky") or summary.in_role("fakes"):
        return []
    return [
        "Leaky: the translators were trained on images or people that are tested here. This is no "
        "evidence about people whom a translator has never seen."
    ]


def _pooled(summary: Summary, protocol: str) -> list[str]:
    """Say what several folds mean for the intervals."""
    rows = summary.recognition[summary.recognition["protocol"] == protocol]
    count = len(fold_numbers(rows))
    if count < 2:
        return []
    return [
        f"The probes of {count} folds are pooled; who is tested in several folds counts as one "
        "person. Folds share people, so the standard deviation over folds, in a table of its own, "
        "is not a standard error."
    ]


def origin(provenance: dict[str, Any]) -> list[str]:
    """Say what weights the recognizer started from, and that rendered people are not real ones."""
    lines = [*_first_weights(provenance)]
    if rendered(provenance):
        lines.append(
            "All people here are rendered. They show that the chain works and can find an effect; "
            "they are no evidence about real faces."
        )
    return lines


def _first_weights(provenance: dict[str, Any]) -> list[str]:
    """Say where the recognizer's first weights come from, and whether seeds share them."""
    found = [
        weight
        for weight in provenance.get("weights", ())
        if weight.get("role", "").startswith("recognizer")
    ]
    origins = dict.fromkeys(weight.get("trained_on") or weight.get("origin") for weight in found)
    names = listed([weight["name"] for weight in found])
    lines = []
    if found:
        known = listed([origin for origin in origins if origin])
        lines.append(f"The recognizer starts from the weights {names}{known and f' ({known})'}.")
    if len(found) == 1 and len(provenance.get("settings", {}).get("seeds", ())) > 1:
        lines.append(
            "All seeds start from these same weights: how much another pretraining would change "
            "is in no interval."
        )
    return lines


def rendered(provenance: dict[str, Any]) -> bool:
    """Tell whether the people are rendered: the data set then has the name "synthetic"."""
    return provenance.get("data", {}).get("name") == "synthetic"
