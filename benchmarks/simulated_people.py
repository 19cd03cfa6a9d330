"""Simulates outcomes of recognizers, whose true differences are known in closed form.

A probe is a hit where a latent score is above 0; an outcome is the mean over draws of the gallery,
as in recognizer/outcomes.py. The score is a sum of independent normals with variances PARTS, whose
sum is 1, and of training variation. PARTS were chosen by hand so that the outcomes resemble those
of the demo in mean, spread over people and within, and in the components of reports/power.py;
calibrate.py prints both beside one another.

The training sets are of two classes (reports/training_variation.py). In those with fakes another
seed is another translator: a part of their training variation is their own, a part is shared by all
of them. The others have a smaller one. Each is scored twice; the second score, with NIR statistics,
has half of its variance from the same training as the first, and half of its own.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from reports.material import TrainingSet

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
MOVED = ("pretraining", "fine-tuning")
PLAIN = tuple(
    TrainingSet(name, role, "", moved_by=MOVED)
    for name, role in {
        "real": "baseline", "grey": "control", "equalized": "control", "augmented": "control",
        "oracle": "ceiling",
    }.items()
) + tuple(
    TrainingSet(name, "fakes", "", images=name, moved_by=(*MOVED, "translator")) for name in "ABC"
)  # fmt: skip
ADAPTED = tuple(
    TrainingSet(
        f"{plain.name}@nir", "adapted", "",
        counterpart=plain.name, moved_by=(*(plain.moved_by or ()), "statistics"),
    )
    for plain in PLAIN
)  # fmt: skip
SETS = PLAIN + ADAPTED


@dataclass(frozen=True)
class Experiment:
    """A run of all SETS with the same seeds, tested on the same people.

    Training variation is given as the standard deviation of a set's rank-1 over seeds, at a rank-1
    of HIT_RATE: `own` and `shared` of sets with fakes, `others` of those without; `first_by`: that
    of A's own part is so many times larger. `gain` is the true difference of sets with fakes from
    the baseline, `room` that of the ceiling, both with and without NIR statistics. Each person has
    `probes` in each fold, and each fold its own trainings.
    """

    seeds: int
    subjects: int
    own: float = 0.015
    shared: float = 0.035
    others: float = 0.007
    probes: int = 10
    folds: int = 1
    hit_rate: float = HIT_RATE
    gain: float = 0.0
    room: float = 0.0
    first_by: float = 1.0

    def outcomes(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw (sets, seeds, probes) float32 outcomes in [0, 1], and (probes,) int people."""
        score = self.of_sets(rng) + self.of_trainings(rng)
        hits = np.zeros(score.shape, np.int8)
        for _ in range(GALLERY_DRAWS):
            hits += score > self.normal(rng, "gallery", self.folds, self.subjects, 1)
        values = hits.reshape(*hits.shape[:2], -1) / np.float32(GALLERY_DRAWS)
        people = np.repeat(np.arange(self.subjects), self.probes)
        return values, np.tile(people, self.folds)

    def of_sets(self, rng: np.random.Generator) -> np.ndarray:
        """Draw what all trainings of a set share, (sets, 1, folds, subjects, probes)."""
        difficulty = self.normal(rng, "person", self.subjects, 1)
        difficulty = difficulty + self.normal(rng, "shot", self.folds, self.subjects, self.probes)
        return (
            difficulty
            + self.twice_scored(rng, "way_person", 1, 1, self.subjects, 1)
            + self.levels()[:, None, None, None, None].astype(np.float32)
        )

    def of_trainings(self, rng: np.random.Generator) -> np.ndarray:
        """Draw what differs between trainings, (sets, seeds, folds, subjects, probes)."""
        trainings = self.seeds, self.folds
        return (
            self.training_variation(rng)[..., None, None].astype(np.float32)
            + self.twice_scored(rng, "training_person", *trainings, self.subjects, 1)
            + self.twice_scored(rng, "training_shot", *trainings, self.subjects, self.probes)
        )

    def training_variation(self, rng: np.random.Generator) -> np.ndarray:
        """Draw the training variation of each training, (sets, seeds, folds)."""

        def drawn() -> np.ndarray:
            trainings = self.seeds, self.folds
            own = rng.normal(0, self.own_parts()[:, None, None], (len(PLAIN), *trainings))
            return own + np.multiply.outer(self.shared_parts(), rng.normal(0, 1, trainings))

        return with_second_scores(drawn(), drawn())

    def own_parts(self) -> np.ndarray:
        """Return latent standard deviations of each plain set's own training variation."""
        parts = np.where(WITH_FAKES, self.own, self.others)
        parts[WITH_FAKES.argmax()] *= self.first_by
        return parts / PER_UNIT

    def shared_parts(self) -> np.ndarray:
        """Return latent standard deviations of what a seed does to all plain sets with fakes."""
        return np.where(WITH_FAKES, self.shared, 0.0) / PER_UNIT

    def levels(self) -> np.ndarray:
        """Return means of the latent score, (sets,), that give the wanted expected outcomes.

        The expectation of an outcome is Phi(level / total standard deviation).
        """
        ceiling = np.array([one.role == "ceiling" for one in PLAIN])
        wanted = self.hit_rate + WITH_FAKES * self.gain + ceiling * self.room
        spread = np.sqrt(1 + self.own_parts() ** 2 + self.shared_parts() ** 2)
        return np.tile(stats.norm.ppf(wanted) * spread, 2)

    def twice_scored(self, rng: np.random.Generator, part: str, *shape: int) -> np.ndarray:
        """Draw (sets, *shape) effects of one part."""
        first, second = (self.normal(rng, part, len(PLAIN), *shape) for _ in range(2))
        return with_second_scores(first, second)

    def normal(self, rng: np.random.Generator, part: str, *shape: int) -> np.ndarray:
        """Draw effects of one part, float32."""
        scale = np.float32(np.sqrt(PARTS[part]))
        return scale * rng.standard_normal(shape, dtype=np.float32)


WITH_FAKES = np.array([one.with_fakes for one in PLAIN])
PER_UNIT = stats.norm.pdf(stats.norm.ppf(HIT_RATE))  # outcome per unit of the latent score


def with_second_scores(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Append scores with NIR statistics: (plain sets, ...) twice => (sets, ...).

    They have the variance of the first, one half in common with it.
    """
    return np.concatenate([first, (first + second) / np.sqrt(2).astype(first.dtype)])
