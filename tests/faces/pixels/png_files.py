"""Writes PNG files byte by byte, and ramps in every pixel format that a PNG can have."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from tests.faces.pixels.ramp import Ramp, colour_samples, packed, samples, shown

GREY, COLOUR, PALETTE, GREY_WITH_ALPHA, WITH_ALPHA = 0, 2, 3, 4, 6


def png(width: int, height: int, *, bits: int, kind: int, pixels: bytes, **chunks: bytes) -> bytes:
    """Write a PNG; pixels: compressed; chunks: further ones before the pixels, by their names."""
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = [("IHDR", header), *chunks.items(), ("IDAT", pixels), ("IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name.encode(), body) for name, body in parts)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def filled(values: np.ndarray, bits: int, kind: int, **chunks: bytes) -> bytes:
    """Write samples: (H, W) or (H, W, S) int."""
    body = zlib.compress(b"".join(b"\0" + packed(row, bits) for row in values))
    return png(values.shape[1], len(values), bits=bits, kind=kind, pixels=body, **chunks)


def grey() -> Iterator[Ramp]:
    for bits in (1, 2, 4, 8, 16):
        values = samples(bits)
        light = shown(values, bits)
        yield ramp("grey", f"{bits} bits", filled(values, bits, GREY), light)
        key = int(values[-1, -3])
        data = filled(values, bits, GREY, tRNS=struct.pack(">H", key))
        without = np.where(values == key, 0, light[..., 0])[..., None]
        yield ramp("grey", f"{bits} bits, one of them transparent", data, without)
        if 1 < bits < 16:  # the higher bits mean nothing
            data = filled(values, bits, GREY, tRNS=struct.pack(">H", key + 2**bits))
            yield ramp("grey", f"{bits} bits, transparent with higher bits", data, without)


def colour() -> Iterator[Ramp]:
    for bits in (8, 16):
        values = colour_samples(bits, 3)
        light = shown(values, bits)
        yield ramp("RGB", f"{bits} bits", filled(values, bits, COLOUR), light)
        key = values[7, 5]
        data = filled(values, bits, COLOUR, tRNS=struct.pack(">3H", *key.tolist()))
        without = light * (values != key).any(axis=2, keepdims=True)
        yield ramp("RGB", f"{bits} bits, one of them transparent", data, without)


def with_alpha() -> Iterator[Ramp]:
    for kind, channels, name in ((GREY_WITH_ALPHA, 1, "grey"), (WITH_ALPHA, 3, "RGB")):
        for bits in (8, 16):
            values = colour_samples(bits, channels + 1)
            light = shown(values, bits)
            for about, alpha in (
                ("ramp", values[..., -1:]),
                ("opaque", values[..., -1:] * 0 + 2**bits - 1),
                ("empty", values[..., -1:] * 0),
            ):
                stored = np.concatenate([values[..., :-1], alpha], axis=2)
                share = shown(alpha, bits) if alpha.any() else np.full_like(alpha, 255)
                blended = np.floor(light[..., :-1] * share / 255 + 0.5)
                data = filled(stored, bits, kind)
                yield ramp(f"{name} with alpha", f"{bits} bits, {about}", data, blended)


def through_palette() -> Iterator[Ramp]:
    for bits in (1, 2, 4, 8):
        indices = samples(bits)
        grey_levels = shown(np.arange(2**bits)[None], bits).ravel()
        colours = np.stack([grey_levels, 255 - grey_levels, grey_levels // 2], axis=1)
        stated = bytes(colours.ravel().tolist())
        light = colours[indices]
        data = filled(indices, bits, PALETTE, PLTE=stated)
        yield ramp("palette", f"{bits} bits", data, light)
        alpha = bytes(grey_levels[::-1].tolist())
        data = filled(indices, bits, PALETTE, PLTE=stated, tRNS=alpha)
        blended = np.floor(light * grey_levels[::-1][indices][..., None] / 255 + 0.5)
        yield ramp("palette", f"{bits} bits, with alpha", data, blended)
        data = filled(indices, bits, PALETTE, PLTE=stated, tRNS=b"\xff\0")
        without = np.where(indices[..., None] == 1, 0, light)
        yield ramp("palette", f"{bits} bits, one transparent", data, without)
        data = filled(indices, bits, PALETTE, PLTE=stated, tRNS=bytes(2**bits))
        yield ramp("palette", f"{bits} bits, alpha of zeros", data, light)
        grey_palette = bytes(grey_levels.repeat(3).tolist())
        data = filled(indices, bits, PALETTE, PLTE=grey_palette)
        yield ramp("palette", f"{bits} bits, grey", data, shown(indices, bits))


def ramp(kind: str, name: str, data: bytes, pixels: np.ndarray) -> Ramp:
    return Ramp("PNG", kind, name, data, pixels)


def ramps() -> list[Ramp]:
    return [*grey(), *colour(), *with_alpha(), *through_palette()]
