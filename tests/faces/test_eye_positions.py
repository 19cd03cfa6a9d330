"""Tests that eye positions are read in every spelling, and not used if they cannot be right."""

from math import dist

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faces.eye_positions import NEAREST_PX, read_eyes
from faces.photographs import MIN_SIDE_PX

SIDES = st.integers(MIN_SIDE_PX, 400)
SHARES = st.floats(0, 0.99)


@pytest.mark.parametrize(
    "text", ["30 40 10 20", "10 20 30 40", "10,20,30,40\n", "\t10\t20 , 30;40 \r\n1 2 3 4\n",
             "\ufeff30.0 40.0 1e1 20.0\nmore", "10 20 30 40,"],
)  # fmt: skip
def test_eyes_are_sorted_by_x(tmp_path, text):
    (tmp_path / "1.pos").write_text(text, encoding="utf-8")
    assert read_eyes(tmp_path / "1.pos", 50, 50) == (10, 20, 30, 40)


@pytest.mark.parametrize(
    "text", ["", "\n", "10 20 30", "10 20 30 40 50", "ten 20 30 40", "nan 20 30 40",
             "10 20 inf 40", "-1 20 30 40", "10 20 50 40", "10 50 30 40", "10 20 10 40",
             "\x00" * 99],
)  # fmt: skip
def test_eyes_that_cannot_be_right(tmp_path, text):
    (tmp_path / "1.pos").write_text(text)
    with pytest.raises(ValueError, match=r"four numbers|outside|above the other"):
        read_eyes(tmp_path / "1.pos", 50, 50)


@pytest.mark.parametrize(
    ("text", "width_px", "height_px", "fault"),
    [
        ("20 20 21 20", 50, 50, "less than 7 pixels apart"),
        ("0.3 0.4 0.7 0.4", 640, 480, "less than 7 pixels apart"),  # shares of the sides
        ("20 20 26.9 20", 640, 480, "less than 7 pixels apart"),
        ("0 0 99 99", 100, 100, "too far apart"),
        ("0 8 99 8", 100, 24, "too far apart"),
    ],
)
def test_eyes_of_no_face(*, tmp_path, text, width_px, height_px, fault):
    (tmp_path / "1.pos").write_text(text)
    with pytest.raises(ValueError, match=fault):
        read_eyes(tmp_path / "1.pos", width_px, height_px)


@pytest.mark.parametrize(
    ("text", "width_px", "height_px"),
    [
        ("4 7 11 7", 16, 16),  # a face that fills the smallest image
        ("200 220 207 220", 640, 480),
        ("100 80 420 90", 520, 160),  # a strip that shows the eyes alone
        ("10 10 60 60", 100, 100),
    ],
)
def test_eyes_of_a_small_or_close_face(*, tmp_path, text, width_px, height_px):
    (tmp_path / "1.pos").write_text(text)
    assert read_eyes(tmp_path / "1.pos", width_px, height_px) == tuple(map(float, text.split()))


@given(width_px=SIDES, height_px=SIDES, shares=st.tuples(SHARES, SHARES, SHARES, SHARES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_eyes_that_are_read_show_a_face_that_fits(tmp_path, width_px, height_px, shares):
    eyes = [share * side for share, side in zip(shares, (width_px, height_px) * 2, strict=True)]
    (tmp_path / "1.pos").write_text(" ".join(map(repr, eyes)))
    apart = dist(eyes[:2], eyes[2:])
    fits = NEAREST_PX <= apart <= width_px and apart <= 4 * height_px and eyes[0] != eyes[2]
    try:
        read = read_eyes(tmp_path / "1.pos", width_px, height_px)
    except ValueError:
        assert not fits
    else:
        assert fits
        assert set(read) == set(eyes)
