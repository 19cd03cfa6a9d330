"""The random draws behind intervals: the same for all training sets, so that none moves another."""

import zlib
from dataclasses import dataclass, field

import numpy as np

from reports.statistics import RESAMPLES, subject_draws


@dataclass(frozen=True)
class Draws:
    """Draws that depend on the seed and on names alone. Those of subjects are kept and shared."""

    seed: int = 0
    resamples: int = RESAMPLES
    kept: dict[tuple[str, int], np.ndarray] = field(default_factory=dict)

    def subjects(self, protocol: str, count: int) -> np.ndarray:
        """How often each of the `count` subjects of a protocol is drawn: `subject_draws`."""
        if (protocol, count) not in self.kept:
            rng = self.generator(protocol)
            self.kept[protocol, count] = subject_draws(count, rng, self.resamples)
        return self.kept[protocol, count]

    def luck(self, protocol: str, metric: str) -> np.random.Generator:
        """What the luck of seeds is drawn with."""
        return self.generator(protocol, metric)

    def generator(self, *names: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32("\n".join(names).encode())])
