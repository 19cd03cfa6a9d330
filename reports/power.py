"""Predicts which difference a planned run can detect, before anything is trained.

The variance of a difference between two ways of training has four parts: the variation between
training runs, the effect of a way on a subject in every run, its effect in this run, and the probe.
The sizes are those of rank-1 in the demo (60 unseen rendered people, 10 probes each;
docs/results/demo), as benchmarks/calibrate.py computes them. The variation is that of a gain by
fakes: 1.5 points of a translator's own, 3.5 that another seed moves for all translators alike and
0.7 of the baseline make 3.9. Gains by A, B and C over three seeds vary by 0.9, 2.3 and 5.9 points,
so that is known roughly, and other data vary differently: the predicted difference is a guess.
"""

from dataclasses import dataclass

from scipy import optimize, stats

from reports.statistics import LEVEL

POWER = 0.8
WANTED = 0.05  # a difference that would matter, as a share of 1
MOST_SEEDS = 30


@dataclass(frozen=True)
class Components:
    """Standard deviations of the difference of two training sets' outcomes, as shares of 1."""

    variation: float = 0.04
    way_subject: float = 0.07
    training_subject: float = 0.15
    probe: float = 0.21


DEMO = Components()


def standard_error(
    subjects: int,
    probes_per_subject: float,
    seeds: int,
    training_sets: int,
    *,
    components: Components = DEMO,
) -> tuple[float, float]:
    """Return the standard error of a difference and its degrees of freedom (Satterthwaite 1946).

    `training_sets` is the number of sets that the training variation is estimated from: those of
    the class of both, or the two alone where one has fakes and the other has none
    (reports/training_variation.py). With one seed neither result includes the variation.
    """
    sampled = components.training_subject**2 + components.probe**2 / probes_per_subject
    shared = components.way_subject**2 / subjects
    if seeds == 1:
        return (shared + sampled / subjects) ** 0.5, subjects - 1
    variation = (components.variation**2 + sampled / subjects) / seeds
    known = max(training_sets - 1, 1) * (seeds - 1)
    total = variation + shared
    return total**0.5, total**2 / (variation**2 / known + shared**2 / (subjects - 1))


def power_to_find(
    difference: float,
    subjects: int,
    probes_per_subject: float,
    seeds: int,
    *,
    training_sets: int = 2,
    comparisons: int = 1,
    components: Components = DEMO,
) -> float:
    """Return how probable it is that a difference, a share of 1, is found; subjects above 1.

    `comparisons` is the number in the family: by Holm's adjustment the first of m must be
    significant at the level divided by m.
    """
    error, freedom = standard_error(
        subjects, probes_per_subject, seeds, training_sets, components=components
    )
    return _found(difference / error, freedom, _needed(comparisons, freedom))


def _needed(comparisons: int, freedom: float) -> float:
    """Return the t value that is significant at the level divided by the comparisons."""
    return float(stats.t.ppf(1 - (1 - LEVEL) / 2 / max(comparisons, 1), freedom))


def _found(size: float, freedom: float, needed: float) -> float:
    """Return the power of a t test for a difference of `size` standard errors."""
    return float(stats.nct.sf(needed, freedom, size))


def detectable_difference(
    subjects: int,
    probes_per_subject: float,
    seeds: int,
    *,
    training_sets: int = 2,
    comparisons: int = 1,
    components: Components = DEMO,
    power: float = POWER,
) -> float:
    """Return the difference that is found with this power, as a share of 1; NaN with one subject.

    `comparisons` as in `power_to_find`.
    """
    if subjects < 2:
        return float("nan")
    error, freedom = standard_error(
        subjects, probes_per_subject, seeds, training_sets, components=components
    )
    needed = _needed(comparisons, freedom)

    def excess_power(size: float) -> float:
        return _found(size, freedom, needed) - power

    return float(error * optimize.brentq(excess_power, 0, 4 * needed + 40))


def seeds_needed(
    subjects: int,
    probes_per_subject: float,
    difference: float = WANTED,
    *,
    comparisons: int = 1,
    components: Components = DEMO,
) -> int | None:
    """Return how many seeds detect a difference, a share of 1, between sets with and without fakes.

    None where more than MOST_SEEDS would be needed: then it takes more people.
    """
    for seeds in range(2, MOST_SEEDS + 1):
        size = detectable_difference(
            subjects,
            probes_per_subject,
            seeds,
            training_sets=2,
            comparisons=comparisons,
            components=components,
        )
        if size <= difference:
            return seeds
    return None


def power_sentence(
    subjects: int,
    probes_per_subject: float,
    seeds: int,
    *,
    training_sets: int = 2,
    comparisons: int = 1,
) -> str:
    """Return the sentence of a dry run on the smallest difference that can be detected."""
    size = 100 * detectable_difference(
        subjects, probes_per_subject, seeds, training_sets=training_sets, comparisons=comparisons
    )
    if size != size:
        return "With one person tested no difference can be detected."
    trained = "seed" if seeds == 1 else "seeds"
    probes = f"{probes_per_subject:.0f}"
    text = (
        f"With {subjects} people, {probes} probes each, and {seeds} {trained}, a difference in "
        f"rank-1 of {size:.1f} points or more is detected with {100 * POWER:.0f} % power"
    )
    if comparisons > 1:
        text += f", as one of {comparisons} comparisons"
    needed = seeds_needed(subjects, probes_per_subject, comparisons=comparisons)
    more = (
        f"To see {100 * WANTED:.0f} points takes {needed} seeds."
        if needed
        else f"To see {100 * WANTED:.0f} points takes more than {MOST_SEEDS} seeds, or more people."
    )
    if seeds == 1:
        return (
            f"{text}, between these two networks; one seed says nothing about ways of training. "
            f"{more}"
        )
    return f"{text}, if these data vary as the demo's do (docs/calibration.md). {more}"
