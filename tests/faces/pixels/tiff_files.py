"""Writes TIFF files byte by byte: samples of any size, in any arrangement."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tests.faces.pixels.ramp import packed

BYTE, SHORT, LONG, LONG8 = 1, 3, 4, 16
FORMATS = {BYTE: "B", SHORT: "H", LONG: "L", LONG8: "Q"}
NONE, LZW, DEFLATE, OLD_DEFLATE, PACKBITS = 1, 5, 8, 32946, 32773
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6


@dataclass(frozen=True)
class Arrangement:
    """How samples lie in a file; `tile`: width and height in pixels; `rows`: of a strip."""

    order: str = "<"
    compression: int = NONE
    rows: int = 7
    tile: tuple[int, int] | None = None
    apart: bool = False
    differences: bool = False
    reversed_bits: bool = False
    big: bool = False


def tiff(
    samples: np.ndarray,
    bits: int,
    photometric: int | None,
    arrangement: Arrangement = Arrangement(),
    **tags: Sequence[int],
) -> bytes:
    """Write samples, (H, W, S) int.

    tags: others than follow from these, such as `t338=[1]`; `t277=[]` leaves one out.
    """
    height, width, count = samples.shape
    planes = np.split(samples, count, axis=2) if arrangement.apart else [samples]
    parts = [part for plane in planes for part in divided(plane, bits, arrangement)]
    stated = {256: [width], 257: [height], 258: [bits] * count, 259: [arrangement.compression],
              277: [count], 284: [2 if arrangement.apart else 1]}  # fmt: skip
    if photometric is not None:
        stated[262] = [photometric]
    if arrangement.differences:
        stated[317] = [2]
    if arrangement.reversed_bits:
        stated[266] = [2]
    if arrangement.tile:
        stated |= {322: [arrangement.tile[0]], 323: [arrangement.tile[1]]}
    else:
        stated[278] = [arrangement.rows]
    stated |= {int(name[1:]): list(values) for name, values in tags.items()}
    return assembled(stated, parts, arrangement)


def assembled(
    stated: dict[int, list[int]], parts: Sequence[bytes], arrangement: Arrangement
) -> bytes:
    """Write a header, the strips or tiles, and the directory behind them."""
    order, big = arrangement.order, arrangement.big
    name = b"II" if order == "<" else b"MM"
    data = bytearray(16)
    places = []
    for part in parts:
        places.append(len(data))
        data += part + b"\0" * (len(part) % 2)
    offsets, lengths = (324, 325) if arrangement.tile else (273, 279)
    stated = stated | {offsets: places, lengths: [len(part) for part in parts]}
    entries = []
    for tag, values in sorted((tag, values) for tag, values in stated.items() if values):
        kind = LONG if tag in (offsets, lengths) else SHORT
        body = struct.pack(f"{order}{len(values)}{FORMATS[kind]}", *values)
        room = 8 if big else 4
        if len(body) > room:
            place, body = struct.pack(f"{order}{'Q' if big else 'L'}", len(data)), body
            data += body + b"\0" * (len(body) % 2)
            body = place
        entries.append(struct.pack(f"{order}HH{'Q' if big else 'L'}", tag, kind, len(values))
                       + body.ljust(room, b"\0"))  # fmt: skip
    head = struct.pack(f"{order}2sHHHQ", name, 43, 8, 0, len(data)) if big else struct.pack(
        f"{order}2sHL8x", name, 42, len(data))  # fmt: skip
    data[:16] = head
    data += struct.pack(f"{order}{'Q' if big else 'H'}", len(entries)) + b"".join(entries)
    return bytes(data + bytes(8 if big else 4))


def divided(plane: np.ndarray, bits: int, arrangement: Arrangement) -> Iterator[bytes]:
    """Yield the strips or tiles of a plane, compressed."""
    height, width, _ = plane.shape
    tile_width, tile_height = arrangement.tile or (width, arrangement.rows)
    for top in range(0, height, tile_height):
        for left in range(0, width, tile_width):
            part = plane[top : top + tile_height, left : left + tile_width]
            if arrangement.tile:  # those at the edges are filled up
                gap = (tile_height - part.shape[0], tile_width - part.shape[1])
                part = np.pad(part, ((0, gap[0]), (0, gap[1]), (0, 0)), mode="edge")
            if arrangement.differences:
                part = np.concatenate([part[:, :1], np.diff(part, axis=1) % 2**bits], axis=1)
            rows = [row_bytes(row, bits, arrangement.order) for row in part]
            body = compressed(rows, arrangement.compression)
            yield bytes(map(reversed_byte, body)) if arrangement.reversed_bits else body


def row_bytes(row: np.ndarray, bits: int, order: str) -> bytes:
    if bits in (16, 32):
        return struct.pack(f"{order}{row.size}{'H' if bits == 16 else 'L'}", *row.ravel().tolist())
    return packed(row, bits)


def reversed_byte(value: int) -> int:
    return int(format(value, "08b")[::-1], 2)


def compressed(rows: Sequence[bytes], compression: int) -> bytes:
    if compression == LZW:
        return lzw(b"".join(rows))
    if compression in (DEFLATE, OLD_DEFLATE):
        return zlib.compress(b"".join(rows))
    if compression == PACKBITS:
        return b"".join(
            bytes([len(part) - 1]) + part
            for row in rows
            for part in (row[at : at + 128] for at in range(0, len(row), 128))
        )
    return b"".join(rows)


def lzw(data: bytes) -> bytes:
    """Encode as codes of 9 bits that stand for single bytes; the table is cleared while small."""
    clear, end = 256, 257
    codes = []
    for at in range(0, len(data), 200):
        codes += [clear, *data[at : at + 200]]
    return packed(np.array([*codes, end]), 9)
