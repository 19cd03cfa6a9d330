"""Copies a part of an image in another size, so that large photographs need little memory.

Ordinary photographs are not copied: what is found in them and cut from them is exact to the byte.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

ORDINARY_PIXELS = 2**21  # a Full HD picture has fewer


def is_ordinary(image: np.ndarray) -> bool:
    """Tell whether an image, (H, W, C), is small enough to be used whole."""
    return image.shape[0] * image.shape[1] <= ORDINARY_PIXELS


@dataclass(frozen=True)
class Rectangle:
    """A part of an image, in whole pixels; `right` and `bottom` are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def pixels(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)

    @classmethod
    def of(cls, image: np.ndarray) -> "Rectangle":
        """Return all of an image, (H, W, C)."""
        return cls(0, 0, image.shape[1], image.shape[0])

    @classmethod
    def around(cls, points: np.ndarray, margin_px: float, image: np.ndarray) -> "Rectangle":
        """Return the smallest part of an image, (H, W, C), with points and a margin around them.

        points: (N, 2) x, y in pixels. Outside the image nothing is added; one pixel at least is in.
        """
        size = np.array(image.shape[1::-1])
        first = np.floor(np.min(points, axis=0) - margin_px).clip(0, size - 1)
        last = np.ceil(np.max(points, axis=0) + margin_px + 1).clip(first + 1, size)
        return cls(*first.astype(int).tolist(), *last.astype(int).tolist())


@dataclass(frozen=True)
class Excerpt:
    """A part of an image in another size.

    pixels: (h, w, C) uint8. corner: (2,) x, y of the part's first pixel in the image. scale: (2,)
    pixels of the excerpt for each pixel of the image, in x and in y. Points are x, y in pixels, the
    centre of the first pixel being 0, 0.
    """

    pixels: np.ndarray
    corner: np.ndarray
    scale: np.ndarray

    def from_image(self, points: np.ndarray) -> np.ndarray:
        """Return where points of the image lie in the excerpt: (N, 2) => (N, 2) float64."""
        return (np.asarray(points, np.float64) + 0.5 - self.corner) * self.scale - 0.5

    def to_image(self, points: np.ndarray) -> np.ndarray:
        """Return where points of the excerpt lie in the image: (N, 2) => (N, 2) float64."""
        return (np.asarray(points, np.float64) + 0.5) / self.scale + self.corner - 0.5


def excerpt(image: np.ndarray, part: Rectangle, scale: float) -> Excerpt:
    """Copy a part of an image, `scale` times as wide and as high: (H, W, 1 or 3) uint8.

    A smaller copy is antialiased. It needs 4 bytes for each pixel of the part.
    """
    pixels = image[part.top : part.bottom, part.left : part.right]
    old = np.array(pixels.shape[1::-1])
    new = np.maximum(1, np.rint(old * scale)).astype(int)
    picture = Image.fromarray(pixels.squeeze(axis=2) if pixels.shape[2] == 1 else pixels)
    copy = np.asarray(picture.resize(tuple(new.tolist()), Image.Resampling.BILINEAR))
    corner = np.array([part.left, part.top])
    return Excerpt(copy.reshape(*copy.shape[:2], pixels.shape[2]), corner, new / old)
