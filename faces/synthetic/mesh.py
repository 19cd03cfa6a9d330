"""Builds a person in a shot as one triangle mesh: expression, pose, hair and glasses applied."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.glasses import glasses
from faces.synthetic.head import CURTAIN, FRAME, Head
from faces.synthetic.person import Person
from faces.synthetic.shot import Shot
from faces.synthetic.vectors import column, rotation, smoothstep, transform

NECK_JOINT = column(0, 6.4, 0.2)
SHOULDERS_Y, JAW_Y = 5.3, 6.3  # above the jaw all turns, below the shoulders nothing


@dataclass(frozen=True)
class Mesh:
    """A person in a shot, in decimetres.

    points: (3, V) float32 in the room. triangles: (T, 3) int64; part: (T,) int64, a constant of
    head.py. place: (2, V) float32 on the map. occlusion, ear: (V,) float32 in [0, 1]. turn: (3, 3)
    float32 rotation of the head. eyes: (2, 3) centres of the eyeballs, the left one first;
    eye_radii: (2,). eye_middles: (2, 3), the middle between each eye's corners, the point that
    landmark finders call the eye.
    """

    points: np.ndarray
    triangles: np.ndarray
    part: np.ndarray
    place: np.ndarray
    occlusion: np.ndarray
    ear: np.ndarray
    turn: np.ndarray
    eyes: np.ndarray
    eye_radii: np.ndarray
    eye_middles: np.ndarray


@dataclass(frozen=True)
class _Piece:
    points: np.ndarray
    triangles: np.ndarray
    part: np.ndarray
    place: np.ndarray
    occlusion: np.ndarray
    ear: np.ndarray


def build_mesh(person: Person, shot: Shot) -> Mesh:
    """Build the mesh of a person in a shot; the head turns, the shoulders do not."""
    head = person.head
    vertices = _with_expression(head, person.vertices, shot)
    eyes = np.stack([vertices[:, eye].mean(1) for eye in head.eyes])
    radii = np.array([_radius(vertices[:, eye]) for eye in head.eyes])
    pieces = [_Piece(vertices, head.triangles, head.part, head.map_place, head.occlusion, head.ear)]
    if person.curtain is not None:
        sheet = person.curtain
        pieces.append(_plain(sheet.points, sheet.triangles, CURTAIN, sheet.place))
    if person.traits.frame is not None and shot.wears_glasses:
        half_head = float(np.abs(vertices[0, head.cheek_side]).max())
        points, triangles = glasses(person.traits.frame, eyes, float(radii.mean()), half_head)
        pieces.append(_plain(points, triangles, FRAME, np.zeros((2, points.shape[1]), np.float32)))
    return _posed(pieces, head, shot, eyes=eyes, radii=radii)


def _with_expression(head: Head, vertices: np.ndarray, shot: Shot) -> np.ndarray:
    if not shot.expression:
        return vertices
    weights = np.zeros(len(head.names), np.float32)
    for name, weight in shot.expression.items():
        weights[head.column_of[name]] = weight
    return head.morph(vertices, weights)


def _radius(points: np.ndarray) -> float:
    return float(np.linalg.norm(points - points.mean(1, keepdims=True), axis=0).mean())


def _plain(points: np.ndarray, triangles: np.ndarray, part: int, place: np.ndarray) -> _Piece:
    count = points.shape[1]
    lit, no_ear = np.ones(count, np.float32), np.zeros(count, np.float32)
    return _Piece(points, triangles, np.full(len(triangles), part), place, lit, no_ear)


def _posed(
    pieces: list[_Piece], head: Head, shot: Shot, *, eyes: np.ndarray, radii: np.ndarray
) -> Mesh:
    counts = [piece.points.shape[1] for piece in pieces]
    starts = np.cumsum([0, *counts[:-1]])
    turn = rotation(*shot.angles)
    points = np.concatenate([piece.points for piece in pieces], 1) - NECK_JOINT
    follows = smoothstep(SHOULDERS_Y, JAW_Y, points[1] + NECK_JOINT[1])
    points = points + (transform(turn, points) - points) * follows
    numbered = [piece.triangles + start for piece, start in zip(pieces, starts, strict=True)]
    return Mesh(
        points=points + NECK_JOINT,
        triangles=np.concatenate(numbered),
        part=np.concatenate([piece.part for piece in pieces]),
        place=np.concatenate([piece.place for piece in pieces], 1),
        occlusion=np.concatenate([piece.occlusion for piece in pieces]),
        ear=np.concatenate([piece.ear for piece in pieces]),
        turn=turn,
        eyes=(transform(turn, eyes.T - NECK_JOINT) + NECK_JOINT).T,
        eye_radii=radii,
        eye_middles=np.stack([(points[:, k] + NECK_JOINT).mean(1) for k in head.eye_corners]),
    )
