"""Decodes JPEG files of 8 bits: grey, colour and CMYK; sequential and progressive."""

import io
import struct
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image

from faces.pixels import values
from faces.pixels.refused import Refused
from faces.pixels.size import check_size

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA
READ = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)  # frames: sequential and progressive, Huffman or arithmetic
NOT_READ = {
    0xC3: "lossless", 0xC5: "hierarchical", 0xC6: "hierarchical", 0xC7: "hierarchical",
    0xCB: "lossless", 0xCD: "hierarchical", 0xCE: "hierarchical", 0xCF: "hierarchical",
    0xF7: "JPEG-LS",
}  # fmt: skip


class Frame(NamedTuple):
    """What a JPEG states of its pixels; `kind` is the code of its marker."""

    kind: int
    bits: int
    height_px: int
    channels: int


def decode(data: bytes) -> np.ndarray:
    """Decode a JPEG: => (H, W, 1 or 3) uint8, upright.

    Raises Refused; for damaged files other errors too.
    """
    _check_kind(data)
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        check_size(*image.size)
        if image.mode == "CMYK" and "adobe" not in image.info:
            raise Refused("a CMYK JPEG that does not say whether 0 or 255 is full ink is not read")
        image.load()
        orientation = image.getexif().get(ExifTags.Base.Orientation)
        return values.upright(_pixels(np.asarray(image)), orientation)


def _pixels(samples: np.ndarray) -> np.ndarray:
    """Convert what Pillow decodes: (H, W), (H, W, 3) or, CMYK, (H, W, 4) => (H, W, 1 or 3)."""
    if samples.ndim == 2:
        return samples[..., None]
    return values.from_inks(samples) if samples.shape[2] == 4 else samples


def _check_kind(data: bytes) -> None:
    """Refuse the kinds that are not read, and a file without its end marker.

    The decoder sometimes accepts a file without it.
    """
    frame, scan_at = _walk(data)
    if frame and frame.kind in NOT_READ:
        raise Refused(f"a {NOT_READ[frame.kind]} JPEG is not read")
    if frame and frame.bits != 8:
        raise Refused(f"a {frame.bits}-bit JPEG is not read")
    if frame and frame.channels not in (1, 3, 4):
        raise Refused(f"a JPEG of {frame.channels} channels is not read")
    if frame and not frame.height_px:
        raise Refused("a JPEG that states its height behind its pixels is not read")
    if data.find(END, scan_at) < 0:
        raise Refused("truncated")


def _walk(data: bytes) -> tuple[Frame | None, int]:
    """Read the headers: => what they state, None if nothing; and where compressed pixels begin.

    The headers may contain another small JPEG with its own markers.
    """
    frame = None
    position = len(START)
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != SCAN:
        marker, length = struct.unpack_from(">BH", data, position + 1)
        if (marker in READ or marker in NOT_READ) and position + 10 <= len(data):
            bits, height_px, _, channels = struct.unpack_from(">BHHB", data, position + 4)
            frame = frame or Frame(marker, bits, height_px, channels)
        position += 1 if marker == 0xFF else 2 + length  # 0xFF may be padded by itself
    return frame, position
