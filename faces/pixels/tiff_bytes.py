"""Lets libtiff decompress the samples of a TIFF as plain bytes, whatever they mean.

Pillow knows a part of the pixel formats that TIFF allows, and for some gives wrong values. So it,
and the libtiff in it, is asked for bytes alone: a directory that calls the bytes grey pixels of 8
bits is put before the file, in place of its own.
"""

import io
import struct

from PIL import Image
from PIL.TiffImagePlugin import (
    FILLORDER,
    ROWSPERSTRIP,
    STRIPBYTECOUNTS,
    STRIPOFFSETS,
    TILEBYTECOUNTS,
    TILELENGTH,
    TILEOFFSETS,
    TiffImageFile,
)

from faces.pixels import tiff_layout
from faces.pixels.refused import Refused
from faces.pixels.tiff_layout import Layout

KEPT = (tiff_layout.COMPRESSION, FILLORDER, ROWSPERSTRIP, TILELENGTH)
OFFSETS = (STRIPOFFSETS, TILEOFFSETS)
PLACES = (*OFFSETS, STRIPBYTECOUNTS, TILEBYTECOUNTS)
HEADER_BYTES = 8
CLASSIC = 42  # the version of TIFF whose offsets have 32 bits
LONG = 4  # a type of 32 bits


def open_bytes(data: bytes, layout: Layout, plane: int) -> TiffImageFile:
    """Open the samples of one plane: => (H, row bytes), mode L, once it is loaded.

    plane: 0 where all samples lie together.
    """
    directory = _directory(layout, plane)
    shift = len(_start(directory, layout))
    for tag in OFFSETS:
        if tag in directory:
            directory[tag] = tuple(offset + shift for offset in directory[tag])
    image = TiffImageFile(io.BytesIO(_start(directory, layout) + data))
    image.im = Image.new("L", image.size).im  # Pillow's own would have a limit of bytes, not pixels
    return image


def _directory(layout: Layout, plane: int) -> dict[int, tuple[int, ...]]:
    """Return the tags that call the bytes of a plane grey pixels."""
    found: dict[int, tuple[int, ...]] = {
        tiff_layout.WIDTH: (layout.row_bytes,),
        tiff_layout.HEIGHT: (layout.height_px,),
        tiff_layout.BITS: (8,),
        tiff_layout.PHOTOMETRIC: (tiff_layout.BLACK_IS_ZERO,),
        tiff_layout.SAMPLES: (1,),
    }
    if layout.tile_width_px:
        tile_bytes, rest = divmod(layout.tile_width_px * layout.pixel_bits, 8)
        if rest:
            raise Refused("damaged")
        found[tiff_layout.TILE_WIDTH] = (tile_bytes,)
    there = layout.directory
    found |= {tag: there.numbers(tag) for tag in KEPT if tag in there}
    for tag in PLACES:
        if tag in there:
            places = there.numbers(tag)
            length = len(places) // layout.planes
            found[tag] = places[plane * length : (plane + 1) * length]
    return found


def _start(directory: dict[int, tuple[int, ...]], layout: Layout) -> bytes:
    """Return the bytes before the data: a header and the directory."""
    order = layout.directory.order
    name = b"II" if order == "<" else b"MM"
    entries, behind = [], b""
    free = HEADER_BYTES + 2 + 12 * len(directory) + 4
    for tag, found in sorted(directory.items()):
        packed = struct.pack(f"{order}{len(found)}L", *found)
        if len(found) > 1:
            place = struct.pack(f"{order}L", free + len(behind))
            behind, packed = behind + packed, place
        entries.append(struct.pack(f"{order}HHL", tag, LONG, len(found)) + packed)
    header = struct.pack(f"{order}2sHLH", name, CLASSIC, HEADER_BYTES, len(entries))
    return b"".join([header, *entries, bytes(4), behind])
