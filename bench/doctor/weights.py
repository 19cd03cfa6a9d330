"""Lists the weights of fixed networks: which are here, and what to do about those needed."""

from collections.abc import Collection, Sequence
from pathlib import Path

from bench import weights
from bench.doctor.page import Problem, Section
from bench.weights import FAILS, MISSING, READY, UNCONVERTED, Status


def section(
    statuses: Sequence[Status], needed: Collection[str], preset: str, folder: Path
) -> Section:
    """`statuses` as bench.weights.report gives them; `folder` is where weights are kept."""
    network = "forbidden by BENCH_OFFLINE" if weights.is_offline() else "allowed"
    facts = [("kept in", str(folder)), ("network", network)]
    if any(each.state == MISSING for each in statuses):
        facts.append(("missing ones", "`bench list weights` tells where each is published"))
    head = ("weight", f"needed by {preset}", "state", "file")
    rows = [
        (each.name, "yes" if each.name in needed else "no", each.state, each.place.name)
        for each in statuses
    ]
    wrong = [_problem(each) for each in statuses if each.name in needed]
    return Section("Weights", facts, [head, *rows], [each for each in wrong if each])


def _problem(status: Status) -> Problem | None:
    """Gives what to do about a weight that is needed."""
    if status.state in (READY, UNCONVERTED):
        return None
    if status.state == FAILS:
        text = f"weight {status.name}: {status.place} fails its check ({status.note}); delete it"
        return Problem(f"{text} and run `bench fetch {status.name}`", exit_code=4)
    assert status.state == MISSING
    if weights.is_offline():
        where = f"BENCH_OFFLINE is set; where there is a network, {status.note}"
        return Problem(f"weight {status.name} is missing, and {where}", exit_code=4)
    return Problem(f"weight {status.name} is not here yet, and a run fetches it: {status.note}")


def usable_file(statuses: Sequence[Status], name: str) -> Path | None:
    """The file of a weight that is used as published, if a sound one is here. Fetches nothing."""
    status = next(each for each in statuses if each.name == name)
    return status.place if status.state in (READY, UNCONVERTED) else None
