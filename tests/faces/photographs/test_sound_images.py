"""Good image files of every format give the expected pixels, upright."""

import numpy as np
import pytest
from PIL import Image

from faces.photographs import decode, measure
from tests.faces.photographs.helpers import (
    HEIGHT,
    LOSSLESS,
    WIDTH,
    encoded,
    random_image,
    reason_of,
    with_inner_jpeg,
)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def rounded(numerator: np.ndarray, denominator: int) -> np.ndarray:
    return np.floor(numerator.astype(float) / denominator + 0.5).astype(np.uint8)


def over_black(values: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    return rounded(values.astype(float) * alpha, 255)


@pytest.mark.parametrize("format", LOSSLESS)
@pytest.mark.parametrize("channels", [1, 3])
def test_grey_and_colour_come_back_as_they_were(rng, format, channels):
    pixels = rng.integers(0, 256, (HEIGHT, WIDTH, channels), dtype=np.uint8)
    image = Image.fromarray(pixels.squeeze())
    decoded = decode(encoded(image, format))
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, pixels)


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_of_one_flat_colour_is_that_colour(channels):
    colour = np.array([200, 90, 40], np.uint8)[:channels]
    image = Image.fromarray(np.tile(colour, (HEIGHT, WIDTH, 1)).squeeze())
    decoded = decode(encoded(image, "JPEG", quality=100))
    assert decoded.shape == (HEIGHT, WIDTH, channels)
    assert np.abs(decoded.astype(int) - colour).max() <= 2


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff(rng, compression):
    pixels = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(pixels), "TIFF", compression=compression)
    np.testing.assert_array_equal(decode(data), pixels)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP"])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparent_pixels_lie_over_black(rng, format, mode):
    if (format, mode) == ("BMP", "LA"):
        pytest.skip("BMP has no grey with alpha")
    image = random_image(rng, mode)
    pixels = np.asarray(image)
    data = encoded(image, format)
    if format == "BMP":  # Pillow writes its 32 bits without saying that the last are alpha
        np.testing.assert_array_equal(decode(data), pixels[..., :3])
        return
    expected = over_black(pixels[..., :-1], pixels[..., -1:])
    np.testing.assert_array_equal(decode(data), expected)


def test_palette_becomes_its_colours(rng):
    palette = rng.integers(0, 256, (256, 3), dtype=np.uint8)
    numbers = rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
    image = Image.fromarray(numbers)
    image.putpalette(palette.tobytes())
    for format in LOSSLESS:
        np.testing.assert_array_equal(decode(encoded(image, format)), palette[numbers])


def test_palette_with_transparency_lies_over_black(rng):
    palette = rng.integers(0, 256, (256, 3), dtype=np.uint8)
    alpha = rng.integers(0, 256, 256, dtype=np.uint8)
    numbers = rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
    image = Image.fromarray(numbers)
    image.putpalette(palette.tobytes())
    data = encoded(image, "PNG", transparency=alpha.tobytes())
    expected = over_black(palette, alpha[:, None])[numbers]
    np.testing.assert_array_equal(decode(data), expected)


def test_a_transparent_grey_level_becomes_black(rng):
    pixels = rng.integers(0, 4, (HEIGHT, WIDTH), dtype=np.uint8) * 60
    data = encoded(Image.fromarray(pixels), "PNG", transparency=120)
    expected = np.where(pixels == 120, 0, pixels)[..., None]
    np.testing.assert_array_equal(decode(data), expected)


@pytest.mark.parametrize("format", LOSSLESS)
def test_one_bit_becomes_black_and_white(rng, format):
    bits = rng.integers(0, 2, (HEIGHT, WIDTH)).astype(bool)
    decoded = decode(encoded(Image.fromarray(bits), format))
    np.testing.assert_array_equal(decoded[..., 0], bits * 255)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_over_their_whole_range(format):
    values = np.linspace(0, 65535, HEIGHT * WIDTH).round().astype(np.uint16)
    image = Image.fromarray(values.reshape(HEIGHT, WIDTH))
    decoded = decode(encoded(image, format))
    np.testing.assert_array_equal(decoded.ravel(), rounded(values, 257))
    assert decoded.min() == 0
    assert decoded.max() == 255


