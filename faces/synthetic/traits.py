"""Draws a person's traits: the few numbers that decide over shape, skin and hair."""

import math
from dataclasses import dataclass

import numpy as np

from faces.synthetic.streams import stream

MELANIN_MEDIANS = np.array([1.2, 0.26, 0.12])  # of the head's three phenotypes
PHENOTYPE_CHANCES = (0.15, 0.55, 0.30)  # among people of a single phenotype
MIXED_CHANCE = 0.7
MIXED_CONCENTRATION = (0.35, 0.6, 0.5)
IRISES = np.array([[0.12, 0.20, 0.30], [0.13, 0.17, 0.09], [0.20, 0.22, 0.24]])
BROWN_IRIS = np.array([0.07, 0.035, 0.018])
STYLES = ("short", "bald", "fringe", "long")
STYLE_CHANCES = {True: (0.70, 0.12, 0.13, 0.05), False: (0.12, 0.0, 0.28, 0.60)}


@dataclass(frozen=True)
class Frame:
    """The frame of a pair of glasses; lengths in decimetres.

    half_width, half_height: of a rim. rise: of the rim above the pupil. radius: of the tube.
    roundness: the exponent of the rim's superellipse (2 is an ellipse). colour: (4,) float32
    reflectance.
    """

    half_width: float
    half_height: float
    rise: float
    radius: float
    roundness: float
    colour: np.ndarray


FRAME_COLOURS = ([0.02, 0.02, 0.02], [0.12, 0.06, 0.03], [0.35, 0.34, 0.33])


@dataclass(frozen=True)
class Traits:
    """The numbers that decide how a person looks.

    masculine: from which of two distributions gender, hair and beard are drawn. gender, age: in
    [0, 1]. phenotype: (3,) float64, sums to 1. weight: in [-1, 1]. melanin, haemoglobin, eumelanin,
    pheomelanin: amounts as in pigment.py. grey: the share of grey hairs. iris: (4,) float32
    reflectance. lashes: their opacity in [0, 1]. oiliness: how strongly skin shines, about 1.
    style: the hair's, one of STYLES. frame: None without glasses.
    """

    masculine: bool
    gender: float
    age: float
    phenotype: np.ndarray
    weight: float
    melanin: float
    haemoglobin: float
    eumelanin: float
    pheomelanin: float
    grey: float
    iris: np.ndarray
    lashes: float
    oiliness: float
    style: str
    frame: Frame | None


def draw_traits(seed: int, subject: int, strength: float) -> Traits:
    """Draw a person's traits; `strength` scales how far they lie from the population's middle."""
    random = stream("traits", seed, subject)
    masculine = bool(random.random() < 0.6)
    gender = float(np.clip((0.9 if masculine else 0.1) + random.normal(0, 0.1), 0, 1))
    age = 0.85 * random.beta(1, 2.2)
    phenotype = _phenotype(random, strength)
    melanin = float(phenotype @ MELANIN_MEDIANS) * math.exp(random.normal(0, 0.28) * strength)
    melanin = max(0.06, melanin)
    eumelanin, pheomelanin = _hair_pigments(random, melanin)
    return Traits(
        masculine=masculine,
        gender=gender,
        age=age,
        phenotype=phenotype,
        weight=float(np.clip(random.normal(0, 0.5) * strength, -0.9, 0.9)),
        melanin=melanin,
        haemoglobin=0.30 * math.exp(random.normal(0, 0.22) * strength),
        eumelanin=eumelanin,
        pheomelanin=pheomelanin,
        grey=max(0.0, age - 0.45) * random.uniform(0, 1.6),
        iris=_iris(random, melanin),
        lashes=random.uniform(0.3, 0.5) if masculine else random.uniform(0.45, 0.75),
        oiliness=random.uniform(0.5, 1.3),
        style=str(random.choice(STYLES, p=STYLE_CHANCES[masculine])),
        frame=_frame(random) if random.random() < 0.3 else None,
    )


def _phenotype(random: np.random.Generator, strength: float) -> np.ndarray:
    if random.random() < MIXED_CHANCE:
        mix = random.dirichlet(MIXED_CONCENTRATION)
    else:
        mix = np.eye(3)[random.choice(3, p=PHENOTYPE_CHANCES)]
    mean = np.array(MIXED_CONCENTRATION) / sum(MIXED_CONCENTRATION)
    mix = np.clip(mean + min(strength, 1.0) * (mix - mean), 0, None)
    return mix / mix.sum()


def _darkness(random: np.random.Generator, melanin: float) -> float:
    """Draw how dark hair or irises are, in [0, 1]: always dark with dark skin, else at times."""
    return 0.7 * min(1.0, melanin / 0.5) + 0.3 * bool(random.random() < 0.4)


def _hair_pigments(random: np.random.Generator, melanin: float) -> tuple[float, float]:
    dark = _darkness(random, melanin)
    light = random.uniform(0.4, 3.4) * (1 - dark)
    eumelanin = float(np.clip(light + random.uniform(2.6, 4.5) * dark, 0.4, 5))
    return eumelanin, random.uniform(0, 0.9) if eumelanin < 2 else random.uniform(0, 0.2)


def _iris(random: np.random.Generator, melanin: float) -> np.ndarray:
    brown = random.random() < 0.35 + 0.65 * _darkness(random, melanin)
    colour = BROWN_IRIS if brown else IRISES[random.integers(len(IRISES))]
    visible = colour * math.exp(random.normal(0, 0.25))
    return np.append(visible, random.uniform(0.16, 0.3)).astype(np.float32)


def _frame(random: np.random.Generator) -> Frame:
    colour = FRAME_COLOURS[random.integers(len(FRAME_COLOURS))]
    return Frame(
        half_width=random.uniform(0.25, 0.31),
        half_height=random.uniform(0.16, 0.24),
        rise=random.uniform(-0.07, 0),
        radius=random.uniform(0.010, 0.026),
        roundness=random.uniform(2.2, 5),
        colour=np.append(colour, random.uniform(0.03, 0.5)).astype(np.float32),
    )
