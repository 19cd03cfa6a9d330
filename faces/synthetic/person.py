"""Builds what all shots of a person have in common."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.beard import Beard, paint_beard, paint_brows
from faces.synthetic.canvas import canvas
from faces.synthetic.hair import Curtain, curtain, hairline, paint_hair, thicken
from faces.synthetic.head import Head, load_head
from faces.synthetic.pigment import BANDS, hair_reflectance, skin_reflectance
from faces.synthetic.shape import shape_vertices, shape_weights
from faces.synthetic.skin import Skin, paint_skin
from faces.synthetic.texture import blur
from faces.synthetic.traits import Traits, draw_traits

GLOSS, HAIRINESS, RELIEF, STRAND = 4, 5, 6, 7  # columns of the map after its four bands
STRAND_TINT = np.array([0.7, 0.7, 0.7, 0.85], np.float32)


@dataclass(frozen=True)
class Person:
    """What all shots of a person have in common.

    seed: of the population. vertices: (3, N) float32, decimetres. paint: (side * side, 8) float32,
    the map row by row: four bands of reflectance, then the columns named above. skin_mean,
    hair_mean: (4,) float32 reflectance. curtain: long hair, None for other styles.
    """

    seed: int
    subject: int
    head: Head
    traits: Traits
    vertices: np.ndarray
    paint: np.ndarray
    skin_mean: np.ndarray
    hair_mean: np.ndarray
    curtain: Curtain | None


def _map_side_for(side_px: int) -> int:
    """Return the side of the map, in texels, for images of `side_px`: a multiple of 64."""
    return int(np.clip(64 * round(side_px * 2 / 64), 128, 512))


def make_person(seed: int, subject: int, side_px: int, strength: float = 1.0) -> Person:
    """Build a person for images of about `side_px`; the same arguments give the same bytes."""
    head = load_head()
    traits = draw_traits(seed, subject, strength)
    line = hairline(traits, seed, subject)
    vertices = shape_vertices(head, shape_weights(head, traits, seed, subject, strength=strength))
    vertices = thicken(head, vertices, line=line, traits=traits, seed=seed, subject=subject)
    sheet = curtain(head, vertices, seed, subject) if traits.style == "long" else None
    side = _map_side_for(side_px)
    paint, hair_mean = _paint(traits, seed, subject, line=line, side=side)
    skin_mean = skin_reflectance(traits.melanin, traits.haemoglobin + 0.12)
    return Person(seed, subject, head, traits, vertices, paint, skin_mean, hair_mean, sheet)


def _paint(
    traits: Traits, seed: int, subject: int, *, line: np.ndarray, side: int
) -> tuple[np.ndarray, np.ndarray]:
    """Paint the map: => (side * side, 8) float32, and the mean reflectance of the hair, (4,)."""
    ground = canvas(side)
    lips = blur(ground.lips, 2)
    skin = paint_skin(ground, traits, seed, subject, lips=lips)
    brows = paint_brows(ground, traits, seed, subject)
    beard = paint_beard(ground, traits, seed, subject, lips=lips, fine=skin.fine)
    cover, strand = paint_hair(ground, traits, seed, subject, line=line)
    hair = _hair_bands(traits, strand)
    paint = np.empty((side, side, BANDS + 4), np.float32)
    bands = _face_bands(traits, skin, brows, beard)
    paint[..., :BANDS] = bands + (hair - bands) * cover[..., None]
    paint[..., GLOSS] = 1 - 0.85 * np.clip(cover + beard.hairs + brows, 0, 1) + 0.8 * lips
    paint[..., HAIRINESS] = cover
    paint[..., RELIEF] = skin.relief
    paint[..., STRAND] = strand
    return paint.reshape(-1, BANDS + 4), hair.mean((0, 1))


def _hair_bands(traits: Traits, strand: np.ndarray) -> np.ndarray:
    eumelanin = np.clip(traits.eumelanin * (1 + 0.18 * strand), 0.2, 7)
    bands = hair_reflectance(eumelanin, traits.pheomelanin, traits.grey)
    return bands * np.clip(1 + 0.28 * strand, 0.3, 1.8)[..., None] * STRAND_TINT


def _face_bands(traits: Traits, skin: Skin, brows: np.ndarray, beard: Beard) -> np.ndarray:
    """Return the reflectance of skin with brows and beard; stubble adds to the skin's melanin."""
    melanin = skin.melanin + beard.stubble * (0.28 * traits.eumelanin / 3)
    bare = skin_reflectance(melanin, skin.haemoglobin)
    colour = hair_reflectance(1.05 * traits.eumelanin, traits.pheomelanin, 0.6 * traits.grey)
    hairs = colour * (0.75 + 0.25 * np.clip(skin.fine, -1, 2))[..., None]
    return bare + (hairs - bare) * np.clip(brows + beard.hairs, 0, 0.97)[..., None]
