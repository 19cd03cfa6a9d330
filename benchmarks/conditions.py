"""Lists the simulated experiments of docs/calibration.md, by table."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulated_people import Experiment
from simulated_runs import Look, differences_found, families_found, gain_found, intervals_found
from simulated_scores import Verification

from reports.power import WANTED

INDEPENDENT = {"own": 0.035, "shared": 0.0}
NONE = {"own": 0.0, "shared": 0.0, "others": 0.0}
FOLDS = {"folds": 5, "probes": 4}  # 20 probes of each person
POWER_SEEDS = (3, 5, 7, 9, 11, 13, 15)


@dataclass(frozen=True)
class Conditions:
    """The experiments of one table by what is special about them, and what is looked at.

    `fewer` divides the number of repeats.
    """

    look: Look
    rows: tuple[tuple[str, Experiment], ...]
    fewer: int = 1


def tables() -> dict[str, Conditions]:
    """Return the experiments, by the name of the table."""
    grid = [(seeds, people) for seeds in (3, 5, 10) for people in (60, 360)]
    return {
        "families": Conditions(differences_found, tuple(_true_nulls(grid))),
        "limits": Conditions(families_found, tuple(_limits())),
        "intervals": Conditions(
            intervals_found,
            tuple(("shared", Experiment(*row, gain=0.08, room=0.2)) for row in grid),
            fewer=2,
        ),
        "power": Conditions(
            gain_found,
            tuple(
                ("shared", Experiment(seeds, people, gain=WANTED))
                for people in (60, 360)
                for seeds in POWER_SEEDS
            ),
            fewer=3,
        ),
    }


def _true_nulls(grid: list[tuple[int, int]]) -> Iterator[tuple[str, Experiment]]:
    """Yield experiments in which every family must keep the level."""
    yield from (("shared", Experiment(*row)) for row in grid)
    yield from (("independent", Experiment(*row, **INDEPENDENT)) for row in grid[:4])
    yield from (("none", Experiment(seeds, 60, **NONE)) for seeds in (3, 5))
    yield from (("few people", Experiment(seeds, n)) for n in (8, 20) for seeds in (3, 5))
    for rate in (0.9, 0.98):
        label = f"rank-1 {100 * rate:.0f} %"
        yield from ((label, Experiment(seeds, 60, hit_rate=rate)) for seeds in (3, 5))
    yield from (("5 folds", Experiment(seeds, 20, **FOLDS)) for seeds in (3, 5))


def _limits() -> Iterator[tuple[str, Experiment]]:
    """Yield experiments that break what the test takes for granted, or have few seeds."""
    yield from (("A varies twice as much", Experiment(s, 60, first_by=2.0)) for s in (3, 5))
    yield from (("few seeds", Experiment(seeds, 60)) for seeds in (1, 2))


# Verification, where the threshold depends on the tested people (simulated_scores.py).
VERIFIED = (
    Verification(seeds=1, subjects=60),
    Verification(seeds=3, subjects=60),
    Verification(seeds=3, subjects=60, better=0.9),
    Verification(seeds=5, subjects=60),
)
