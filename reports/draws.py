"""Makes the random draws behind intervals: the same draws for all training sets."""

import zlib
from dataclasses import dataclass, field

import numpy as np

from reports.statistics import RESAMPLES, subject_draws


@dataclass(frozen=True)
class Draws:
    """Draws that depend on the seed and on names alone; the draws of subjects are kept and shared.

    No training set can therefore change the interval of another.
    """

    seed: int = 0
    resamples: int = RESAMPLES
    kept: dict[tuple[str, int], np.ndarray] = field(default_factory=dict)

    def subjects(self, protocol: str, count: int) -> np.ndarray:
        """How often each of the `count` subjects of a protocol is drawn: `subject_draws`."""
        if (protocol, count) not in self.kept:
            rng = self.generator(protocol)
            self.kept[protocol, count] = subject_draws(count, rng, self.resamples)
        return self.kept[protocol, count]

    def of_seeds(self, protocol: str, metric: str) -> np.random.Generator:
        """The generator that draws the variation between training runs."""
        return self.generator(protocol, metric)

    def generator(self, *names: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32("\n".join(names).encode())])
