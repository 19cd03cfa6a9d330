"""Damaged, cut, oversized and foreign files are refused with a reason."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from faces.photographs import MAX_PIXELS, MIN_SIDE_PX, Refused, decode
from tests.faces.photographs.helpers import (
    FORMATS,
    HEIGHT,
    LOSSLESS,
    WIDTH,
    encoded,
    limited,
    random_image,
    reason_of,
    with_inner_jpeg,
)
from tests.faces.pixels.png_files import png
from tests.faces.pixels.ramps import BY_ROW

SMALL_JPEG = b"\xff\xd8\xff\xda\0\2\xff\xd9"  # its markers alone


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def bmp_header(width: int, height: int) -> bytes:
    body = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + body


def test_zero_bytes(tmp_path):
    (tmp_path / "empty.bmp").write_bytes(b"")
    assert reason_of(tmp_path / "empty.bmp") == "zero bytes"
    assert reason_of(b"") == "zero bytes"


@pytest.mark.parametrize("format", FORMATS)
def test_no_prefix_of_a_file_passes_for_the_whole(rng, format):
    data = encoded(random_image(rng, "RGB"), format)
    assert decode(data).shape == (HEIGHT, WIDTH, 3)
    lengths = {*range(1, len(data), 7), *range(len(data) - 12, len(data))}
    for length in sorted(lengths):
        assert reason_of(data[:length])
    assert reason_of(data[:-1]) in ("truncated", "damaged")


def test_a_jpeg_without_its_last_marker_is_truncated(rng):
    """For about one file in forty the decoder has all pixels and reports no error."""
    for _ in range(150):
        pixels = rng.integers(0, 256, (*rng.integers(MIN_SIDE_PX, 200, 2), 3), dtype=np.uint8)
        data = encoded(Image.fromarray(pixels), "JPEG")
        assert (
            reason_of(data[:-2]) == reason_of(with_inner_jpeg(data, SMALL_JPEG)[:-2]) == "truncated"
        )


@pytest.mark.parametrize(
    "data",
    [b"<html><title>404</title></html>", b"GIF89a" + bytes(99), b"P6 20 20 255 " + bytes(1200),
     b"\0", bytes(5000), b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40), b"%PDF-1.7\n" + bytes(99)],
)  # fmt: skip
def test_what_is_no_such_image_is_refused(data):
    assert reason_of(data) == "not a BMP, JPEG, PNG or TIFF image"


def test_a_format_that_is_not_named_is_never_decoded(rng):
    for format in ("GIF", "PPM", "WEBP", "TGA", "ICO"):
        assert reason_of(encoded(random_image(rng, "RGB"), format))


@pytest.mark.parametrize(
    "data", [png(30000, 30000, bits=8, kind=2, pixels=zlib.compress(bytes(100))),
             bmp_header(30000, 30000), png(7000, 8000, bits=8, kind=0, pixels=b""),
             bmp_header(-30000, 30000),
             png(2**31 - 1, 2**31 - 1, bits=8, kind=2, pixels=b"")],
)  # fmt: skip
def test_a_bomb_is_refused_from_its_header(data):
    assert len(data) < 1000
    assert reason_of(data) == f"more than {MAX_PIXELS:,} pixels"


@pytest.mark.parametrize(
    "row", [("TIFF", "RGB"), ("TIFF", "with alpha"), ("PNG", "RGB with alpha")]
)
def test_the_limit_is_one_of_pixels_however_many_bytes_they_have(monkeypatch, row):
    height, width, _ = BY_ROW[row][0].pixels.shape
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", width * height)
    for ramp in BY_ROW[row]:
        assert decode(ramp.data).shape == ramp.pixels.shape


def test_a_bomb_takes_no_memory(tmp_path):
    """A valid file of 100 kB with 2.7 GB of pixels is read by a process with 1 GiB of memory."""
    compressor = zlib.compressobj(1)
    row = bytes(1 + 3 * 30000)
    body = b"".join(compressor.compress(row) for _ in range(300)) + compressor.flush()
    path = tmp_path / "bomb.png"
    path.write_bytes(png(30000, 30000, bits=8, kind=2, pixels=body))
    assert limited("reasons", [path], limit_bytes=2**30) == [f"more than {MAX_PIXELS:,} pixels"]


@pytest.mark.parametrize("side_px", [1, MIN_SIDE_PX - 1])
def test_too_small(side_px):
    for format in LOSSLESS:
        data = encoded(Image.new("RGB", (side_px, 400)), format)
        assert reason_of(data) == f"smaller than {MIN_SIDE_PX} x {MIN_SIDE_PX} pixels"
    assert decode(encoded(Image.new("L", (MIN_SIDE_PX, MIN_SIDE_PX)), "PNG")).max() == 0


@pytest.mark.parametrize("mode", ["I", "F"])
def test_samples_without_a_known_range(mode):
    data = encoded(Image.new(mode, (WIDTH, HEIGHT)), "TIFF")
    assert reason_of(data) == "32-bit samples, whose range is not known"


@pytest.mark.parametrize("level", [0, 9])
@pytest.mark.parametrize("mode", ["RGB", "P"])
def test_no_wrong_pixel_of_a_png_goes_unseen(rng, mode, level):
    image = random_image(rng, "RGB").quantize(200) if mode == "P" else random_image(rng, "RGB")
    data = encoded(image, "PNG", compress_level=level)
    sound = decode(data)
    for place in range(data.index(b"IHDR") + 4, len(data), 3):
        altered = bytearray(data)
        altered[place] ^= 1 << rng.integers(8)
        try:
            found = decode(bytes(altered))
        except Refused:
            continue
        np.testing.assert_array_equal(found, sound)
