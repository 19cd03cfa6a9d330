"""Decodes image files into plain 8-bit arrays, or refuses them with a reason.

decode(path)   =>  (H, W, 1 or 3) uint8
measure(path)  =>  (width, height), of the same files

Only BMP, JPEG, PNG and TIFF are opened, so that no rare decoder ever runs. A file that is damaged,
truncated or far too large is refused. The rules:

* grey stays one channel; palettes, CMYK and YCbCr become RGB; 1 bit becomes 0 and 255;
* transparent pixels are blended with black, round(value * alpha / 255);
* 16-bit grey is scaled over its full range, round(value / 257), never clipped; of 16-bit colour
  the high byte is kept; 32-bit samples have no known range and are refused;
* the rotation that EXIF asks for is applied;
* of an animation or a file of several pages, the first image is read.
"""

import io
import os
import stat
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from faces.common.errors import DataError

Result = TypeVar("Result")

FORMATS = ("BMP", "JPEG", "PNG", TiffImagePlugin.TiffImageFile.format)
SUFFIXES = (".bmp", ".jpg", ".jpeg", ".png", ".tif", ".tiff")
MIN_SIDE_PX = 16  # the smallest face that a detector finds is larger
MAX_PIXELS = 50_000_000  # 0.2 GB decoded; bounds the memory that a file of a few bytes can ask for
MAX_BYTES = 256 * 2**20

GREY = {"1", "L", "LA", "La"}
COLOUR = {"P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"}
GREY_16 = "I;16"  # the beginning of its names, which differ by the order of the bytes
WITH_ALPHA = {"La": "LA", "RGBa": "RGBA"}  # premultiplied modes, which convert to few others
SIDEWAYS = (5, 6, 7, 8)  # the positions of EXIF that exchange width and height

JPEG_START = b"\xff\xd8"
JPEG_END = b"\xff\xd9"
JPEG_SCAN = 0xDA
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_END = b"IEND\xaeB`\x82"


class Refused(DataError):
    """The error for a file that is no usable image.

    `reason` is one phrase, the same on every machine. `lasting`: the cause lies in the file's
    bytes, so that another attempt must fail in the same way.
    """

    def __init__(self, reason: str, name: str = "", lasting: bool = True):
        super().__init__(f"{name}: {reason}" if name else reason)
        self.reason = reason
        self.lasting = lasting


def decode(source: Path | bytes) -> np.ndarray:
    """Decode an image file, or its bytes: => (H, W, 1) uint8 grey or (H, W, 3) uint8 RGB, upright.

    Raises Refused, and no other error, for a file that cannot be used.
    """
    return _use(source, lambda image: _upright(_pixels(image), _orientation(image)))


def measure(source: Path | bytes) -> tuple[int, int]:
    """Return the width and height in pixels of the image that `decode` would return.

    All pixels are decoded, so the same files are refused. It takes less than half the time. Raises
    Refused as `decode` does.
    """
    return _use(source, _upright_size)


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if _orientation(image) in SIDEWAYS else (width, height)


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


def _use(source: Path | bytes, function: Callable[[Image.Image], Result]) -> Result:
    """Call `function` with the decoded image; errors name the file."""
    name = "" if isinstance(source, bytes) else str(source)
    try:
        data = source if isinstance(source, bytes) else read_bytes(source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # odd metadata around sound pixels
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _use_image(data, function)
    except Refused as error:
        raise Refused(error.reason, name, error.lasting) from error


def _use_image(data: bytes, function: Callable[[Image.Image], Result]) -> Result:
    """Call `function` with the image decoded from `data`; raises Refused for all other errors."""
    if not data:
        raise Refused("zero bytes")
    try:
        _check_ending(data)
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(*image.size)
            _check_mode(image.mode)
            image.load()
            return function(image)
    except Refused:
        raise
    except UnidentifiedImageError as error:
        raise Refused("not a BMP, JPEG, PNG or TIFF image") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused(f"more than {MAX_PIXELS:,} pixels") from error
    except MemoryError as error:
        raise Refused("needs more memory than there is", lasting=False) from error
    except Exception as error:  # a damaged file makes decoders raise nearly anything
        raise Refused("truncated" if "truncated" in str(error) else "damaged") from error


def _check_size(width_px: int, height_px: int) -> None:
    """Refuse images that are too large or too small."""
    if width_px * height_px > MAX_PIXELS:
        raise Refused(f"more than {MAX_PIXELS:,} pixels")
    if min(width_px, height_px) < MIN_SIDE_PX:
        raise Refused(f"smaller than {MIN_SIDE_PX} x {MIN_SIDE_PX} pixels")


def _check_mode(mode: str) -> None:
    """Refuse pixel formats, as Pillow names them, that have no defined 8-bit meaning here."""
    if mode in ("I", "F"):
        raise Refused("32-bit samples, whose range is not known")
    if mode not in GREY | COLOUR and not mode.startswith(GREY_16):
        raise Refused(f"colours of the kind {mode} are not read")


def _check_ending(data: bytes) -> None:
    """Refuse a JPEG or PNG without its end marker, which the decoders sometimes accept."""
    cut_jpeg = data.startswith(JPEG_START) and data.find(JPEG_END, _first_scan(data)) < 0
    if cut_jpeg or (data.startswith(PNG_START) and PNG_END not in data):
        raise Refused("truncated")


def _first_scan(data: bytes) -> int:
    """Find the byte at which a JPEG's compressed pixels begin.

    They come after headers, which may contain another small JPEG with its own end marker.
    """
    position = len(JPEG_START)
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != JPEG_SCAN:
        (length,) = struct.unpack_from(">H", data, position + 2)
        position += 1 if data[position + 1] == 0xFF else 2 + length  # 0xFF may be padded by itself
    return position


def _pixels(image: Image.Image) -> np.ndarray:
    """Convert a loaded image: => (H, W, 1 or 3) uint8."""
    if image.mode.startswith(GREY_16):
        values = np.asarray(image).astype(np.uint32)
        return ((values * 255 + 32767) // 65535).astype(np.uint8)[..., None]
    grey = image.mode in GREY
    if image.has_transparency_data:
        image = image.convert(WITH_ALPHA.get(image.mode, image.mode)).convert("RGBA")
        pixels = _over_black(np.asarray(image))
        return pixels[..., :1] if grey else pixels
    wanted = "L" if grey else "RGB"
    pixels = np.asarray(image if image.mode == wanted else image.convert(wanted))
    return pixels[..., None] if grey else pixels


def _over_black(rgba: np.ndarray) -> np.ndarray:
    """Blend an image with black: (H, W, 4) uint8 => (H, W, 3) uint8, round(value * alpha / 255)."""
    product = rgba[..., :3].astype(np.uint16) * rgba[..., 3:]
    return ((product + np.uint16(127)) // np.uint16(255)).astype(np.uint8)


def _orientation(image: Image.Image) -> int | None:
    """Return the EXIF orientation, 1 to 8, in which the pixels are stored; None if not stated.

    A TIFF states none, because Pillow has already turned its pixels upright.
    """
    return image.getexif().get(ExifTags.Base.Orientation)


def _upright(pixels: np.ndarray, orientation: int | None) -> np.ndarray:
    """Turn an image upright: (H, W, C) uint8 => (H, W, C) or (W, H, C) uint8.

    An orientation outside 1 to 8 means upright.
    """
    if orientation in SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
