"""Tests the parts of the renderer against brute force and closed forms."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faces.synthetic.head import load_head
from faces.synthetic.pigment import hair_reflectance, skin_reflectance
from faces.synthetic.rasterizer import depth_map, rasterize
from faces.synthetic.sensor import Sensor, expose, shrink
from faces.synthetic.shading import gloss_lobes, wrapped
from faces.synthetic.shape import axes
from faces.synthetic.texture import blur, enlarge, value_noise
from faces.synthetic.vectors import (
    cross,
    dot,
    rotation,
    smoothstep,
    transform,
    unit,
    vertex_normals,
)


def brute_force(points, triangles, height, width):
    """Find depth and triangle of every pixel centre by tests of all triangles in float64."""
    depth, number = np.full((height, width), np.inf), np.full((height, width), -1)
    doubtful = np.zeros((height, width), bool)
    y, x = np.mgrid[:height, :width] + 0.5
    for k, corners in enumerate(points.T[triangles].astype(float)):
        (ax, ay, az), first, second = corners[0], corners[1] - corners[0], corners[2] - corners[0]
        area = first[0] * second[1] - first[1] * second[0]
        u = ((x - ax) * second[1] - (y - ay) * second[0]) / area
        v = ((y - ay) * first[0] - (x - ax) * first[1]) / area
        inside = np.minimum(np.minimum(u, v), 1 - u - v)
        z = az + u * first[2] + v * second[2]
        doubtful |= (np.abs(inside) < 1e-3) | (np.abs(z - depth) < 1e-3)
        nearer = (inside >= 0) & (z < depth)
        depth[nearer], number[nearer] = z[nearer], k
    return depth, number, doubtful


@pytest.mark.parametrize("seed", range(6))
def test_rasterizer_agrees_with_brute_force(seed):
    random = np.random.default_rng(seed)
    height, width = 23, 31
    points = random.uniform(-8, 39, (3, 60)).astype(np.float32)
    points[2] = random.uniform(1, 9, 60)
    triangles = random.integers(0, 60, (40, 3))
    triangles = triangles[[len(set(t)) == 3 for t in triangles.tolist()]]
    depth, number, doubtful = brute_force(points, triangles, height, width)
    hits = rasterize(points, triangles, height, width)
    found = np.full(height * width, -1)
    found[hits.pixel] = hits.triangle
    sure = ~doubtful
    assert sure.mean() > 0.7
    np.testing.assert_array_equal(found.reshape(height, width)[sure], number[sure])
    seen = depth_map(points, triangles, height, width)
    np.testing.assert_allclose(seen[sure], depth[sure], atol=1e-3)


def test_barycentric_weights_give_back_the_pixel():
    random = np.random.default_rng(1)
    points = random.uniform(0, 20, (3, 30)).astype(np.float32)
    triangles = np.arange(30).reshape(10, 3)
    hits = rasterize(points, triangles, 20, 20)
    a, b, c = (points[:2, triangles[hits.triangle, k]] for k in range(3))
    place = a + (b - a) * hits.u + (c - a) * hits.v
    np.testing.assert_allclose(place[0], hits.pixel % 20 + 0.5, atol=2e-3)
    np.testing.assert_allclose(place[1], hits.pixel // 20 + 0.5, atol=2e-3)


def test_neighbours_leave_no_gap_and_backs_are_culled():
    y, x = np.mgrid[0:6, 0:6].astype(np.float32)
    random = np.random.default_rng(0)
    points = np.stack([x, y, np.ones_like(x)]).reshape(3, -1) * 4
    inner = ((x > 0) & (x < 5) & (y > 0) & (y < 5)).ravel()
    points[:2, inner] += random.uniform(-1.5, 1.5, (2, inner.sum())).astype(np.float32)
    first = (np.arange(5)[:, None] * 6 + np.arange(5)).ravel()
    triangles = np.concatenate(
        [np.stack([first, first + 1, first + 6], 1), np.stack([first + 1, first + 7, first + 6], 1)]
    )
    assert len(rasterize(points, triangles, 20, 20).pixel) == 400
    culled = np.ones(len(triangles), bool)
    assert len(rasterize(points, triangles, 20, 20, cull=culled).pixel) == 0
    assert len(rasterize(points, triangles[:, ::-1], 20, 20, cull=culled).pixel) == 400


def test_vector_helpers_agree_with_numpy():
    random = np.random.default_rng(0)
    a, b = random.standard_normal((2, 3, 50))
    np.testing.assert_allclose(dot(a, b), np.einsum("in,in->n", a, b))
    np.testing.assert_allclose(cross(a, b), np.cross(a.T, b.T).T)
    np.testing.assert_allclose(np.linalg.norm(unit(a), axis=0), 1)
    turn = rotation(0.3, -0.2, 0.1)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(transform(turn, a), turn @ a, atol=1e-6)


def test_normals_of_a_sphere_point_outwards():
    turn, rise = np.meshgrid(np.linspace(0, 2 * np.pi, 40, endpoint=False), np.linspace(0.1, 3, 30))
    sphere = np.stack([np.sin(rise) * np.cos(turn), np.cos(rise), np.sin(rise) * np.sin(turn)])
    sphere = sphere.reshape(3, -1).astype(np.float32)
    j, i = np.meshgrid(np.arange(40), np.arange(29))
    a, b = i * 40 + j, i * 40 + (j + 1) % 40
    triangles = np.concatenate(
        [
            np.stack([a, b, a + 40], -1).reshape(-1, 3),
            np.stack([b, b + 40, a + 40], -1).reshape(-1, 3),
        ]
    )
    inner = slice(80, 1000)
    assert (np.abs(dot(vertex_normals(sphere, triangles), sphere))[inner] > 0.99).all()


@given(st.floats(-1, 1), st.floats(0, 1))
def test_wrapped_light_is_lamberts_law_without_wrap_and_1_face_on(cosine, wrap):
    assert wrapped(np.float64(cosine), 0.0) == max(cosine, 0)
    assert wrapped(np.float64(1), wrap) == pytest.approx(1)
    assert wrapped(np.float64(cosine), wrap) >= wrapped(np.float64(cosine), 0.0) - 1e-12


@given(st.floats(-1, 1))
def test_gloss_is_its_formula(cosine):
    c = max(cosine, 0)
    assert gloss_lobes(np.float64(cosine)) == pytest.approx(0.055 * c**16 + 0.09 * c**48)


def test_pigment_darkens_and_infrared_sees_through_it():
    amounts = np.linspace(0, 3, 20)
    for more in (skin_reflectance(amounts, 0.3), hair_reflectance(amounts, 0.2, 0.1)):
        assert (np.diff(more, axis=0) < 0).all()
    skin = skin_reflectance(np.array([0.2, 1.2]), np.array([0.3, 0.3]))
    kept = skin[1] / skin[0]
    assert kept[3] > kept[0] > kept[1] > kept[2]
    blemish = skin_reflectance(0.2, 1.0) / skin_reflectance(0.2, 0.3)
    assert blemish[3] > 0.95 > 0.6 > blemish[1]


def test_noise_has_mean_0_and_variance_near_1_at_any_side():
    values = [
        value_noise(np.random.default_rng(seed), side, [(20, 30, 1), (9, 9, 0.5)])
        for seed in range(20)
        for side in (64, 128)
    ]
    assert abs(np.mean([v.mean() for v in values])) < 0.05
    assert 0.7 < np.mean([v.var() for v in values]) < 1.3
    np.testing.assert_allclose(values[0].mean(), values[1].mean(), atol=0.02)


def test_enlarging_keeps_corners_and_blur_keeps_constants():
    grid = np.random.default_rng(0).random((5, 7)).astype(np.float32)
    big = enlarge(grid, 40, 50)
    np.testing.assert_allclose(
        big[[0, 0, -1, -1], [0, -1, 0, -1]], grid[[0, 0, -1, -1], [0, -1, 0, -1]]
    )
    assert big.min() >= grid.min() - 1e-6
    assert big.max() <= grid.max() + 1e-6
    np.testing.assert_allclose(blur(np.full((2, 9, 8), 0.3), 3), 0.3)
    spot = np.zeros((9, 9))
    spot[4, 4] = 1
    line = np.array([1, 2, 1]) / 4
    np.testing.assert_allclose(blur(spot, 1)[3:6, 3:6], np.outer(line, line))


@settings(max_examples=20)
@given(st.integers(1, 9), st.integers(0, 2**31))
def test_shrinking_is_a_box_filter(thirds, seed):
    image = np.random.default_rng(seed).random((2, 3 * thirds, 4))
    fine = np.repeat(image, 2, axis=1)  # six rows of a half: three halves are one new row
    expected = fine.reshape(2, 2 * thirds, 3, 4).mean(2)
    np.testing.assert_allclose(shrink(image, 1), expected)


def test_smoothstep_runs_from_0_to_1():
    x = np.linspace(-1, 3, 100)
    y = smoothstep(0, 2, x)
    assert (y[x <= 0] == 0).all()
    assert (y[x >= 2] == 1).all()
    assert (np.diff(y) >= 0).all()


def test_noise_grows_with_light_and_exposure_is_the_gamma_curve():
    grey = np.full((1, 96, 96), 0.2, np.float32)
    plain = expose(grey, Sensor(1.5, 0, 0, 0), None)
    np.testing.assert_array_equal(plain, int(255 * 0.3 ** (1 / 2.2) + 0.5))
    sensor = Sensor(1, 0.02, 0, 0)
    dark = expose(np.full((1, 300, 300), 0.1, np.float32), sensor, np.random.default_rng(0))
    linear = (dark / 255.0) ** 2.2
    expected = np.sqrt((0.5 * 0.02) ** 2 + 0.3 * 0.02**2 * 0.1)
    assert linear.std() == pytest.approx(expected, rel=0.1)


def test_morph_names_are_neutral_and_axes_pair_opposites():
    names = load_head().names
    for name in names:
        region, morph = name.split("/")
        if region == "phenotype":
            assert re.fullmatch(r"[1-3]-(female|male)-(young|old)", morph)
        else:
            assert re.fullmatch(r"[a-z]+", region)
    assert len(set(names)) == len(names)
    for axis in axes(names):
        assert axis.plus
        for minus in axis.minus:
            assert minus not in axis.plus
    used = [name for axis in axes(names) for name in (*axis.plus, *axis.minus)]
    assert len(used) == len(set(used))
