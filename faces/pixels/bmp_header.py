"""Reads the headers of a BMP file, and refuses the kinds that are not read."""

import struct
from dataclasses import dataclass

import numpy as np

from faces.pixels.refused import Refused
from faces.pixels.size import check_size

FILE_HEADER_BYTES = 14
CORE, INFO, V2, V3, OS2, V4, V5 = HEADER_BYTES = (12, 40, 52, 56, 64, 108, 124)
MASKS_AT = FILE_HEADER_BYTES + INFO  # behind the header INFO, and a part of the later ones
RAW, RLE8, RLE4, BITFIELDS, ALPHA_BITFIELDS = 0, 1, 2, 3, 6
DEPTHS = {
    RAW: (1, 2, 4, 8, 16, 24, 32),
    RLE8: (8,),
    RLE4: (4,),
    BITFIELDS: (16, 24, 32),
    ALPHA_BITFIELDS: (16, 24, 32),
}
USUAL_MASKS = {  # of red, green and blue, by the bits of a pixel
    16: (0x7C00, 0x3E0, 0x1F),
    24: (0xFF0000, 0xFF00, 0xFF),
    32: (0xFF0000, 0xFF00, 0xFF),
}
MOST_MASK_BITS = 16


@dataclass(frozen=True)
class Header:
    """The headers of a BMP.

    start: the offset of the pixels in the file. palette: (N, 3) uint8 RGB, empty for pixels of more
    than 8 bits. masks: the bits of red, green, blue and alpha in a pixel; 0 if there is no alpha.
    """

    width_px: int
    height_px: int
    top_down: bool
    bits: int
    compression: int
    start: int
    palette: np.ndarray
    masks: tuple[int, ...]


def is_bmp(data: bytes) -> bool:
    """Tell a BMP from other files that begin with the letters BM."""
    if not data.startswith(b"BM") or len(data) < FILE_HEADER_BYTES + 4:
        return False
    return CORE <= struct.unpack_from("<I", data, FILE_HEADER_BYTES)[0] <= V5


def read_header(data: bytes) -> Header:
    """Read the headers and the palette. Raises Refused, and struct.error where they are cut."""
    start, header_bytes = struct.unpack_from("<II", data, 10)
    if header_bytes not in HEADER_BYTES:
        raise Refused(f"a BMP with a header of {header_bytes} bytes is not read")
    compression = colours = 0
    if header_bytes == CORE:
        width_px, height_px, _, bits = struct.unpack_from("<4H", data, 18)
    else:
        width_px, height_px, _, bits, compression = struct.unpack_from("<IiHHI", data, 18)
        (colours,) = struct.unpack_from("<I", data, 46)
    check_size(width_px, abs(height_px))
    _check_kind(header_bytes, bits, compression)
    size = (width_px, abs(height_px), height_px < 0, bits, compression)
    if bits <= 8:
        return Header(*size, *_palette(data, header_bytes, start, colours or 1 << bits), ())
    masks = _masks(data, header_bytes, bits, compression)
    if not start:
        behind = {BITFIELDS: 12, ALPHA_BITFIELDS: 16} if header_bytes == INFO else {}
        start = FILE_HEADER_BYTES + header_bytes + behind.get(compression, 0)
    return Header(*size, start, np.empty((0, 3), np.uint8), masks)


def _check_kind(header_bytes: int, bits: int, compression: int) -> None:
    if compression not in DEPTHS or (header_bytes == OS2 and compression > RLE4):
        raise Refused(f"a BMP with compression {compression} is not read")
    if bits not in DEPTHS[compression]:
        kind = f" and compression {compression}" if compression else ""
        raise Refused(f"a BMP with pixels of {bits} bits{kind} is not read")


def _palette(data: bytes, header_bytes: int, start: int, colours: int) -> tuple[int, np.ndarray]:
    """Read the palette of `colours` entries: => the offset of the pixels, (N, 3) uint8 RGB.

    Some files state as the offset of the pixels that of the palette.
    """
    palette_at = FILE_HEADER_BYTES + header_bytes
    entry_bytes = 3 if header_bytes == CORE else 4
    if start in (0, palette_at):
        start = palette_at + entry_bytes * colours
    entries = np.frombuffer(data[palette_at:start][: entry_bytes * min(colours, 256)], np.uint8)
    whole = len(entries) // entry_bytes * entry_bytes
    return start, entries[:whole].reshape(-1, entry_bytes)[:, 2::-1]


def _masks(data: bytes, header_bytes: int, bits: int, compression: int) -> tuple[int, ...]:
    """Return the masks of red, green, blue and alpha. Raises Refused for unusual ones."""
    masks = (0, 0, 0, 0)
    if compression == ALPHA_BITFIELDS or (compression == BITFIELDS and header_bytes >= V3):
        masks = struct.unpack_from("<4I", data, MASKS_AT)
    elif compression == BITFIELDS:
        masks = (*struct.unpack_from("<3I", data, MASKS_AT), 0)
    if not any(masks):
        masks = (*USUAL_MASKS[bits], 0)
    for mask in masks:
        width_bits = mask.bit_count()
        lowest = mask & -mask
        if mask != (lowest << width_bits) - lowest or width_bits > MOST_MASK_BITS:
            raise Refused("a BMP whose colours lie in scattered bits is not read")
    if not all(masks[:3]) or max(masks) >> bits:
        raise Refused("a BMP without bits for a colour is not read")
    return masks
