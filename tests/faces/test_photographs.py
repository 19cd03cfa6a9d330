"""Tests image files of many kinds: good ones give the expected pixels, broken ones a reason."""

import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faces.common.errors import DataError
from faces.photographs import MAX_PIXELS, MIN_SIDE_PX, Refused, decode, measure

FORMATS = ("BMP", "JPEG", "PNG", "TIFF")
LOSSLESS = ("BMP", "PNG", "TIFF")
HEIGHT, WIDTH = 20, 28
SMALL_JPEG = b"\xff\xd8\xff\xda\0\2\xff\xd9"  # its markers alone


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def random_image(rng: np.random.Generator, mode: str) -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    pixels = rng.integers(0, 256, (HEIGHT, WIDTH, channels), dtype=np.uint8)
    return Image.fromarray(pixels[..., 0] if channels == 1 else pixels)


def rounded(numerator: np.ndarray, denominator: int) -> np.ndarray:
    return np.floor(numerator.astype(float) / denominator + 0.5).astype(np.uint8)


def over_black(values: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    return rounded(values.astype(float) * alpha, 255)


def reason_of(source: Path | bytes) -> str:
    with pytest.raises(Refused) as measured:
        measure(source)
    with pytest.raises(Refused) as caught:
        decode(source)
    assert measured.value.reason == caught.value.reason
    assert caught.value.reason
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, DataError)
    return caught.value.reason


# Sound images


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


def test_sixteen_bit_colour_keeps_the_high_byte(rng):
    values = rng.integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    data = png(WIDTH, HEIGHT, bits=16, colour=2, pixels=zlib.compress(rows))
    np.testing.assert_array_equal(decode(data), values >> 8)


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


def with_inner_jpeg(outer: bytes, inner: bytes) -> bytes:
    return outer[:2] + b"\xff\xfe" + struct.pack(">H", len(inner) + 2) + inner + outer[2:]


def test_a_jpeg_with_another_inside_and_bytes_behind(rng):
    """Telephones write such files: a small JPEG in the headers, a film after the end."""
    inner = encoded(random_image(rng, "RGB"), "JPEG")
    outer = encoded(random_image(rng, "RGB"), "JPEG")
    data = with_inner_jpeg(outer, inner)
    np.testing.assert_array_equal(decode(data), decode(outer))
    np.testing.assert_array_equal(decode(data + rng.bytes(5000)), decode(outer))
    assert reason_of(data[:-2]) == "truncated"


# Broken files


def png(width: int, height: int, *, bits: int, colour: int, pixels: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


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
    "data", [png(30000, 30000, bits=8, colour=2, pixels=zlib.compress(bytes(100))),
             bmp_header(30000, 30000), png(7000, 8000, bits=8, colour=0, pixels=b""),
             bmp_header(-30000, 30000),
             png(2**31 - 1, 2**31 - 1, bits=8, colour=2, pixels=b"")],
)  # fmt: skip
def test_a_bomb_is_refused_from_its_header(data):
    assert len(data) < 1000
    assert reason_of(data) == f"more than {MAX_PIXELS:,} pixels"


def test_a_bomb_takes_no_memory(tmp_path):
    """A valid file of 100 kB with 2.7 GB of pixels is read by a process with 1 GiB of memory."""
    compressor = zlib.compressobj(1)
    row = bytes(1 + 3 * 30000)
    body = b"".join(compressor.compress(row) for _ in range(300)) + compressor.flush()
    path = tmp_path / "bomb.png"
    path.write_bytes(png(30000, 30000, bits=8, colour=2, pixels=body))
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


def test_what_is_no_file(tmp_path):
    (tmp_path / "folder.bmp").mkdir()
    (tmp_path / "dangling.bmp").symlink_to(tmp_path / "nowhere.bmp")
    (tmp_path / "ring.bmp").symlink_to(tmp_path / "ring.bmp")
    os.mkfifo(tmp_path / "pipe.bmp")
    assert reason_of(tmp_path / "folder.bmp") == "a folder, not a file"
    assert reason_of(tmp_path / "dangling.bmp") == "dangling link"
    assert reason_of(tmp_path / "ring.bmp") == "cannot be read: too many levels of symbolic links"
    assert reason_of(tmp_path / "pipe.bmp") == "not an ordinary file"
    assert reason_of(Path("/dev/zero")) == "not an ordinary file"
    assert reason_of(tmp_path / "absent.bmp") == "no such file"


