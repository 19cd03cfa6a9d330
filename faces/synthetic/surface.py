"""Finds the surface that the camera sees in each pixel, and its material."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from faces.synthetic.camera import Camera
from faces.synthetic.eyes import paint_eye
from faces.synthetic.head import (
    BOTTOM_Y,
    CLOTH,
    CURTAIN,
    EYE_LEFT,
    EYE_RIGHT,
    FRAME,
    HALF_ANGLE,
    LASHES,
    MOUTH,
    SKIN,
    TEETH,
    TOP_Y,
)
from faces.synthetic.mesh import Mesh
from faces.synthetic.person import GLOSS, HAIRINESS, RELIEF, STRAND, Person
from faces.synthetic.pigment import BANDS
from faces.synthetic.rasterizer import Hits, rasterize
from faces.synthetic.shot import Shot
from faces.synthetic.streams import stream
from faces.synthetic.vectors import dot, smoothstep, unit, vertex_normals

TEETH_BANDS = np.array([0.50, 0.45, 0.36, 0.50], np.float32)
MOUTH_BANDS = np.array([0.18, 0.05, 0.05, 0.20], np.float32)
COLLAR_Y = 5.78


@dataclass
class Surface:
    """The K visible points, one per pixel that shows the person.

    pixel: (K,) int64, ascending, row * width + column. position: (3, K) float32, decimetres.
    normal, view: (3, K) float32 of length 1, `view` towards the camera. part: (K,) int64, a
    constant of head.py. albedo: (4, K) float32 reflectance of the bands. gloss, hairiness, relief,
    occlusion: (K,) float32 factors. clothed: (K,) bool.
    """

    pixel: np.ndarray
    position: np.ndarray
    normal: np.ndarray
    view: np.ndarray
    part: np.ndarray
    albedo: np.ndarray
    gloss: np.ndarray
    hairiness: np.ndarray
    relief: np.ndarray
    occlusion: np.ndarray
    clothed: np.ndarray

    @property
    def is_skin(self) -> np.ndarray:
        """Which points are bare skin: (K,) bool."""
        return (self.part == SKIN) & (self.hairiness < 0.5) & ~self.clothed

    @property
    def is_eye(self) -> np.ndarray:
        """Which points belong to an eyeball: (K,) bool."""
        return (self.part == EYE_LEFT) | (self.part == EYE_RIGHT)


def visible_surface(
    person: Person, shot: Shot, mesh: Mesh, camera: Camera, *, side_px: int
) -> Surface:
    """Rasterize `mesh` into side_px x side_px pixels; return the visible points."""
    solid = (mesh.part == SKIN) | (mesh.part == CLOTH)
    hits = rasterize(camera.project(mesh.points), mesh.triangles, side_px, side_px, cull=solid)
    normals = vertex_normals(mesh.points, mesh.triangles)
    planes = _interpolate(
        hits, mesh, [*mesh.points, *normals, *mesh.place, mesh.occlusion, mesh.ear]
    )
    position, normal, place, (occlusion, ear) = planes[:3], planes[3:6], planes[6:8], planes[8:]
    view = unit(camera.place - position)
    part = mesh.part[hits.triangle]
    paint = _look_up(person.paint, place)
    surface = Surface(
        pixel=hits.pixel,
        position=position,
        normal=_towards(view, unit(normal), part),
        view=view,
        part=part,
        albedo=paint[:BANDS],
        gloss=0.9 * paint[GLOSS],
        hairiness=paint[HAIRINESS] * ((part == SKIN) & (ear < 0.7)),
        relief=np.where(part == SKIN, paint[RELIEF], 1),
        occlusion=occlusion,
        clothed=np.zeros(len(part), bool),
    )
    _bare_ears(surface, person, ear)
    _paint_parts(surface, person, paint[STRAND])
    _dress(surface, person, shot, place)
    for eye, eyeball in enumerate((EYE_LEFT, EYE_RIGHT)):
        k = np.nonzero(part == eyeball)[0]
        paint_eye(surface, k, eye, mesh=mesh, camera=camera, traits=person.traits, shot=shot)
    return surface


def _interpolate(hits: Hits, mesh: Mesh, planes: list[np.ndarray]) -> np.ndarray:
    """Interpolate planes of values at the vertices: (V,) each => (len(planes), K) at the hits.

    All are multiplied by one sparse matrix of barycentric weights.
    """
    weights = np.stack([1 - hits.u - hits.v, hits.u, hits.v], 1)
    corners = mesh.triangles[hits.triangle].astype(np.int32)
    starts = np.arange(0, 3 * len(corners) + 1, 3, dtype=np.int32)
    shape = (len(corners), mesh.points.shape[1])
    matrix = sparse.csr_array((weights.ravel(), corners.ravel(), starts), shape)
    return np.stack([matrix @ plane for plane in planes])


def _towards(view: np.ndarray, normal: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Turn the normals of sheets that are seen from behind towards the camera."""
    behind = (dot(normal, view) < 0) & ((part == CURTAIN) | (part == LASHES) | (part == FRAME))
    return np.where(behind, -normal, normal)


