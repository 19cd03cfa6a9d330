"""Decodes image files into plain 8-bit arrays, or refuses them with a reason.

decode(path)   =>  (H, W, 1 or 3) uint8
measure(path)  =>  (width, height), of the same files

BMP, JPEG, PNG and TIFF are read (`faces/pixels`), so that no rare decoder ever runs. A file that is
damaged, truncated or far too large is refused, and so is a pixel format whose range or polarity the
file does not state. The rules:

* a sample v of any number of bits becomes round(v * 255 / max), and 255 - that where 0 is white;
* grey stays one channel; colours, CMYK and palettes that are not grey become RGB;
* transparent pixels are blended with black, round(value * alpha / 255); an alpha of zeros
  everywhere is ignored;
* samples of more than 16 bits, or with a sign, have no known range and are refused;
* the rotation that EXIF asks for is applied;
* of an animation or a file of several pages, the first image is read.
"""

import os
import stat
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from faces.pixels import bmp, jpeg, png, tiff
from faces.pixels.bmp_header import is_bmp
from faces.pixels.refused import Refused
from faces.pixels.size import MAX_PIXELS, MIN_SIDE_PX, TOO_LARGE
from faces.pixels.tiff_directory import STARTS as TIFF_STARTS

__all__ = ["MAX_PIXELS", "MIN_SIDE_PX", "SUFFIXES", "Refused", "decode", "measure", "read_bytes"]

SUFFIXES = (".bmp", ".dib", ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff")
MAX_BYTES = 256 * 2**20


def decode(source: Path | bytes) -> np.ndarray:
    """Decode an image file, or its bytes: => (H, W, 1) uint8 grey or (H, W, 3) uint8 RGB, upright.

    Raises Refused, and no other error, for a file that cannot be used.
    """
    name = "" if isinstance(source, bytes) else str(source)
    try:
        data = source if isinstance(source, bytes) else read_bytes(source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # odd metadata around sound pixels
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode_bytes(data)
    except Refused as error:
        raise Refused(error.reason, name, error.lasting) from error


def measure(source: Path | bytes) -> tuple[int, int]:
    """Return the width and height in pixels of the image that `decode` returns.

    Raises Refused as `decode` does, for the same files.
    """
    height_px, width_px, _ = decode(source).shape
    return width_px, height_px


def read_bytes(path: Path) -> bytes:
    """Read the bytes of an ordinary file of at most MAX_BYTES.

    Raises Refused. A pipe or a device is never opened, because reading it might never end.
    """
    try:
        status = os.stat(path)
        _check_kind(status)
        with open(path, "rb") as file:
            return file.read(MAX_BYTES)
    except FileNotFoundError as error:
        reason = "dangling link" if os.path.islink(path) else "no such file"
        raise Refused(reason, lasting=False) from error
    except OSError as error:
        text = error.strerror or type(error).__name__
        raise Refused(f"cannot be read: {text.lower()}", lasting=False) from error


def _check_kind(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise Refused("a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise Refused("not an ordinary file")
    if status.st_size > MAX_BYTES:
        raise Refused(f"larger than {MAX_BYTES // 2**20} MiB")


def _decode_bytes(data: bytes) -> np.ndarray:
    """Decode the bytes of a file; raises Refused for all other errors."""
    if not data:
        raise Refused("zero bytes")
    decoder = _decoder(data)
    try:
        return decoder(data)
    except Refused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused(TOO_LARGE) from error
    except MemoryError as error:
        raise Refused("needs more memory than there is", lasting=False) from error
    except Exception as error:  # a damaged file makes decoders raise nearly anything
        raise Refused("truncated" if "truncated" in str(error) else "damaged") from error


def _decoder(data: bytes) -> Callable[[bytes], np.ndarray]:
    """Return the decoder for the format that a file's first bytes name. Raises Refused."""
    if is_bmp(data):
        return bmp.decode
    for start, decoder in ((jpeg.START, jpeg.decode), (png.START, png.decode)):
        if data.startswith(start):
            return decoder
    if data[:4] in TIFF_STARTS:
        return tiff.decode
    raise Refused("not a BMP, JPEG, PNG or TIFF image")