def test_the_error_names_the_file(tmp_path):
    with pytest.raises(Refused, match=r"absent\.bmp: no such file"):
        decode(tmp_path / "absent.bmp")


def test_a_file_that_must_not_be_read(rng):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "secret.png"
        random_image(rng, "L").save(path)
        path.chmod(0)
        superuser = os.geteuid() == 0
        if superuser:
            os.seteuid(65534)
        try:
            reason = reason_of(path)
        finally:
            if superuser:
                os.seteuid(0)
    assert reason == "cannot be read: permission denied"


def test_an_error_of_the_disk_is_a_refusal():
    if not Path("/proc/self/mem").exists():
        pytest.skip("needs a file that opens and cannot be read")
    with pytest.raises(Refused, match="cannot be read") as caught:
        decode(Path("/proc/self/mem"))
    assert not caught.value.lasting


# Thousands of mutations, in a process of limited memory

READ_ALL = """
import json, resource, sys, collections
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
import numpy as np
from faces.photographs import Refused, decode, measure
reasons = []
for path in Path(sys.argv[2]).read_text().splitlines():
    try:
        size = measure(Path(path))
    except Refused as error:
        size = error.reason
    try:
        pixels = decode(Path(path))
        assert type(pixels) is np.ndarray and pixels.dtype == np.uint8 and pixels.ndim == 3
        assert pixels.shape[2] in (1, 3) and min(pixels.shape[:2]) >= 16
        assert pixels.flags.c_contiguous
        assert size == pixels.shape[1::-1]
        reasons.append("")
    except Refused as error:
        assert size == error.reason
        reasons.append(error.reason)
print(json.dumps(reasons))
"""


def limited(name: str, paths: list[Path], limit_bytes: int) -> list[str]:
    """Read files in a process of limited memory and time; return the reasons of refusals, or ""."""
    listing = paths[0].parent / f"{name}.list"
    listing.write_text("\n".join(map(str, paths)))
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", READ_ALL, str(limit_bytes), str(listing)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def mutated(data: bytes, headers: list[bytes], rng: np.random.Generator) -> bytes:
    damage = rng.integers(4)
    if damage == 0:  # cut short
        return data[: rng.integers(len(data))]
    if damage == 1:  # another format's beginning
        header = headers[rng.integers(len(headers))][: rng.integers(1, 64)]
        return header + data[len(header) :]
    array = np.frombuffer(data, np.uint8).copy()
    if damage == 2:  # bits flipped anywhere
        places = rng.integers(len(array), size=rng.integers(1, 12))
        array[places] ^= (1 << rng.integers(8, size=len(places))).astype(np.uint8)
    else:  # numbers of the header replaced by extreme ones
        places = rng.integers(min(len(array), 160), size=rng.integers(1, 5))
        array[places] = rng.choice(np.array([0, 1, 127, 128, 255], np.uint8), len(places))
    return array.tobytes()


def test_at_least_2000_mutated_files_are_read_without_crash_or_hang(tmp_path, rng, capfd):
    image, grey = random_image(rng, "RGB"), random_image(rng, "L")
    originals = [
        *(encoded(picture, format) for format in FORMATS for picture in (image, grey)),
        encoded(image, "JPEG", progressive=True),
        encoded(grey.convert("1"), "BMP"),
        encoded(grey.convert("P"), "PNG"),
        encoded(random_image(rng, "RGBA"), "PNG"),
        *(encoded(image, "TIFF", compression=name) for name in ("tiff_lzw", "jpeg", "packbits")),
    ]
    paths = []
    for number in range(2600):
        paths.append(tmp_path / f"{number}.bmp")
        data = originals[number % len(originals)]
        paths[-1].write_bytes(mutated(data, originals, rng))
    reasons = limited("mutated", paths, limit_bytes=2 * 2**30)
    refused = sum(map(bool, reasons))
    with capfd.disabled():
        print(f"\n{len(reasons)} mutated image files read under 2 GiB, {refused} refused")
    assert len(reasons) == 2600
    assert refused >= 1000  # a cut file and a wrong header are always seen
    assert refused < 2600