def _look_up(paint: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Look up the nearest texel of a map at places: (texels, 8), (2, K) in [0, 1] => (8, K)."""
    side = int(np.sqrt(len(paint)))
    column, row = np.clip(place * side, 0, side - 1).astype(np.int32)
    return np.ascontiguousarray(paint.take(row * side + column, axis=0).T)


def _bare_ears(surface: Surface, person: Person, ear: np.ndarray) -> None:
    """Give ears the mean colour of the skin: on the map they share texels with hair behind them."""
    k = np.nonzero((ear > 0.35) & (surface.part == SKIN))[0]
    share = smoothstep(0.35, 0.7, ear[k])
    skin = person.skin_mean[:, None]
    surface.albedo[:, k] += (skin - surface.albedo[:, k]) * share
    surface.gloss[k] = np.maximum(surface.gloss[k], 0.6 * share)


def _paint_parts(surface: Surface, person: Person, strand: np.ndarray) -> None:
    """Colour the parts that are not on the map: teeth, mouth, lashes, long hair and glasses."""
    traits = person.traits
    lash = 0.5 * person.hair_mean * traits.lashes + person.skin_mean * (1 - traits.lashes)
    uniform: list[tuple[int, np.ndarray, float]] = [
        (TEETH, TEETH_BANDS, 0.3),
        (MOUTH, MOUTH_BANDS, 0.3),
        (LASHES, lash, 0.0),
    ]
    if traits.frame is not None:
        uniform.append((FRAME, traits.frame.colour, 2.0))
    for part, bands, gloss in uniform:
        k = np.nonzero(surface.part == part)[0]
        surface.albedo[:, k] = bands[:, None]
        surface.gloss[k] = gloss
    surface.occlusion[surface.part == MOUTH] *= 0.5
    k = np.nonzero(surface.part == CURTAIN)[0]
    surface.albedo[:, k] = person.hair_mean[:, None] * np.clip(1 + 0.3 * strand[k], 0.3, 2)
    surface.gloss[k] = 0.3
    surface.hairiness[k] = 1
    surface.occlusion[k] *= np.clip(0.55 + 0.3 * strand[k], 0.3, 1)


def _dress(surface: Surface, person: Person, shot: Shot, place: np.ndarray) -> None:
    """Colour the clothes; their near-infrared brightness is independent of their visible colour."""
    random = stream("outfit", person.seed, person.subject, shot.outfit)
    depth = 0.10 * random.uniform(0, 1.5)
    angle, y = (2 * place[0] - 1) * HALF_ANGLE, TOP_Y - place[1] * (TOP_Y - BOTTOM_Y)
    collar = COLLAR_Y - depth * np.exp(-((angle / 0.5) ** 2))
    surface.clothed = (surface.part == CLOTH) | ((surface.part == SKIN) & (y < collar))
    dye = random.uniform(0.01, 0.35) * random.dirichlet([5, 5, 5]) * 3
    k = np.nonzero(surface.clothed)[0]
    surface.albedo[:, k] = np.append(dye, random.uniform(0.1, 0.7)).astype(np.float32)[:, None]
    surface.gloss[k] = 0
    surface.relief[k] = 1
