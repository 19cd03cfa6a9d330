"""Simulated embeddings of people, and whether intervals of verification metrics hold.

A person is a direction; some are nearer to the crowd's than others and are taken for others, some
vary more from shot to shot. A training turns all embeddings by a linear map of its own: that is
the training variation. What it knows of nuisance is one number, the way's. Tallies, outcomes and
intervals are those of a real run; the truth is what many trainings get on many people.
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
CROWD, NEARNESS = 0.3, 0.2  # of all to the crowd's direction, and how much people differ in that
ENROLLED, SHOT, UNEVEN = 0.8, 1.2, 0.35  # noise of gallery images and probes; of people in it
PARTS_OF_A_TRAINING = 0.25  # its map's distance from the identity
NUISANCE = 1.0  # how much of the noise of shots is left; a better way leaves less
FARS = (0.1, 0.01, 0.001)
TRUE_TRAININGS, TRUE_PEOPLE, TRUE_PROBES = 60, 1000, 2


@dataclass(frozen=True)
class Shown:
    """People, (N, D); noise of an enrolled image, (N, D), and of probes, (N, P, D), of each."""

    people: np.ndarray
    enrolled: np.ndarray
    probes: np.ndarray


def shown(count: int, probes: int, rng: np.random.Generator) -> Shown:
    """So many people, and noise of their images."""
    crowd = np.ones(DIMENSION) / np.sqrt(DIMENSION)
    people = scaled(rng, count, DIMENSION) + (CROWD + rng.normal(0, NEARNESS, (count, 1))) * crowd
    uneven = np.exp(rng.normal(0, UNEVEN, (count, 1, 1)))
    return Shown(
        people,
        ENROLLED * scaled(rng, count, DIMENSION),
        SHOT * uneven * scaled(rng, count, probes, DIMENSION),
    )


def scaled(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Normal numbers whose last axis has a length of about 1."""
    return rng.normal(size=shape) / np.sqrt(shape[-1])


def trained(seen: Shown, nuisance: float, rng: np.random.Generator) -> outcomes.Unseen:
    """The outcomes of one training; `rng` draws its map."""
    turn = np.eye(DIMENSION) + PARTS_OF_A_TRAINING * scaled(rng, DIMENSION, DIMENSION)
    gallery = unit((seen.people + nuisance * seen.enrolled) @ turn)
    probe = unit((seen.people[:, None] + nuisance * seen.probes) @ turn).reshape(-1, DIMENSION)
    everybody = np.arange(len(gallery))
    of = np.repeat(everybody, seen.probes.shape[1])
    return outcomes.unseen([tally(Comparison(Cosines(probe, gallery), of, everybody), FARS)], FARS)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@cache
def truth(nuisance: float, seed: int) -> dict[str, float]:
    """Each metric's mean over trainings, on people enough to know it."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(TRUE_TRAININGS):
        values = trained(shown(TRUE_PEOPLE, TRUE_PROBES, rng), nuisance, rng).values
        found.append({metric: of_probes.mean() for metric, of_probes in values.items()})
    return pd.DataFrame(found).mean().to_dict()


@dataclass(frozen=True)
class Verification:
    """Ways of training over the same seeds; the last leaves only `better` of the nuisance."""

    seeds: int
    subjects: int
    probes: int = 10
    ways: int = 5
    better: float = 1.0

    def outcomes(
        self, rng: np.random.Generator
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """-> by metric (ways, seeds, probes) values, and what people do as impostors."""
        seen = shown(self.subjects, self.probes, rng)
        left = [NUISANCE] * (self.ways - 1) + [NUISANCE * self.better]
        found = [[trained(seen, nuisance, rng) for _ in range(self.seeds)] for nuisance in left]

        def gathered(kind: str) -> dict[str, np.ndarray]:
            return {metric: np.array([[getattr(one, kind)[metric] for one in way] for way in found])
                    for metric in found[0][0].as_impostor}  # fmt: skip

        return gathered("values"), gathered("as_impostor")


def verification_rows(job: tuple[int, Verification, int], resamples: int) -> list[dict[str, float]]:
    """A row per metric: how often the difference is refused and the truths are covered.

    `job`: a number that seeds it, the kind of experiment, how many.
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
            row = compared(values[metric], parts[metric], true, setup, resamples, rng)
            found.setdefault(metric, []).append(row)
    for metric, rows in found.items():
        shares = pd.DataFrame(rows).astype(float).mean().to_dict()
        facts = {"seeds": setup.seeds, "subjects": setup.subjects, "probes": setup.probes}
        facts |= {"metric": metric, "mean": usual[metric], "effect": ends[metric] - usual[metric]}
        yield facts | {"comparisons": count} | shares


def compared(
    values: np.ndarray,
    parts: np.ndarray,
    true: tuple[float, float],
    setup: Verification,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """One experiment as a report treats it, and as it would without the people as impostors."""
    people = np.repeat(np.arange(setup.subjects), setup.probes)
    how_often, means = subject_draws(setup.subjects, rng, resamples), values.mean(2)
    several = setup.seeds > 1
    variation = variation_of_differences(means) if several else None
    own = variation_of_means(means) if several else None
    row = {}
    for suffix, whole in (("", values + parts), ("_fixed", values)):
        sums = subject_sums(whole[-1] - whole[0], people)
        found = estimate(*sums, how_often, rng, variation=variation)
        row |= {
            f"rejected{suffix}": found.p < 1 - LEVEL,
            f"covered{suffix}": found.low <= true[0] <= found.high,
        }
        mean = estimate(*subject_sums(whole[0], people), how_often, rng, variation=own).of_share()
        row[f"mean_covered{suffix}"] = mean.low <= true[1] <= mean.high
    return row
