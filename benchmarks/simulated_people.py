"""Simulates outcomes of recognizers, whose true differences are known in closed form.

A probe is a hit where a latent score is above 0; an outcome is the mean over draws of the gallery,
as in recognizer/outcomes.py. The score is a sum of independent normals with variances PARTS, whose
sum is 1, and of training variation. PARTS were chosen by hand so that the outcomes resemble those
of the demo in mean, spread over people and within, and in the components of reports/power.py;
calibrate.py prints both beside one another.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

HIT_RATE = 0.315
GALLERY_DRAWS = 5
PARTS = {
    "person": 0.43,  # how difficult a person is for all trainings
    "gallery": 0.35,  # which image of the person is in the gallery
    "shot": 0.085,  # how difficult a probe is for all trainings
    "way_person": 0.015,  # the effect of a training set on a person, in every training
    "training_person": 0.06,  # the effect of one training on a person
    "training_shot": 0.06,  # the effect of one training on a probe
}


@dataclass(frozen=True)
class Experiment:
    """Some training sets ("ways" of training) with the same seeds, tested on the same people.

    The last way is better than the others by `effect`, a share of 1, averaged over people and
    trainings. `variation` is the standard deviation of a difference of two trainings by training
    variation. Without an effect, the effect of a way on a person is the same for all ways (A/A).
    """

    seeds: int
    subjects: int
    probes: int = 10
    ways: int = 5
    variation: float = 0.02
    effect: float = 0.0
    variation_ratio: float = 1.0  # the last way varies this much more
    both: bool = False  # and that of the first, which it is compared with
    hit_rate: float = HIT_RATE

    def outcomes(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw (ways, seeds, probes) float32 outcomes in [0, 1], and (probes,) int people."""
        score = self.shared(rng) + self.trained(rng)
        hits = score[..., None] + self.normal(rng, "gallery", self.subjects, 1, GALLERY_DRAWS) > 0
        values = hits.mean(-1, dtype=np.float32)
        people = np.repeat(np.arange(self.subjects), self.probes)
        return values.reshape(self.ways, self.seeds, -1), people

    def shared(self, rng: np.random.Generator) -> np.ndarray:
        """Draw the scores that all trainings of a way share, (ways, 1, subjects, probes)."""
        difficulty = self.normal(rng, "person", self.subjects, 1)
        difficulty = difficulty + self.normal(rng, "shot", self.subjects, self.probes)
        ways = 1 if not self.effect else self.ways
        way_effects = self.normal(rng, "way_person", ways, 1, self.subjects, 1)
        return difficulty + way_effects + self.levels()[:, None, None, None]

    def trained(self, rng: np.random.Generator) -> np.ndarray:
        """Draw the scores that differ between trainings, (ways, seeds, subjects, probes)."""
        trainings = self.ways, self.seeds
        variation = rng.normal(0, 1, (*trainings, 1, 1)) * self.variations()[:, None, None, None]
        # The effect of a seed on all ways, as large as that on one way; it cancels in differences.
        block = rng.normal(0, self.usual_variation, (1, self.seeds, 1, 1))
        person = self.normal(rng, "training_person", *trainings, self.subjects, 1)
        return (
            variation
            + block
            + person
            + self.normal(rng, "training_shot", *trainings, self.subjects, self.probes)
        )

    def variations(self) -> np.ndarray:
        """Return standard deviations of the latent training variation, (ways,) float64."""
        variations = np.full(self.ways, self.usual_variation)
        variations[-1] *= self.variation_ratio
        variations[0] *= self.variation_ratio if self.both else 1
        return variations

    @property
    def usual_variation(self) -> float:
        """The latent standard deviation of one training of a usual way."""
        per_unit = stats.norm.pdf(stats.norm.ppf(self.hit_rate))  # outcome per unit of score
        return self.variation / np.sqrt(2) / per_unit

    def levels(self) -> np.ndarray:
        """Return means of the latent score, (ways,), that give the wanted expected outcomes.

        The expectation of an outcome is Phi(level / total standard deviation).
        """
        wanted = np.full(self.ways, self.hit_rate)
        wanted[-1] += self.effect
        spread = np.sqrt(1 + self.variations() ** 2 + self.usual_variation**2)
        return stats.norm.ppf(wanted) * spread

    def normal(self, rng: np.random.Generator, part: str, *shape: int) -> np.ndarray:
        scale = np.float32(np.sqrt(PARTS[part]))
        return scale * rng.standard_normal(shape, dtype=np.float32)
