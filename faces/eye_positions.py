"""Reads files of eye positions, which data sets have beside their images."""

import re
from math import hypot
from pathlib import Path

from faces.photographs import MIN_SIDE_PX

MAX_BYTES = 1024
FACE_WIDTH = 2.2  # of an adult, in distances between the eyes: 140 mm and 63 mm
NEAREST_PX = int(MIN_SIDE_PX / FACE_WIDTH)  # 7: the eyes of a face as wide as the smallest image
STRIP = 4  # a strip with no more than the eyes is a quarter as high as they are apart


def read_eyes(path: Path, width_px: int, height_px: int) -> tuple[float, ...]:
    """Read the two eye positions of an image of that size: left x, left y, right x, right y.

    The first line of the file is `x1 y1 x2 y2` in pixels, separated by blanks, tabs, commas or
    semicolons. Files differ in which eye comes first, so the eye with the smaller x is the left
    one. Raises ValueError with a short description of the fault, and OSError if the file cannot be
    read.
    """
    with open(path, "rb") as file:
        line = file.read(MAX_BYTES).decode("utf-8-sig", "replace").strip().partition("\n")[0]
    try:
        x1, y1, x2, y2 = (float(text) for text in re.split(r"[\s,;]+", line.strip(" \t\r,;")))
    except ValueError:
        raise ValueError("its first line is not four numbers") from None
    if not all(0 <= x < width_px and 0 <= y < height_px for x, y in ((x1, y1), (x2, y2))):
        raise ValueError("an eye lies outside the image")
    if x1 == x2:
        raise ValueError("one eye lies above the other")
    _check_distance(hypot(x2 - x1, y2 - y1), width_px, height_px)
    return (x1, y1, x2, y2) if x1 < x2 else (x2, y2, x1, y1)


def _check_distance(distance_px: float, width_px: int, height_px: int) -> None:
    """Raise ValueError if a face with eyes so far apart cannot be used, or cannot be in the image.

    Eyes nearer than NEAREST_PX are those of a face smaller than the smallest image that is read. An
    image is wider than its eyes are apart; it may be lower, if it shows a strip with the eyes.
    """
    if distance_px < NEAREST_PX:
        raise ValueError(f"the eyes are less than {NEAREST_PX} pixels apart")
    if distance_px > min(width_px, STRIP * height_px):
        raise ValueError("the eyes are too far apart for the image")
