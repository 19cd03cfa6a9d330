"""Prepares aligned crops for the network: luminance or colours, resized, in [-1, 1]."""

import numpy as np
import torch
from PIL import Image

from faces.luminance import luminance
from recognizer.settings import Colour


def prepare(images: np.ndarray, side_px: int, colour: Colour) -> np.ndarray:
    """Convert images to a colour and resize them, bilinearly with antialiasing.

    (N, S, S, 1 or 3) uint8 => (N, side_px, side_px, C) uint8; C is 1 for grey, 3 for rgb.
    One-channel images are copied to all colours.
    """
    channels = 1 if colour == "grey" else 3
    ready = np.empty((len(images), side_px, side_px, channels), np.uint8)
    for row, image in enumerate(images):
        converted = luminance(image) if colour == "grey" else image
        ready[row] = _resized(np.asarray(converted), side_px)
    return ready


def _resized(image: np.ndarray, side_px: int) -> np.ndarray:
    """Resize an image: (S, S, C) uint8 => (side_px, side_px, C) uint8."""
    if image.shape[:2] == (side_px, side_px):
        return image
    pillow = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    resized = pillow.resize((side_px, side_px), Image.Resampling.BILINEAR)
    return np.asarray(resized).reshape(side_px, side_px, image.shape[2])


def to_input(images: torch.Tensor) -> torch.Tensor:
    """Scale images by (x - 127.5) / 128: NHWC in [0, 255], C 1 or 3 => N3HW float32 in [-1, 1].

    This is facenet-pytorch's `fixed_image_standardization`, with which the published weights were
    trained. The result is in channels_last order.
    """
    scaled = (images.float() - 127.5) / 128
    return (
        scaled.permute(0, 3, 1, 2)
        .expand(-1, 3, -1, -1)
        .contiguous(memory_format=torch.channels_last)
    )
