"""Draws brows and beards: how much of each texel of the map they cover."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.canvas import Canvas
from faces.synthetic.streams import stream
from faces.synthetic.texture import value_noise
from faces.synthetic.traits import Traits
from faces.synthetic.vectors import smoothstep

STYLES = ("none", "stubble", "moustache", "goatee", "full")
CHANCES = (0.35, 0.33, 0.10, 0.10, 0.12)


@dataclass(frozen=True)
class Beard:
    """A beard on the map: both arrays (side, side) float32, from 0 to about 1.

    hairs: coverage by hairs that lie over the skin. stubble: density of hairs within the skin.
    """

    hairs: np.ndarray
    stubble: np.ndarray


def paint_brows(canvas: Canvas, traits: Traits, seed: int, subject: int) -> np.ndarray:
    """Paint an arch over each eye that thins outwards: => (side, side) coverage in [0, 0.95]."""
    random = stream("brows", seed, subject)
    inner, outer = random.uniform(0.09, 0.17), random.uniform(0.48, 0.58)
    base, arch = 7.475 + random.normal(0, 0.015), random.uniform(0, 0.06)
    tilt = random.normal(0, 0.025)
    half = random.uniform(0.028, 0.055) * (1 if traits.masculine else 0.75)
    along = np.clip((canvas.aside - inner) / (outer - inner), 0, 1)
    middle = base + arch * np.sin(np.pi * along**0.8) + tilt * along - 0.02 * along * along
    thin = half * (1 - 0.65 * along**1.6)
    ends = smoothstep(inner - 0.05, inner + 0.03, canvas.aside)
    ends = ends * (1 - smoothstep(outer - 0.06, outer + 0.02, canvas.aside))
    hairs = value_noise(random, canvas.side, [(100, 133, 1), (50, 200, 1)])
    density = np.clip(random.uniform(0.75, 1.1) + 0.18 * hairs, 0.1, 1.2)
    brow = np.exp(-1.2 * ((canvas.y - middle) / thin) ** 2) * ends * density * canvas.front
    return np.clip(brow * random.uniform(0.75, 1.15), 0, 0.95)


def _regions(canvas: Canvas) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where moustache, chin beard and cheek beard grow, (side, side) in [0, 1] each."""
    y, aside, degrees = canvas.y, canvas.aside, canvas.degrees
    moustache = np.exp(-(((y - 6.785) / 0.055) ** 2)) * (1 - smoothstep(0.22, 0.36, aside))
    chin = (1 - smoothstep(6.38, 6.56, y)) * smoothstep(6.10, 6.3, y + 0.25 * aside)
    cheek = smoothstep(0.33, 0.5, aside) * (1 - smoothstep(6.75, 7.05, y - 0.25 * (aside - 0.4)))
    cheek = cheek * smoothstep(6.15, 6.4, y + 0.1 * aside)
    return moustache * canvas.front, chin * (degrees < 75), cheek * (degrees < 82)


def paint_beard(
    canvas: Canvas, traits: Traits, seed: int, subject: int, *, lips: np.ndarray, fine: np.ndarray
) -> Beard:
    """Draw a person's beard.

    lips: (side, side) in [0, 1], where no hair grows. fine: (side, side) noise of variance about 1
    and the size of pores.
    """
    nothing = np.zeros_like(canvas.y)
    if not traits.masculine:
        return Beard(nothing, nothing)
    random = stream("beard", seed, subject)
    moustache, chin, cheek = _regions(canvas)
    area = np.maximum(np.maximum(chin, moustache), cheek) * (1 - np.clip(1.5 * lips, 0, 1))
    texture = np.clip(0.8 + 0.17 * fine, 0, 1.2)
    style = random.choice(STYLES, p=CHANCES)
    light, strong = random.uniform(0, 0.25), random.uniform(0.35, 0.9)
    if style == "none":
        return Beard(nothing, area * light)
    if style == "stubble":
        return Beard(area * random.uniform(0, 0.3) * texture, area * strong * texture)
    if style == "full":
        return Beard(np.clip(1.25 * area, 0, 1) * texture * 0.95, area * light)
    hairs = np.clip(1.3 * moustache, 0, 1) * texture * 0.9
    if style == "goatee":
        hairs = np.maximum(hairs, np.exp(-((canvas.aside / 0.26) ** 4)) * chin * texture * 0.9)
    return Beard(hairs, area * light)
