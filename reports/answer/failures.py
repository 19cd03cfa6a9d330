"""Says what an answer rests on where stages of the run failed."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.summary import Summary
from reports.words import listed

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
Failures = Sequence[Mapping[str, Any]]


def failure_sentences(summary: Summary, provenance: Mapping[str, Any]) -> list[str]:
    """Return sentences on what failed and what is left; none where nothing failed."""
    failures = provenance.get("failures", ())
    if not failures:
        return []
    return [*_translator_sentences(summary, provenance, failures), *_other_sentences(failures)]


def _translator_sentences(
    summary: Summary, provenance: Mapping[str, Any], failures: Failures
) -> list[str]:
    """Return "Two of three translators failed (A at step 40, B at step 2): this rests on C."."""
    failed = [row for row in failures if row["kind"] == "translator"]
    if not failed:
        return []
    names = list(dict.fromkeys(row["name"] for row in failed))
    planned = provenance.get("settings", {}).get("variants", names)
    seeds = len(provenance.get("settings", {}).get("seeds", ()))
    total = max(len(planned), len(names))
    share = f"{_counted(len(names))} of {_counted(total).lower()} translators"
    when = ", ".join(_place(row, seeds > 1) for row in failed)
    return [f"{share} failed ({when}): {_rests_on(summary)}."]


def _place(row: Mapping[str, Any], with_seed: bool) -> str:
    """Return "A at step 40", or "A of seed 1 at step 40"."""
    seed = f" of seed {row['seed']}" if with_seed else ""
    step = "" if row["step"] is None else f" at step {row['step']}"
    return f"{row['name']}{seed}{step}"


def _rests_on(summary: Summary) -> str:
    """Return by whom the fakes of the report were made."""
    left = [training_set.images or training_set.name for training_set in summary.training_sets
            if training_set.role in ("fakes", "leaky")]  # fmt: skip
    return f"this report rests on {listed(left)}" if left else "there are no fakes to report on"


def _other_sentences(failures: Failures) -> list[str]:
    """Return how many stages of other kinds failed."""
    others = [row for row in failures if row["kind"] != "translator"]
    if not others:
        return []
    names = listed([row["stage"] for row in others[:3]])
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return [f"Failed: {names}{more}. The report is made from what was finished."]


def _counted(number: int) -> str:
    """Return a small number as a word that begins a sentence."""
    return NUMBERS[number].capitalize() if number < len(NUMBERS) else str(number)
