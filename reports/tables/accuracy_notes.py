"""Writes the notes under the accuracy tables: what a cell holds and what it rests on."""

from reports.indistinguishable import best_fakes
from reports.summary import Summary
from reports.words import listed


def leading_note(summary: Summary, task: str, *, names: list[str], external: bool) -> str:
    """Return the note of the leading table, whose columns are the metrics `names`.

    `external`: an external recognizer is among its rows.
    """
    start = (
        f"Protocol {task}{_basis(summary, task)}. {mean_words(summary)} [95 % interval], then the "
        "difference from the baseline [interval]"
    )
    lines = [f"{start} and {_verdict_words(summary, task)}."]
    lines += _best_words(summary, task, names)
    if external:
        lines.append("An external recognizer is never trained here; it is compared with nothing.")
    return " ".join(lines)


def _verdict_words(summary: Summary, task: str) -> str:
    """Say what the last line of a cell is; one seed allows no verdict on ways of training."""
    if _one_seed(summary, task):
        return (
            "its p after Holm's adjustment, both about these trained networks alone: one training "
            "of each allows no verdict"
        )
    return (
        "its verdict: gain, loss or tie (no difference is shown), with its p after Holm's "
        "adjustment"
    )


def _best_words(summary: Summary, task: str, names: list[str]) -> list[str]:
    """Explain the marks of what cannot be told apart from the best fakes."""
    best = dict.fromkeys(
        summary.names_in_sentences()[found]
        for name in names
        if (found := best_fakes(summary, task, name))
    )
    who = listed([str(fakes) for fakes in best])
    if not best or _one_seed(summary, task):
        return []
    if len(best) == 1:
        return [f'"= {who}" where it follows: cannot be told apart from {who}, the best fakes.']
    return [
        f'"=" and a name ({who}): cannot be told apart from these, the best fakes by that metric.'
    ]


def _one_seed(summary: Summary, task: str) -> bool:
    return all(mean.seeds == 1 for (_, scored, _), mean in summary.means.items() if scored == task)


def mean_words(summary: Summary) -> str:
    """Return what a mean in a cell is taken over."""
    return f"Mean over {'seeds and the probes of all folds' if summary.over_folds else 'seeds'}"


def _basis(summary: Summary, task: str) -> str:
    """Return ", 600 probes of 60 people, 3 seeds", of the baseline."""
    baseline = summary.in_role("baseline")[0]
    found = [
        estimate
        for (name, scored_task, _), estimate in summary.means.items()
        if (name, scored_task) == (baseline, task)
    ]
    if not found:
        return ""
    seeds = f"{found[0].seeds} seed{'s' if found[0].seeds > 1 else ''}"
    return f", {found[0].probes} probes of {found[0].subjects} people, {seeds}"


def again_note(names: list[str]) -> str:
    """Return what columns with NIR statistics are; `names` are their metrics, if any."""
    if not names:
        return ""
    return (
        "With NIR statistics: the same recognizer, its BatchNorm statistics estimated again for "
        "each spectrum on the training images that the translators saw, without names; differences "
        "are from the baseline with NIR statistics."
    )