@pytest.mark.parametrize("format", ["TIFF", "JPEG"])
def test_cmyk_is_ink_on_white(format):
    cyan, magenta, yellow, black = inks = (200, 40, 90, 60)
    image = Image.new("CMYK", (WIDTH, HEIGHT), inks)
    decoded = decode(encoded(image, format, **({"quality": 100} if format == "JPEG" else {})))
    light = np.array([255 - cyan, 255 - magenta, 255 - yellow]) * (255 - black) / 255
    assert decoded.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(decoded - light).max() <= 2


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "LZW"])
@pytest.mark.parametrize("orientation", range(9))
def test_the_rotation_of_exif_is_applied(format, orientation):
    """Once the image is upright, only its upper left quarter is bright."""
    if (format, orientation) == ("LZW", 0):
        pytest.skip("libtiff does not write it")
    upright = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    upright[: HEIGHT // 2, : WIDTH // 2] = 240
    upright[: HEIGHT // 2, WIDTH // 2 :] = 80
    stored = as_stored(upright, orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"compression": "tiff_lzw"} if format == "LZW" else {}
    image = Image.fromarray(np.ascontiguousarray(stored))
    data = encoded(image, "TIFF" if format == "LZW" else format, exif=exif, **options)
    decoded = decode(data)
    assert decoded.shape == upright.shape
    assert measure(data) == (WIDTH, HEIGHT)
    assert np.abs(decoded.astype(int) - upright).max() <= (30 if format == "JPEG" else 0)


def as_stored(upright: np.ndarray, orientation: int) -> np.ndarray:
    """Turn an image as the EXIF standard describes: where the stored row 0 and column 0 appear."""
    row_0, column_0 = {
        0: ("top", "left"), 1: ("top", "left"), 2: ("top", "right"), 3: ("bottom", "right"),
        4: ("bottom", "left"), 5: ("left", "top"), 6: ("right", "top"), 7: ("right", "bottom"),
        8: ("left", "bottom"),
    }[orientation]  # fmt: skip
    stored = upright
    if "bottom" in (row_0, column_0):
        stored = stored[::-1]
    if "right" in (row_0, column_0):
        stored = stored[:, ::-1]
    return stored.transpose(1, 0, 2) if row_0 in ("left", "right") else stored


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_of_several_pages_the_first_is_read(rng, format):
    first, second = random_image(rng, "RGB"), random_image(rng, "RGB")
    data = encoded(first, format, save_all=True, append_images=[second])
    np.testing.assert_array_equal(decode(data), np.asarray(first))


def test_a_file_and_its_bytes_are_read_alike(rng, tmp_path):
    path = tmp_path / "face of nobody.PNG"
    random_image(rng, "RGB").save(path)
    np.testing.assert_array_equal(decode(path), decode(path.read_bytes()))


def test_metadata_that_is_odd_does_no_harm(rng):
    pixels = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    for exif in (b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\0\0", b"Exif\0\0nonsense"):
        data = encoded(Image.fromarray(pixels), "JPEG", exif=exif)
        assert decode(data).shape == pixels.shape


def test_a_jpeg_with_another_inside_and_bytes_behind(rng):
    """Telephones write such files: a small JPEG in the headers, a film after the end."""
    inner = encoded(random_image(rng, "RGB"), "JPEG")
    outer = encoded(random_image(rng, "RGB"), "JPEG")
    data = with_inner_jpeg(outer, inner)
    np.testing.assert_array_equal(decode(data), decode(outer))
    np.testing.assert_array_equal(decode(data + rng.bytes(5000)), decode(outer))
    assert reason_of(data[:-2]) == "truncated"
