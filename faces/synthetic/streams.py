"""Makes independent random streams for every concern of every person and shot.

Every stream has a name. So a part of the renderer that draws more numbers than before does not
change the numbers of another part, and rendering one image does not change the next.
"""

import zlib

import numpy as np


def stream(concern: str, *numbers: int) -> np.random.Generator:
    """Return the generator of a `concern` such as "beard".

    numbers: the population seed and the subject, for a shot also the shot; each at least 0.
    """
    return np.random.default_rng([zlib.crc32(concern.encode()), *numbers])
