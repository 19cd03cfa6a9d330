"""Draws scalp hair: where it grows, its strands and thickness, and long hair as a sheet."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.canvas import Canvas
from faces.synthetic.head import BOTTOM_Y, CLOTH, HALF_ANGLE, SKIN, TOP_Y, Head
from faces.synthetic.streams import stream
from faces.synthetic.texture import enlarge, value_noise
from faces.synthetic.traits import Traits
from faces.synthetic.vectors import smoothstep, vertex_normals

# Height of the hairline (decimetres) at angles from the nose (degrees), from the brow to the nape.
LINE_DEGREES = np.array([0, 20, 35, 50, 60, 68, 80, 88, 104, 115, 130, 180], np.float32)
LINE_HEIGHT = np.array([7.98, 8, 7.95, 7.78, 7.6, 7.25, 7.2, 7.5, 7.4, 6.9, 6.55, 6.45], np.float32)
THICKNESS = {"short": (0.05, 0.20), "bald": (0.025, 0.025), "fringe": (0.12, 0.25)}
THICKNESS["long"] = (0.12, 0.22)
CURTAIN_COLUMNS, CURTAIN_ROWS = 40, 12


@dataclass(frozen=True)
class Curtain:
    """Long hair as a sheet around the head.

    points: (3, K) float32; triangles: (T, 3) int64; place: (2, K) float32 on the map, in [0, 1].
    """

    points: np.ndarray
    triangles: np.ndarray
    place: np.ndarray


def hairline(traits: Traits, seed: int, subject: int) -> np.ndarray:
    """Draw the heights of a person's hairline at LINE_DEGREES: (12,) float32, decimetres."""
    random = stream("hairline", seed, subject)
    rise = np.zeros(len(LINE_HEIGHT))
    rise[:5] += random.normal(0, 0.07)
    rise[5:7] += random.uniform(-0.2, 0.25) * (1 if traits.masculine else 0.5)
    if traits.masculine:  # a receding front, deeper at the temples
        rise[:4] += np.array([0.4, 1, 1, 0.8]) * max(0, random.normal(0, 0.07)) * (1 + traits.age)
    if traits.style == "fringe":
        rise[:4] -= random.uniform(0.2, 0.38)
        rise[4] -= 0.1
    if traits.style == "bald":
        rise[:8] += 1.2
        rise[8:] += 0.25 + 3 * (random.random() < 0.5)
    if traits.style == "long":
        rise[2:6] -= np.array([0.08, 0.22, 0.3, 0.1]) * random.uniform(0.2, 1.2)
    return (LINE_HEIGHT + rise).astype(np.float32)


def _above_line(line: np.ndarray, degrees: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Return how far places lie above the hairline: (...) degrees, (...) dm => (...) float32 dm."""
    return (height - np.interp(degrees, LINE_DEGREES, line)).astype(np.float32)


def paint_hair(
    canvas: Canvas, traits: Traits, seed: int, subject: int, *, line: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Paint the hair: => its coverage in [0, 1] and its strands, both (side, side) float32.

    line: what `hairline` returns. The strands are noise of variance about 1, stretched downwards.
    """
    random = stream("hair", seed, subject)
    side = canvas.side
    strand = value_noise(random, side, [(6, 175, 1), (10, 88, 0.8), (30, 256, 0.6)])
    wave = value_noise(random, side, [(8, 20, 1), (12, 60, 0.8), (30, 256, 1)])
    ragged = 0.020 * (1.4 if traits.style == "fringe" else 1)
    above = _above_line(line, canvas.degrees, canvas.height) + ragged * wave
    return smoothstep(-0.06, 0.11, above), strand


def thicken(
    head: Head, vertices: np.ndarray, *, line: np.ndarray, traits: Traits, seed: int, subject: int
) -> np.ndarray:
    """Move the scalp outwards by the hair's thickness, and the collar off the neck.

    vertices: (3, N) float32 => (3, N) float32; line: what `hairline` returns.
    """
    random = stream("thickness", seed, subject)
    x, y, _ = head.vertices
    lumps = value_noise(random, 64, [(5, 6, 1), (9, 11, 0.6)])
    place = np.clip(head.map_place * 64, 0, 63).astype(np.intp)
    lump = lumps[place[1], place[0]]
    above = _above_line(line, np.degrees(np.abs(head.angle)), y)
    relief = np.clip(0.55 + 0.6 * smoothstep(7.4, 8.3, y) + 0.22 * lump, 0.15, 2)
    lift = smoothstep(-0.04, 0.22, above) * (1 - head.ear) * relief
    lift *= random.uniform(*THICKNESS[traits.style])
    lift += 0.06 * (1 - smoothstep(5.72, 5.8, y))
    skin = np.zeros(x.shape, bool)
    skin[head.triangles[head.part == SKIN]] = True
    body = head.triangles[(head.part == SKIN) | (head.part == CLOTH)]
    return vertices + vertex_normals(vertices, body) * (lift * skin).astype(np.float32)


def curtain(head: Head, vertices: np.ndarray, seed: int, subject: int) -> Curtain:
    """Build the sheet of long hair behind the ears, from the crown to the shoulders.

    vertices: (3, N) float32, those of the person's head.
    """
    random = stream("curtain", seed, subject)
    opening = np.radians(random.uniform(62, 95))
    angle = np.linspace(opening, 2 * np.pi - opening, CURTAIN_COLUMNS)
    height = np.linspace(8.15, random.uniform(5.3, 6.4), CURTAIN_ROWS)
    angle, height = np.meshgrid(angle, height)
    level = (head.vertices[1] > 7) & (head.vertices[1] < 7.8)
    half_width = float(np.abs(vertices[0, level]).max()) + 0.03
    knots = ([5.2, 6.2, 7.0, 7.7, 8.15], [1.12, 1.1, 1.1, 1.06, 0.78])
    wide = np.interp(height, *knots)
    wide *= 1 + 0.035 * enlarge(random.standard_normal((4, 14)), *angle.shape)
    deep = np.where(np.cos(angle) > 0, 0.8, 1.0) * 1.12 * np.cos(angle)
    points = np.stack([np.sin(angle) * half_width * wide, height, 0.05 + deep * wide])
    across = (angle / (2 * HALF_ANGLE) * 1.3) % 1
    place = np.stack([across, np.clip((TOP_Y - height) / (TOP_Y - BOTTOM_Y), 0, 0.999)])
    return Curtain(
        points.reshape(3, -1).astype(np.float32),
        _grid_triangles(*angle.shape),
        place.reshape(2, -1).astype(np.float32),
    )


def _grid_triangles(rows: int, columns: int) -> np.ndarray:
    """Return two triangles for every cell of a grid of points numbered row by row: (T, 3) int64."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    upper = np.stack([first, first + 1, first + columns], 1)
    lower = np.stack([first + 1, first + columns + 1, first + columns], 1)
    return np.concatenate([upper, lower])
