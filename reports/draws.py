"""Makes the random draws for intervals: the same draws for all training sets."""

import zlib
from dataclasses import dataclass, field

import numpy as np

from reports.statistics import RESAMPLES, subject_draws


@dataclass(frozen=True)
class Draws:
    """Draws that depend on the seed and on names alone; the draws of subjects are kept and shared.

    So the interval of a training set does not depend on which other sets there are.
    """

    seed: int = 0
    resamples: int = RESAMPLES
    kept: dict[tuple[str, int], np.ndarray] = field(default_factory=dict)

    def subjects(self, protocol: str, count: int) -> np.ndarray:
        """Return the `subject_draws` of a protocol's subjects, (resamples, count) int16."""
        if (protocol, count) not in self.kept:
            rng = self.generator(protocol)
            self.kept[protocol, count] = subject_draws(count, rng, self.resamples)
        return self.kept[protocol, count]

    def of_seeds(self, protocol: str, metric: str) -> np.random.Generator:
        """Return a new generator for the variation between training runs."""
        return self.generator(protocol, metric)

    def generator(self, *names: str) -> np.random.Generator:
        """Return a new generator, seeded by the seed and by names."""
        return np.random.default_rng([self.seed, zlib.crc32("\n".join(names).encode())])
