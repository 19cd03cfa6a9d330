"""Draws skin: maps of melanin and haemoglobin with freckles, moles, blemishes and wrinkles."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.canvas import Canvas
from faces.synthetic.streams import stream
from faces.synthetic.texture import spot, value_noise
from faces.synthetic.traits import Traits
from faces.synthetic.vectors import smoothstep

LIP_BLOOD = {True: (0.2, 0.65), False: (0.35, 1.1)}  # haemoglobin added, by traits.masculine


@dataclass(frozen=True)
class Skin:
    """A person's skin on the map; all (side, side) float32.

    melanin, haemoglobin: pigment amounts. relief: a factor on the brightness, about 1, less in
    wrinkles and pores. fine: noise of variance about 1 and the size of pores.
    """

    melanin: np.ndarray
    haemoglobin: np.ndarray
    relief: np.ndarray
    fine: np.ndarray


def paint_skin(
    canvas: Canvas, traits: Traits, seed: int, subject: int, *, lips: np.ndarray
) -> Skin:
    """Draw a person's skin; lips: (side, side) float32, 1 on the lips, 0 elsewhere."""
    random = stream("skin", seed, subject)
    fine = value_noise(random, canvas.side, [(128, 128, 1), (256, 256, 1)])
    middle = value_noise(random, canvas.side, [(16, 16, 1), (40, 40, 0.7)])
    coarse = value_noise(random, canvas.side, [(4, 4, 1), (8, 8, 0.6)])
    melanin = traits.melanin * (1 + 0.06 * coarse + 0.04 * middle) * (1 + 0.05 * fine)
    blood = traits.haemoglobin * (1 + 0.08 * coarse + 0.07 * middle + 0.06 * fine)
    melanin, blood = _regions(canvas, melanin, blood, random)
    if traits.melanin < 0.4 and random.random() < 0.25:
        melanin = melanin + _freckles(canvas, random)
    blood = blood + lips * random.uniform(*LIP_BLOOD[traits.masculine])
    melanin = melanin * (1 + lips * random.uniform(-0.1, 0.35))
    melanin, blood = _spots(canvas, melanin, blood, seed=seed, subject=subject)
    wrinkles = _wrinkles(canvas, traits, random, coarse=coarse, middle=middle)
    relief = 1 - wrinkles - 0.03 * np.clip(-fine, 0, 2)
    return Skin(melanin, blood, relief, fine)


def _regions(canvas: Canvas, melanin, blood, random):
    """Redden cheeks, nose tip and nostrils; darken and redden the lids and below the eyes."""
    x, y, front = canvas.aside, canvas.y, canvas.front
    below_eye, lid = spot(x, y, (0.3, 7.12), (0.2, 0.07)), spot(x, y, (0.3, 7.36), (0.22, 0.07))
    blood = blood + front * (
        random.uniform(0, 0.25) * spot(x, y, (0.5, 6.85), (0.22, 0.18))
        + random.uniform(0, 0.25) * spot(x, y, (0, 6.92), (0.14, 0.12))
        + 0.12 * spot(x, y, (0.12, 6.8), (0.05, 0.05))
        + random.uniform(0, 0.25) * below_eye
    )
    dark = random.uniform(0.05, 0.5) * below_eye + random.uniform(0, 0.35) * lid
    return melanin * (1 + front * dark), blood


def _freckles(canvas: Canvas, random: np.random.Generator) -> np.ndarray:
    spots = smoothstep(1.1, 2.0, value_noise(random, canvas.side, [(120, 120, 1)]))
    cheeks = spot(canvas.aside, canvas.y, (0.3, 6.95), (0.5, 0.3)) * canvas.front
    return random.uniform(0.05, 0.25) * spots * cheeks


def _spots(canvas: Canvas, melanin, blood, *, seed: int, subject: int):
    """Add moles to the melanin and blemishes to the blood.

    So moles are seen in near-infrared light too, and blemishes are not.
    """
    random = stream("spots", seed, subject)
    for _ in range(random.poisson(0.9)):
        at, radius = (
            (random.uniform(-0.6, 0.6), random.uniform(6.2, 7.9)),
            random.uniform(0.01, 0.02),
        )
        mole = (((canvas.x - at[0]) ** 2 + (canvas.y - at[1]) ** 2) / radius**2) ** 1.5
        melanin = melanin + random.uniform(0.8, 2.5) * np.exp(-mole) * canvas.front
    for _ in range(random.poisson(4 if random.random() < 0.3 else 1)):
        at, radius = (
            (random.uniform(-0.6, 0.6), random.uniform(6.2, 7.8)),
            random.uniform(0.015, 0.04),
        )
        blemish = spot(canvas.x, canvas.y, at, (radius, radius)) * canvas.front
        blood = blood + random.uniform(0.3, 0.9) * blemish
    return melanin, blood


def _wrinkles(canvas: Canvas, traits: Traits, random, *, coarse, middle) -> np.ndarray:
    """Return the darkness of two lines on the forehead, which are deeper with age."""
    upper = np.exp(-(((canvas.y - 7.78 - 0.03 * coarse) / 0.016) ** 2))
    lower = np.exp(-(((canvas.y - 7.66 - 0.03 * middle) / 0.014) ** 2))
    width = 1 - smoothstep(0.2, 0.45, canvas.aside)
    return traits.age * random.uniform(0, 0.25) * (upper + lower) * width * canvas.front
