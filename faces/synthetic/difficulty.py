"""Sets how hard a rendered population is to recognize."""

import math
from dataclasses import dataclass, fields

from faces.common.errors import UsageError


@dataclass(frozen=True)
class Difficulty:
    """Factors on the variation that the renderer draws, from 0 to 3.

    docs/rendering.md measures how people look at 1.0.

    identity_strength: how far people differ in shape and skin (less is harder).
    pose: head angles, gaze, framing and the strength of expressions.
    lighting: how much light directions, shadows and exposures vary.
    noise: the sensor's noise and blur. "NIR-clean" images have neither at any value.
    Raises UsageError for a factor outside the range.
    """

    identity_strength: float = 1.0
    pose: float = 1.0
    lighting: float = 1.0
    noise: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and 0 <= value <= 3):
                raise UsageError(f"difficulty {field.name} is {value}; choose a number from 0 to 3")


STANDARD = Difficulty()
