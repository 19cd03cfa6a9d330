"""Lists the weights: which are in the cache, which are needed, and the remedies."""

from collections.abc import Collection, Sequence
from pathlib import Path

from bench import weights
from bench.doctor.page import Problem, Section
from bench.weights import FAILS, MISSING, READY, UNCONVERTED, UNREADABLE, Status


def section(
    statuses: Sequence[Status], needed: Collection[str], preset: str, folder: Path
) -> Section:
    """Return the table of all weights, and the problems of those needed.

    `statuses` are those of `bench.weights.report`; `folder` is that of weights in the cache.
    """
    network = "forbidden by BENCH_OFFLINE" if weights.is_offline() else "allowed"
    entries = [("kept in", str(folder)), ("network", network)]
    if any(status.state == MISSING for status in statuses):
        entries.append(("missing ones", "`bench list weights` tells where each is published"))
    head = ("weight", f"needed by {preset}", "state", "file")
    rows = [
        (status.name, "yes" if status.name in needed else "no", status.state, status.place.name)
        for status in statuses
    ]
    problems = [_problem(status) for status in statuses if status.name in needed]
    return Section("Weights", entries, [head, *rows], [problem for problem in problems if problem])


def _problem(status: Status) -> Problem | None:
    """Return the problem of a needed weight, or None."""
    if status.state in (READY, UNCONVERTED):
        return None
    if status.state == FAILS:
        text = f"weight {status.name}: {status.place} fails its check ({status.note}); delete it"
        return Problem(f"{text} and run `bench fetch {status.name}`", exit_code=4)
    if status.state == UNREADABLE:
        return Problem(f"weight {status.name}: {status.note}", exit_code=4)
    assert status.state == MISSING
    if weights.is_offline():
        text = f"BENCH_OFFLINE is set; where there is a network, {status.note}"
        return Problem(f"weight {status.name} is missing, and {text}", exit_code=4)
    return Problem(f"weight {status.name} is not here yet, and a run fetches it: {status.note}")


def usable_file(statuses: Sequence[Status], name: str) -> Path | None:
    """Return the sound file of a weight that is used as published, or None. Downloads nothing."""
    status = next(status for status in statuses if status.name == name)
    return status.place if status.state in (READY, UNCONVERTED) else None
