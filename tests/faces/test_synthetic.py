"""Tests rendered images: reproducible bytes, aligned spectra, true eyes, difficulty."""

import hashlib
import multiprocessing

import numpy as np
import pytest

from faces.common.errors import UsageError
from faces.synthetic import Difficulty, render, render_with_truth
from faces.synthetic.difficulty import STANDARD
from faces.synthetic.head import load_head
from faces.synthetic.person import make_person
from faces.synthetic.renderer import SPECTRA, expose_view, light_view, view_person
from faces.synthetic.shape import shape_vertices, shape_weights
from faces.synthetic.shot import draw_shot
from faces.synthetic.traits import draw_traits

SIDE = 48


def digest(requests):
    """The hash of several renderings, in the order of `requests`."""
    return [hashlib.sha256(render(*request).tobytes()).hexdigest() for request in requests]


def test_the_same_bytes_in_another_process_and_another_order():
    requests = [(3, 0, "VIS", SIDE), (4, 7, "NIR", SIDE), (3, 0, "NIR-clean", SIDE, 1)]
    here = digest(requests)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.apply(digest, (requests[::-1],))
    assert here == there[::-1]
    assert len(set(here)) == 3


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("side", [33, 48])
def test_shape_and_type(spectrum, side):
    image = render(1, 2, spectrum, side)
    assert image.shape == (side, side, 3 if spectrum == "VIS" else 1)
    assert image.dtype == np.uint8
    assert image.std() > 10


def test_seed_subject_and_shot_change_the_image():
    images = [render(*a) for a in [(1, 1, "VIS", SIDE, 0), (2, 1, "VIS", SIDE, 0)]]
    images += [render(*a) for a in [(1, 2, "VIS", SIDE, 0), (1, 1, "VIS", SIDE, 1)]]
    for i in range(4):
        for j in range(i):
            assert np.abs(images[i].astype(int) - images[j]).mean() > 5


def silhouette_agreement(subject, shot):
    """Correlate the edges of a shot's VIS image (green) with its clean NIR and another shot's."""
    calm = Difficulty(noise=0, lighting=0.3)
    vis = render(subject, shot, "VIS", 96, difficulty=calm)[..., 1].astype(float)
    same = render(subject, shot, "NIR-clean", 96, difficulty=calm)[..., 0].astype(float)
    other = render(subject, shot + 1, "NIR-clean", 96, difficulty=calm)[..., 0].astype(float)
    edges = [np.hypot(*np.gradient(image)).ravel() for image in (vis, same, other)]
    return np.corrcoef(edges)[0, 1:]


def test_spectra_of_a_shot_are_aligned_by_pixel():
    agreement = np.array([silhouette_agreement(subject, 0) for subject in range(4)])
    assert (agreement[:, 0] > agreement[:, 1] + 0.15).all()


def test_spectra_of_a_shot_share_eyes_and_eyes_lie_inside():
    for subject in range(5):
        truths = [render_with_truth(subject, 1, spectrum, SIDE)[1] for spectrum in SPECTRA]
        np.testing.assert_array_equal(truths[0], truths[1])
        np.testing.assert_array_equal(truths[0], truths[2])
        eyes = truths[0]
        assert eyes.shape == (2, 2)
        assert ((eyes > 0) & (eyes < SIDE)).all()
        assert 0.1 * SIDE < eyes[1, 0] - eyes[0, 0] < 0.5 * SIDE


def test_true_eyes_surround_what_looks_like_eyes():
    """Around each true eye the image is darker than on the cheek below."""
    for subject in range(6):
        image, eyes = render_with_truth(subject, 0, "NIR-clean", 128)
        for x, y in eyes:
            window = image[int(y) - 3 : int(y) + 4, int(x) - 6 : int(x) + 7, 0]
            cheek = image[int(y) + 16 : int(y) + 22, int(x) - 3 : int(x) + 4, 0]
            assert window.min() < 0.7 * cheek.mean()


def test_clean_infrared_knows_nothing_of_the_sensor():
    clean = [render(5, 3, "NIR-clean", SIDE, difficulty=Difficulty(noise=n)) for n in (0, 1, 3)]
    np.testing.assert_array_equal(clean[0], clean[1])
    np.testing.assert_array_equal(clean[0], clean[2])
    view = view_person(make_person(0, 5, SIDE), 3, SIDE, STANDARD)
    light = light_view(view, "NIR")
    np.testing.assert_array_equal(light, light_view(view, "NIR-clean"))
    np.testing.assert_array_equal(expose_view(view, light, "NIR-clean"), clean[0])


def roughness(image):
    """Return the mean absolute difference of neighbouring pixels in a corner of background."""
    corner = image[:10, :10, 0].astype(float)
    return np.abs(np.diff(corner, axis=1)).mean()


def test_noise_grows_and_clean_has_none():
    shots = [(subject, shot) for subject in range(3) for shot in range(2)]
    levels = [
        np.mean([roughness(render(*s, "NIR", SIDE, difficulty=Difficulty(noise=n))) for s in shots])
        for n in (0, 0.5, 1, 2)
    ]
    clean = np.mean([roughness(render(*s, "NIR-clean", SIDE)) for s in shots])
    assert (np.diff(levels[1:]) > 0).all()
    assert levels[0] < levels[1] / 3
    assert clean < levels[1] / 3


def test_pose_grows():
    def widths(pose):
        difficulty = Difficulty(pose=pose)
        return np.abs([draw_shot(0, s, k, difficulty).angles for s in range(9) for k in range(9)])

    assert (widths(0) == 0).all()
    np.testing.assert_allclose(widths(2), 2 * widths(1))


def test_identity_strength_spreads_people():
    head = load_head()

    def spread(strength):
        people = [
            shape_vertices(
                head, shape_weights(head, draw_traits(0, s, strength), 0, s, strength=strength)
            )
            for s in range(12)
        ]
        return np.std(people, axis=0).mean()

    spreads = [spread(strength) for strength in (0.3, 0.6, 1.0)]
    assert (np.diff(spreads) > 0).all()


def test_lighting_spreads_brightness():
    def spread(lighting):
        difficulty = Difficulty(lighting=lighting)
        images = [render(1, k, "VIS", 32, difficulty=difficulty) for k in range(8)]
        return np.std([np.log(image[8:24, 8:24].mean()) for image in images])

    assert spread(0.1) < spread(1.0) < spread(2.5)


@pytest.mark.parametrize(
    "request_",
    [
        (-1, 0, "VIS", 64),
        (0, -1, "VIS", 64),
        (0, 0, "IR", 64),
        (0, 0, "VIS", 4),
        (0, 0, "VIS", 9999),
    ],
)
def test_impossible_requests_are_refused_in_one_line(request_):
    with pytest.raises(UsageError) as caught:
        render(*request_)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [-1, 4, float("nan")])
def test_impossible_difficulty_is_refused(value):
    with pytest.raises(UsageError, match="pose"):
        Difficulty(pose=value)
