"""LAMP-HQ: `VIS/VIS_P0588_1_a.jpg` and `NIR/NIR_P0588_5_UP_f.jpg`.

Yu et al., "LAMP-HQ: A Large-Scale Multi-Pose High-Quality Database and Benchmark for NIR-VIS Face
Recognition", IJCV 2021. What follows the subject in the name is the shot: `1_a`, `5_UP_f`.
"""

import re

from faces.layouts.layout import Layout, Place, everywhere

EXPECTED = "{NIR,VIS}/{NIR,VIS}_P<digits>_<shot>.jpg"
PATTERN = re.compile(
    r"(?P<folder>NIR|VIS)/(?P<spectrum>NIR|VIS)_(?P<subject>P\d+)_(?P<shot>[\w-]+)\.\w+",
    re.IGNORECASE | re.ASCII,
)


def _place(source: str) -> Place | str:
    """Return the place of a path, or the reason why it has none."""
    match = PATTERN.fullmatch(source)
    if not match:
        return f"not of the form {EXPECTED}"
    spectrum = match["spectrum"].upper()
    if match["folder"].upper() != spectrum:
        return f"its folder says {match['folder']}, its name {match['spectrum']}"
    return Place(match["subject"].upper(), spectrum, match["shot"])


LAYOUT = Layout("lamp_hq", "LAMP-HQ", EXPECTED, everywhere(_place))
