"""Draws what changes between shots of a person: pose, expression, framing, gaze, clothes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from faces.synthetic.difficulty import Difficulty
from faces.synthetic.streams import stream

MOST_DEGREES = np.array([25, 14, 10])  # yaw, pitch, roll at pose difficulty 1
# A star stands for Left and Right, which get nearly the same weight.
EXPRESSIONS = (
    {"mouthSmile*": 0.7, "cheekSquint*": 0.5},
    {"jawOpen": 0.45},
    {"browInnerUp": 0.7, "browOuterUp*": 0.5},
    {"browDown*": 0.8},
    {"eyeBlink*": 0.35},
    {"eyeSquint*": 0.7},
    {"mouthPress*": 0.6},
    {"mouthFrown*": 0.6},
    {"mouthPucker": 0.4},
    {"mouthLeft": 0.35},
    {"mouthRight": 0.35},
    {"mouthSmile*": 0.8, "jawOpen": 0.3, "mouthUpperUp*": 0.4},
)
OUTFITS = 3  # of a person


@dataclass(frozen=True)
class Shot:
    """What changes between shots of a person.

    angles: yaw, pitch, roll in radians. expression: weights by morph name. distance_dm: of the
    camera. zoom: about 1. offset_dm: (x, y), how far the camera points beside the face. gaze:
    (x, y) in radians. pupil: its angular radius on the eyeball in radians. outfit: a number below
    OUTFITS.
    """

    angles: tuple[float, float, float]
    expression: dict[str, float]
    distance_dm: float
    zoom: float
    offset_dm: tuple[float, float]
    gaze: tuple[float, float]
    wears_glasses: bool
    pupil: float
    outfit: int


def draw_shot(seed: int, subject: int, shot: int, difficulty: Difficulty) -> Shot:
    """Draw a shot of a subject by its number; the same arguments give the same shot.

    seed: of the population.
    """
    random = stream("shot", seed, subject, shot)
    pose = difficulty.pose
    degrees = np.clip(random.normal(0, [11, 6, 4]), -MOST_DEGREES, MOST_DEGREES) * pose
    return Shot(
        angles=tuple(np.radians(degrees).tolist()),
        expression=_expression(random, min(pose, 1.3)),
        distance_dm=random.uniform(7, 13),
        zoom=float(np.exp(random.normal(0, 0.07 * pose))),
        offset_dm=tuple((random.normal(0, 0.06, 2) * pose).tolist()),
        gaze=tuple((np.radians(random.normal(0, 5, 2)) * pose).tolist()),
        wears_glasses=bool(random.random() < 0.5),
        pupil=random.uniform(0.14, 0.22),
        outfit=int(random.integers(OUTFITS)),
    )


def _expression(random: np.random.Generator, strength: float) -> dict[str, float]:
    weights: dict[str, float] = {}
    for _ in range(random.choice(3, p=[0.45, 0.4, 0.15])):
        parts = EXPRESSIONS[random.integers(len(EXPRESSIONS))]
        amount = random.uniform(0.3, 1) * strength
        for name, weight in _both_sides(parts):
            weight *= amount * (1 + random.normal(0, 0.1))
            weights[name] = max(weights.get(name, 0), weight)
    return weights


def _both_sides(parts: dict[str, float]) -> Iterator[tuple[str, float]]:
    for name, weight in parts.items():
        for side in ("Left", "Right") if name.endswith("*") else ("",):
            yield f"expression/{name.removesuffix('*')}{side}", weight
