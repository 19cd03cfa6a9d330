"""Writes JPEG files byte by byte: blocks of one level each, which come back exactly.

A block of 8 x 8 pixels that are all v has one coefficient, 8 * (v - 128), and no rounding.
"""

import struct
from base64 import b64decode
from collections.abc import Iterator, Sequence

import numpy as np

from tests.faces.pixels.ramp import Ramp, packed

BLOCK_PX = 8
SIDE = 16  # blocks
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2
ARITHMETIC = {  # 32 grey blocks, transcoded by `jpegtran -arithmetic` of libjpeg-turbo
    "arithmetic": (
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/yQALCAAgAEABAREA/8wABgAQEAX/2gAIAQEAAD8A/wD4X+r4wqwTsIVE"
        "LyUWjoH/AED/2Q=="
    ),
    "progressive arithmetic": (
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/ygALCAAgAEABAREA/8wABAAQ/9oACAEBAAAAAf8A8JQ5yZM1psDKuLlK"
        "gCWg/8wABBAF/9oACAEBAAEFArD/zAAEEAX/2gAIAQEABj8CsP/MAAQQBf/aAAgBAQABPyGw/9oACAEBAAAAEEvG"
        "/8wABBAF/9oACAEBAAE/ELD/2Q=="
    ),
}
GREY_128 = np.full((SIDE, SIDE), 128)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(
    levels: np.ndarray,
    *,
    frame: int = BASELINE,
    bits: int = 8,
    segments: bytes = b"",
    names: Sequence[int] = (1, 2, 3, 4),
) -> bytes:
    """Write blocks, (H, W, C) int 0..255; segments: further ones before the pixels."""
    height, width, channels = levels.shape
    size = struct.pack(">BHHB", bits, height * BLOCK_PX, width * BLOCK_PX, channels)
    kinds = b"".join(bytes([name, 0x11, 0]) for name in names[:channels])
    head = [
        b"\xff\xd8" + segments,
        segment(0xDB, b"\0" + b"\1" * 64),
        segment(frame, size + kinds),
        segment(0xC4, b"\0" + bytes([0, 0, 0, 12, *[0] * 12]) + bytes(range(12))),
        segment(0xC4, b"\x10" + bytes([1, *[0] * 15]) + b"\0"),
    ]
    return b"".join([*head, *scans(levels, frame, names), b"\xff\xd9"])


def scans(levels: np.ndarray, frame: int, names: Sequence[int]) -> Iterator[bytes]:
    """Yield one scan, or of a progressive file one for the first coefficients and one a channel."""
    channels = range(levels.shape[2])
    if frame != PROGRESSIVE:
        yield scan([names[k] for k in channels], 0, 63, coded(levels, end_of_block="0"))
        return
    yield scan([names[k] for k in channels], 0, 0, coded(levels, end_of_block=""))
    for k in channels:
        yield scan([names[k]], 1, 63, "0" * levels[..., k].size)


def scan(names: Sequence[int], first: int, last: int, bits: str) -> bytes:
    head = bytes([len(names)]) + b"".join(bytes([name, 0]) for name in names)
    bits += "1" * (-len(bits) % 8)
    body = packed(np.array([int(bit) for bit in bits]), 1)
    return segment(0xDA, head + bytes([first, last, 0])) + body.replace(b"\xff", b"\xff\0")


def coded(levels: np.ndarray, end_of_block: str) -> str:
    """Code the first coefficient of each block as the difference to that of the block before."""
    before = [0] * levels.shape[2]
    bits = []
    for block in levels.reshape(-1, levels.shape[2]).tolist():
        for k, level in enumerate(block):
            coefficient = 8 * (level - 128)
            difference, before[k] = coefficient - before[k], coefficient
            length = abs(difference).bit_length()
            stored = difference if difference > 0 else difference + 2**length - 1
            bits.append(format(length, "04b") + (format(stored, f"0{length}b") if length else ""))
            bits.append(end_of_block)
    return "".join(bits)


def jfif() -> bytes:
    return segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def adobe(transform: int) -> bytes:
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def blocks(levels: np.ndarray) -> np.ndarray:
    """Return the pixels of blocks: (H, W, C) => (8 H, 8 W, C)."""
    return levels.repeat(BLOCK_PX, axis=0).repeat(BLOCK_PX, axis=1)


def ramp_of_blocks(channels: int) -> np.ndarray:
    """Return every level once in each channel: (16, 16, channels) int."""
    turned = [np.roll(np.arange(256), 85 * k).reshape(SIDE, SIDE) for k in range(channels)]
    return np.stack(turned, axis=2)


def of_frames() -> Iterator[Ramp]:
    grey = ramp_of_blocks(1)
    y_cb_cr = np.stack([grey[..., 0], GREY_128, GREY_128], axis=2)
    for frame, name in (
        (BASELINE, "baseline"),
        (EXTENDED, "extended"),
        (PROGRESSIVE, "progressive"),
    ):
        yield ramp("grey", name, jpeg(grey, frame=frame, segments=jfif()), grey)
        yield ramp("grey", f"{name}, no JFIF", jpeg(grey, frame=frame), grey)
        data = jpeg(y_cb_cr, frame=frame, segments=jfif())
        yield ramp("YCbCr and RGB", f"YCbCr, {name}", data, y_cb_cr[..., :1].repeat(3, axis=2))
        rgb = ramp_of_blocks(3)
        data = jpeg(rgb, frame=frame, segments=adobe(0))
        yield ramp("YCbCr and RGB", f"RGB, {name}", data, rgb)
    data = jpeg(rgb, names=b"RGB")
    yield ramp("YCbCr and RGB", "channels named RGB", data, rgb)


def of_arithmetic() -> Iterator[Ramp]:
    levels = np.linspace(0, 255, 32).round().astype(int).reshape(4, 8, 1)
    for name, text in ARITHMETIC.items():
        yield ramp("grey", name, b64decode(text), levels)


def of_inks() -> Iterator[Ramp]:
    """Yield the inks of Adobe, who stores them inverted: 255 is no ink."""
    stored = ramp_of_blocks(4)
    light = np.floor(stored[..., :3] * stored[..., 3:] / 255 + 0.5)
    for frame, name in ((BASELINE, "baseline"), (PROGRESSIVE, "progressive")):
        yield ramp(
            "CMYK and YCCK of Adobe", name, jpeg(stored, frame=frame, segments=adobe(0)), light
        )
        y = stored[..., 0]
        ycck = np.stack([y, GREY_128, GREY_128, GREY_128 * 0 + 255], axis=2)
        data = jpeg(ycck, frame=frame, segments=adobe(2))
        grey = (255 - y)[..., None].repeat(3, axis=2)
        yield ramp("CMYK and YCCK of Adobe", f"YCCK, {name}", data, grey)


def ramp(kind: str, name: str, data: bytes, levels: np.ndarray) -> Ramp:
    return Ramp("JPEG", kind, name, data, blocks(levels))


def ramps() -> list[Ramp]:
    return [*of_frames(), *of_arithmetic(), *of_inks()]
