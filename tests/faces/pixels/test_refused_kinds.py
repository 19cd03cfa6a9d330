"""A kind that is not read, or does not state its range or polarity, is called that, not damaged."""

import struct
import zlib

import numpy as np
import pytest

from faces.photographs import Refused, decode, measure
from tests.faces.pixels import jpeg_files
from tests.faces.pixels.bmp_files import bmp, grey_palette
from tests.faces.pixels.jpeg_files import adobe, jpeg
from tests.faces.pixels.png_files import png
from tests.faces.pixels.ramp import HEIGHT, WIDTH, colour_samples, packed, samples
from tests.faces.pixels.tiff_files import (
    BLACK_IS_ZERO,
    CMYK,
    DEFLATE,
    LZW,
    PALETTE,
    RGB,
    WHITE_IS_ZERO,
    Arrangement,
    tiff,
)

GREY = samples(8)[..., None]
WIDE = samples(16)[..., None]
COLOURS = colour_samples(8, 3)
WORDS = [bytes(4 * WIDTH)] * HEIGHT
BMP = bmp([packed(row, 8) for row in samples(8)], bits=8, palette=grey_palette(8))


def with_header(size: int) -> bytes:
    return BMP[:14] + struct.pack("<I", size) + BMP[18:]


KINDS = {
    "a BMP with a header of 16 bytes is not read": with_header(16),
    "a BMP with compression 4 is not read": bmp(WORDS, bits=24, compression=4),
    "a BMP with compression 5 is not read": bmp(WORDS, bits=24, compression=5),
    "a BMP with compression 3 is not read": bmp(WORDS, bits=24, compression=3, header="os2"),
    "a BMP with pixels of 64 bits is not read": bmp(WORDS, bits=64),
    "a BMP with pixels of 0 bits is not read": bmp(WORDS, bits=0),
    "a BMP with pixels of 4 bits and compression 1 is not read": bmp(
        WORDS, bits=4, compression=1, palette=grey_palette(4)
    ),
    "a BMP whose colours lie in scattered bits is not read": bmp(
        WORDS, bits=32, compression=3, masks=(0xF0F000, 0xFF, 0xFF000000)
    ),
    "a BMP without bits for a colour is not read": bmp(
        WORDS, bits=32, compression=3, masks=(0xFF, 0, 0xFF00)
    ),
    "its palette lacks a colour that it uses": bmp(
        [packed(row, 8) for row in samples(8)], bits=8, palette=grey_palette(4)
    ),
    "a 12-bit JPEG is not read": jpeg(jpeg_files.ramp_of_blocks(1), frame=0xC1, bits=12),
    "a lossless JPEG is not read": jpeg(jpeg_files.ramp_of_blocks(1), frame=0xC3),
    "a hierarchical JPEG is not read": jpeg(jpeg_files.ramp_of_blocks(1), frame=0xC5),
    "a JPEG-LS JPEG is not read": jpeg(jpeg_files.ramp_of_blocks(1), frame=0xF7),
    "a JPEG of 2 channels is not read": jpeg(jpeg_files.ramp_of_blocks(2)),
    "a CMYK JPEG that does not say whether 0 or 255 is full ink is not read": jpeg(
        jpeg_files.ramp_of_blocks(4)
    ),
    "a TIFF that does not say whether 0 is black or white": tiff(GREY, 8, None),
    "32-bit samples, whose range is not known": tiff(WIDE, 32, BLACK_IS_ZERO),
    "signed samples, whose range is not known": tiff(WIDE, 16, BLACK_IS_ZERO, t339=[2]),
    "floating-point samples, whose range is not known": tiff(WIDE, 16, BLACK_IS_ZERO, t339=[3]),
    "undefined samples, whose range is not known": tiff(WIDE, 16, BLACK_IS_ZERO, t339=[4]),
    "a TIFF with samples of different sizes is not read": tiff(COLOURS, 8, RGB, t258=[8, 8, 16]),
    "a TIFF with 2 samples a pixel is not read": tiff(COLOURS[..., :2], 8, RGB),
    "a TIFF with 3 samples a pixel is not read": tiff(COLOURS, 8, BLACK_IS_ZERO, t338=[0, 0]),
    "a TIFF with colours of L*a*b* is not read": tiff(COLOURS, 8, 8),
    "a TIFF with colours of a raw sensor is not read": tiff(GREY, 8, 32803),
    "a TIFF with colours of the kind 77 is not read": tiff(GREY, 8, 77),
    "a TIFF of YCbCr without JPEG is not read": tiff(COLOURS, 8, 6),
    "a TIFF with a palette for 12 bits is not read": tiff(GREY, 12, PALETTE),
    "a TIFF with unusual inks is not read": tiff(colour_samples(8, 4), 8, CMYK, t336=[255, 0]),
    "a TIFF with a multiplied alpha, in which 0 is white, is not read": tiff(
        COLOURS[..., :2], 8, WHITE_IS_ZERO, t338=[1]
    ),
    "a TIFF with compression 50000 is not read": tiff(GREY, 8, BLACK_IS_ZERO, t259=[50000]),
    "a TIFF with compression 6 is not read": tiff(GREY, 8, BLACK_IS_ZERO, t259=[6]),
    "a TIFF of 12 bits with predictor 2 is not read": tiff(
        samples(12)[..., None], 12, BLACK_IS_ZERO, Arrangement(compression=LZW), t317=[2]
    ),
    "a TIFF of 16 bits with predictor 3 is not read": tiff(
        WIDE, 16, BLACK_IS_ZERO, Arrangement(compression=DEFLATE), t317=[3]
    ),
    "a TIFF of 1 samples of 12 bits in JPEG is not read": tiff(GREY, 12, BLACK_IS_ZERO, t259=[7]),
    "a TIFF with the compression of a fax for other than black and white": tiff(
        GREY, 8, BLACK_IS_ZERO, t259=[4]
    ),
}


@pytest.mark.parametrize("reason", KINDS)
def test_the_reason_says_what_is_not_read(reason):
    for function in (decode, measure):
        with pytest.raises(Refused) as caught:
            function(KINDS[reason])
        assert caught.value.reason == reason
        assert caught.value.lasting


def test_eight_bits_with_a_sign_are_no_grey_levels():
    with pytest.raises(Refused, match="signed samples"):
        decode(tiff(GREY, 8, BLACK_IS_ZERO, t339=[2]))


def test_a_colour_that_a_png_palette_lacks():
    pixels = zlib.compress(b"".join(b"\0" + packed(row, 8) for row in samples(8)))
    data = png(WIDTH, HEIGHT, bits=8, kind=3, pixels=pixels, PLTE=bytes(range(90)))
    with pytest.raises(Refused, match="its palette lacks a colour"):
        decode(data)


def test_a_jpeg_of_adobe_with_inks_is_read_all_the_same():
    """The mark may stand anywhere before the pixels."""
    data = jpeg(jpeg_files.ramp_of_blocks(4), segments=adobe(0))
    mark = len(adobe(0))
    scan = data.index(b"\xff\xda")
    moved = data[:2] + data[2 + mark : scan] + adobe(0) + data[scan:]
    np.testing.assert_array_equal(decode(moved), decode(data))
