"""Makes independent random streams for every concern of every person and shot.

A stream is named, so that one piece drawing more or fewer numbers never changes another piece, and
rendering one image never changes the next.
"""

import zlib

import numpy as np


def stream(concern: str, *numbers: int) -> np.random.Generator:
    """Gives the generator of a `concern` such as "beard" for (population seed, subject[, shot])."""
    return np.random.default_rng([zlib.crc32(concern.encode()), *numbers])
