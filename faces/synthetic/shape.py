"""Draws the shape of a person's head: phenotype, age and weight, then many small deviations."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faces.synthetic.head import Head
from faces.synthetic.streams import stream
from faces.synthetic.traits import Traits

# Standard deviation of a deviation by region; 1 is a morph as it was sculpted. The values were
# chosen by looking at rendered faces and by what benchmarks/judge_faces.py measures.
SPREAD = {
    "head": 0.20,
    "eyes": 0.26,
    "ears": 0.30,
    "mouth": 0.26,
    "chin": 0.28,
    "nose": 0.26,
    "forehead": 0.28,
    "cheek": 0.30,
    "eyebrows": 0.35,
    "asym": 0.14,
    "neck": 0.09,
}
# (region, words in the morph's name, factor): morphs that look like caricatures at full spread.
DAMPED = (
    ("eyes", ("height", "push", "trans"), 0.55),
    ("mouth", ("angles", "trans"), 0.6),
    ("nose", ("trans",), 0.6),
    ("ears", ("wing", "trans"), 0.6),
    ("head", ("angle", "trans"), 0.4),
)
OPPOSITES = (
    ("-incr", "-decr"),
    ("-up", "-down"),
    ("-in", "-out"),
    ("-convex", "-concave"),
    ("-forward", "-backward"),
    ("-compress", "-uncompress"),
)
LARGEST = 2.2  # in standard deviations; larger deviations are clipped
SIDE_JITTER = 0.12  # relative difference of a person's left and right side


@dataclass(frozen=True)
class Axis:
    """A direction of deviation: the morphs of its positive and negative end, of both sides."""

    region: str
    name: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]


def _axis_of(name: str) -> tuple[str, str, bool]:
    """Split a morph's name into region and axis name; tell whether it is the positive end."""
    region, morph = name.split("/")
    if region == "asym":
        return region, morph[:-2], morph.endswith("l")
    key = morph[2:] if morph[:2] in ("l-", "r-") else morph
    for plus, minus in OPPOSITES:
        if key.endswith(plus):
            return region, key.removesuffix(plus), True
        if key.endswith(minus):
            return region, key.removesuffix(minus), False
    return region, key, True


@lru_cache(maxsize=2)
def axes(names: tuple[str, ...]) -> tuple[Axis, ...]:
    """Group morph names such as "nose/nose-hump-incr" into axes, in the order of `names`."""
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for name in names:
        region, key, positive = _axis_of(name)
        if region in SPREAD:
            found.setdefault((region, key), ([], []))[0 if positive else 1].append(name)
    return tuple(Axis(*key, tuple(plus), tuple(minus)) for key, (plus, minus) in found.items())


def _spread(axis: Axis) -> float:
    """Return the standard deviation of an axis."""
    factors = [
        factor
        for region, words, factor in DAMPED
        if axis.region == region and any(word in axis.name for word in words)
    ]
    return SPREAD[axis.region] * float(np.prod(factors))


def _macro_weights(traits: Traits) -> dict[str, float]:
    weights = {}
    extreme = "max" if traits.weight > 0 else "min"
    for sex, by_sex in (("female", 1 - traits.gender), ("male", traits.gender)):
        for age, by_age in (("young", 1 - traits.age), ("old", traits.age)):
            for number, share in enumerate(traits.phenotype, 1):
                weights[f"phenotype/{number}-{sex}-{age}"] = by_sex * by_age * share
            weights[f"weight/{sex}-{age}-{extreme}"] = by_sex * by_age * abs(traits.weight)
    return weights


def shape_weights(
    head: Head, traits: Traits, seed: int, subject: int, *, strength: float
) -> np.ndarray:
    """Draw a person's morph weights, (M,) float64; `strength` scales the deviations."""
    random = stream("shape", seed, subject)
    weights = np.zeros(len(head.names))
    for name, weight in _macro_weights(traits).items():
        weights[head.column_of[name]] = weight
    all_axes = axes(head.names)
    amounts = np.clip(random.standard_normal(len(all_axes)), -LARGEST, LARGEST)
    jitters = 1 + SIDE_JITTER * random.standard_normal((len(all_axes), 8))
    for axis, amount, jitter in zip(all_axes, amounts, jitters, strict=True):
        amount *= _spread(axis) * strength
        for name, factor in zip(axis.plus if amount >= 0 else axis.minus, jitter, strict=False):
            one_sided = name.split("/")[1][:2] in ("l-", "r-")
            weights[head.column_of[name]] = abs(amount) * (factor if one_sided else 1)
    return weights


def shape_vertices(head: Head, weights: np.ndarray) -> np.ndarray:
    """Apply morph weights to the neutral head: (M,) floats => (3, N) float32 vertices.

    The head is shifted so that the middle of the eyes stays where it was. Brows, beard and camera
    rely on this.
    """
    vertices = head.morph(head.vertices, weights)
    eyes = np.concatenate(head.eyes)
    return vertices + (head.vertices[:, eyes] - vertices[:, eyes]).mean(1, keepdims=True)
