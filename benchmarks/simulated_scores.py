"""Simulates embeddings of people, and checks intervals of verification metrics.

A person is a direction; some are nearer to a common direction than others and are confused with
others, and some vary more from shot to shot. A training applies a random linear map to all
embeddings: that is the training variation. How much of the noise of shots remains is one number for
each training set ("way" of training). Tallies, outcomes and intervals are those of a real run; the
true values are means over many trainings and many people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from recognizer import outcomes
from recognizer.comparison import Comparison, tally
from recognizer.cosines import Cosines
from reports.statistics import LEVEL, estimate, subject_draws, subject_sums
from reports.training_variation import variation_of_differences, variation_of_means

DIMENSION = 24
CROWD, NEARNESS = 0.3, 0.2  # mean and deviation of the people's part in the common direction
ENROLLED, SHOT, UNEVEN = 0.8, 1.2, 0.35  # noise of gallery images, of probes; its variation
PARTS_OF_A_TRAINING = 0.25  # its map's distance from the identity
NUISANCE = 1.0  # how much of the noise of shots remains; less for a better way
FARS = (0.1, 0.01, 0.001)
TRUE_TRAININGS, TRUE_PEOPLE, TRUE_PROBES = 60, 1000, 2


@dataclass(frozen=True)
class Shown:
    """`people` (N, D); noise of a gallery image of each, (N, D), and of P probes, (N, P, D)."""

    people: np.ndarray
    enrolled: np.ndarray
    probes: np.ndarray


def shown(count: int, probes: int, rng: np.random.Generator) -> Shown:
    """Draw people, and the noise of their images."""
    crowd = np.ones(DIMENSION) / np.sqrt(DIMENSION)
    people = scaled(rng, count, DIMENSION) + (CROWD + rng.normal(0, NEARNESS, (count, 1))) * crowd
    uneven = np.exp(rng.normal(0, UNEVEN, (count, 1, 1)))
    return Shown(
        people,
        ENROLLED * scaled(rng, count, DIMENSION),
        SHOT * uneven * scaled(rng, count, probes, DIMENSION),
    )


def scaled(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw normal numbers whose last axis has a length of about 1."""
    return rng.normal(size=shape) / np.sqrt(shape[-1])


def trained(seen: Shown, nuisance: float, rng: np.random.Generator) -> outcomes.Unseen:
    """Return the outcomes of one training; `rng` draws its map."""
    turn = np.eye(DIMENSION) + PARTS_OF_A_TRAINING * scaled(rng, DIMENSION, DIMENSION)
    gallery = unit((seen.people + nuisance * seen.enrolled) @ turn)
    probe = unit((seen.people[:, None] + nuisance * seen.probes) @ turn).reshape(-1, DIMENSION)
    everybody = np.arange(len(gallery))
    subjects = np.repeat(everybody, seen.probes.shape[1])
    comparison = Comparison(Cosines(probe, gallery), subjects, everybody)
    return outcomes.unseen([tally(comparison, FARS)], FARS)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@cache
def truth(nuisance: float, seed: int) -> dict[str, float]:
    """Return each metric's mean over many trainings on many people."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(TRUE_TRAININGS):
        values = trained(shown(TRUE_PEOPLE, TRUE_PROBES, rng), nuisance, rng).values
        found.append({metric: of_probes.mean() for metric, of_probes in values.items()})
    return pd.DataFrame(found).mean().to_dict()


@dataclass(frozen=True)
class Verification:
    """Ways of training with the same seeds; the last leaves only `better` of the nuisance."""

    seeds: int
    subjects: int
    probes: int = 10
    ways: int = 5
    better: float = 1.0

    def outcomes(
        self, rng: np.random.Generator
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Draw (ways, seeds, probes) outcomes and parts of impostors, by metric."""
        seen = shown(self.subjects, self.probes, rng)
        left = [NUISANCE] * (self.ways - 1) + [NUISANCE * self.better]
        found = [[trained(seen, nuisance, rng) for _ in range(self.seeds)] for nuisance in left]

        def gathered(field: str) -> dict[str, np.ndarray]:
            return {
                metric: np.array(
                    [[getattr(training, field)[metric] for training in way] for way in found]
                )
                for metric in found[0][0].as_impostor
            }

        return gathered("values"), gathered("as_impostor")


def verification_rows(job: tuple[int, Verification, int], resamples: int) -> list[dict[str, float]]:
    """Return a row per metric: how often 0 is rejected and the true values are covered.

    `job`: seed, experiment, number of repeats.
    """
    seed, setup, count = job
    return list(_rows(setup, count, resamples, np.random.default_rng([1, seed])))


def _rows(
    setup: Verification, count: int, resamples: int, rng: np.random.Generator
) -> Iterator[dict[str, float]]:
    usual = truth(NUISANCE, 0)
    ends = usual if setup.better == 1 else truth(NUISANCE * setup.better, 0)
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(count):
        values, parts = setup.outcomes(rng)
        for metric in values:
            true = ends[metric] - usual[metric], usual[metric]
            row = compared(values[metric], parts[metric], true, setup, resamples=resamples, rng=rng)
            found.setdefault(metric, []).append(row)
    for metric, rows in found.items():
        shares = pd.DataFrame(rows).astype(float).mean().to_dict()
        row = {"seeds": setup.seeds, "subjects": setup.subjects, "probes": setup.probes}
        row |= {"metric": metric, "mean": usual[metric], "effect": ends[metric] - usual[metric]}
        yield row | {"comparisons": count} | shares


def compared(
    values: np.ndarray,
    parts: np.ndarray,
    true: tuple[float, float],
    setup: Verification,
    *,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Evaluate one experiment like a report, with and without the parts of impostors.

    All ways are of one class; `across` is the test of a difference across classes.
    """
    people = np.repeat(np.arange(setup.subjects), setup.probes)
    how_often, means = subject_draws(setup.subjects, rng, resamples), values.mean(2)
    several = setup.seeds > 1
    variation = variation_of_differences(means) if several else None
    own = variation_of_means(means) if several else None
    row = {}
    for suffix, whole in (("", values + parts), ("_fixed", values)):
        sums = subject_sums(whole[-1] - whole[0], people)
        found = estimate(*sums, how_often, rng, variation=variation)
        across = estimate(*sums, how_often, rng)
        row |= {
            f"rejected{suffix}": found.p < 1 - LEVEL,
            f"across_rejected{suffix}": across.p < 1 - LEVEL,
            f"covered{suffix}": found.low <= true[0] <= found.high,
        }
        mean = estimate(*subject_sums(whole[0], people), how_often, rng, variation=own).of_share()
        row[f"mean_covered{suffix}"] = mean.low <= true[1] <= mean.high
    return row
