"""Finds what the camera sees in each pixel, before any light falls on it."""

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
    """The K visible points: pixel (K,) ascending; position, normal, view (3, K), `view` towards the
    camera; part (K,); albedo (4, K) reflectance; gloss, hairiness, relief, occlusion (K,)."""

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
        """(K,) bool: bare skin."""
        return (self.part == SKIN) & (self.hairiness < 0.5) & ~self.clothed

    @property
    def is_eye(self) -> np.ndarray:
        """(K,) bool: an eyeball."""
        return (self.part == EYE_LEFT) | (self.part == EYE_RIGHT)


def see(person: Person, shot: Shot, mesh: Mesh, camera: Camera, side: int) -> Surface:
    """Rasterizes `mesh` into side x side pixels and paints what is seen."""
    solid = (mesh.part == SKIN) | (mesh.part == CLOTH)
    hits = rasterize(camera.project(mesh.points), mesh.triangles, side, side, solid)
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
    for eye, which in enumerate((EYE_LEFT, EYE_RIGHT)):
        paint_eye(surface, np.nonzero(part == which)[0], mesh, eye, camera, person.traits, shot)
    return surface


def _interpolate(hits: Hits, mesh: Mesh, planes: list[np.ndarray]) -> np.ndarray:
    """(V,) vertex planes -> (len(planes), K): a sparse matrix of barycentric weights."""
    weights = np.stack([1 - hits.u - hits.v, hits.u, hits.v], 1)
    corners = mesh.triangles[hits.triangle].astype(np.int32)
    starts = np.arange(0, 3 * len(corners) + 1, 3, dtype=np.int32)
    shape = (len(corners), mesh.points.shape[1])
    matrix = sparse.csr_array((weights.ravel(), corners.ravel(), starts), shape)
    return np.stack([matrix @ plane for plane in planes])


def _towards(view: np.ndarray, normal: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Turns the normals of sheets that are seen from behind."""
    behind = (dot(normal, view) < 0) & ((part == CURTAIN) | (part == LASHES) | (part == FRAME))
    return np.where(behind, -normal, normal)


def _look_up(paint: np.ndarray, place: np.ndarray) -> np.ndarray:
    """(texels, 8) map at (2, K) places -> (8, K), the nearest texel."""
    side = int(np.sqrt(len(paint)))
    column, row = np.clip(place * side, 0, side - 1).astype(np.int32)
    return np.ascontiguousarray(paint.take(row * side + column, axis=0).T)


def _bare_ears(surface: Surface, person: Person, ear: np.ndarray) -> None:
    """Ears take the mean skin: on the map they share texels with the hair behind them."""
    k = np.nonzero((ear > 0.35) & (surface.part == SKIN))[0]
    share = smoothstep(0.35, 0.7, ear[k])
    skin = person.skin_mean[:, None]
    surface.albedo[:, k] += (skin - surface.albedo[:, k]) * share
    surface.gloss[k] = np.maximum(surface.gloss[k], 0.6 * share)


def _paint_parts(surface: Surface, person: Person, strand: np.ndarray) -> None:
    """Teeth, mouth, lashes, long hair and glasses have no place on the map."""
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
    """Clothes are dyed in the visible bands; in near-infrared any brightness goes with any dye."""
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
