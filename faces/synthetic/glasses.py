"""Builds glasses as thin tubes: two rims, a bridge, two arms."""

from collections.abc import Iterator

import numpy as np

from faces.synthetic.traits import Frame

SIDES = 6  # of a tube's cross-section
RIM_POINTS = 32
EYE_DISTANCE_DM = 0.16  # from the eyeball's front to the rims
WRAP = 0.10  # how far the rims bend back, at 0.6 dm from the middle


def _tube(path: np.ndarray, radius: float, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Build a tube around a path: (n, 3) => (3, SIDES * n) points and (T, 3) int64 triangles."""
    around = np.roll(path, -1, 0) - np.roll(path, 1, 0)
    along = around if closed else np.gradient(path, axis=0)
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, [0, 0.3, 1.0])
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    turn = np.arange(SIDES) / SIDES * 2 * np.pi
    ring = (
        np.cos(turn)[:, None] * side[:, None]
        + np.sin(turn)[:, None] * np.cross(along, side)[:, None]
    )
    points = (path[:, None] + radius * ring).reshape(-1, 3).T
    return points, _tube_triangles(len(path), closed)


def _tube_triangles(length: int, closed: bool) -> np.ndarray:
    ring = np.arange(length if closed else length - 1)[:, None]
    here, beside = np.arange(SIDES), (np.arange(SIDES) + 1) % SIDES
    a, b = ring * SIDES + here, ring * SIDES + beside
    c, d = (ring + 1) % length * SIDES + here, (ring + 1) % length * SIDES + beside
    upper, lower = np.stack([a, b, c], -1), np.stack([b, d, c], -1)
    return np.concatenate([upper.reshape(-1, 3), lower.reshape(-1, 3)])


def glasses(
    frame: Frame, eyes: np.ndarray, eye_radius: float, half_head: float
) -> tuple[np.ndarray, np.ndarray]:
    """Build glasses on a head: => (3, K) float32 points and (T, 3) int64 triangles.

    eyes: (2, 3) float32 centres of the eyeballs, left (+x) first; half_head: half the head's width
    at the temples, where the arms pass. Lengths are in decimetres.
    """
    points, triangles, count = [], [], 0
    for path, radius, closed in _paths(frame, eyes, eye_radius, half_head):
        tube_points, tube_triangles = _tube(path, radius, closed)
        points.append(tube_points)
        triangles.append(tube_triangles + count)
        count += tube_points.shape[1]
    return np.concatenate(points, 1).astype(np.float32), np.concatenate(triangles)


def _paths(
    frame: Frame, eyes: np.ndarray, eye_radius: float, half_head: float
) -> Iterator[tuple[np.ndarray, float, bool]]:
    front = eyes[:, 2].max() + eye_radius + EYE_DISTANCE_DM
    turn = np.linspace(0, 2 * np.pi, RIM_POINTS, endpoint=False)
    cos, sin = np.cos(turn), np.sin(turn)
    power = 2 / frame.roundness
    across = np.sign(cos) * np.abs(cos) ** power * frame.half_width
    up = np.sign(sin) * np.abs(sin) ** power * frame.half_height
    for (x, y, _), side in zip(eyes, (1, -1), strict=True):
        middle, height = x + 0.02 * side, y + frame.rise
        depth = front - WRAP * ((middle + across) / 0.6) ** 2
        yield np.stack([middle + across, height + up, depth], 1), frame.radius, True
        hinge = middle + side * frame.half_width
        arm = [
            [hinge, height + 0.05, front - WRAP * (hinge / 0.6) ** 2],
            [side * half_head * 0.93, y + 0.06, front - 0.5],
            [side * half_head, y + 0.05, 0.3],
        ]
        yield np.array(arm), 0.9 * frame.radius, False
    inner = eyes[:, 0] + np.array([1, -1]) * (0.02 - frame.half_width)
    height = eyes[:, 1].mean() + frame.rise + 0.03
    bridge = [[inner[0], height, front], [inner.mean(), height + 0.05, front + 0.02]]
    yield np.array([*bridge, [inner[1], height, front]]), 0.9 * frame.radius, False
