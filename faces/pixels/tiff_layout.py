"""Reads how the samples of a TIFF lie in the file, and refuses the kinds that are not read."""

import io
from dataclasses import dataclass

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from faces.pixels.refused import Refused
from faces.pixels.size import check_size

STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # + is that of BigTIFF

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
ORIENTATION, SAMPLES, PLANAR, PREDICTOR, PALETTE = 274, 277, 284, 317, 320
TILE_WIDTH, INK_SET, DOT_RANGE, EXTRA_SAMPLES, SAMPLE_FORMAT = 322, 332, 336, 338, 339

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, THROUGH_PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6
COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, THROUGH_PALETTE: 1, CMYK: 4, YCBCR: 3}
MOST_EXTRA = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, THROUGH_PALETTE: 1, CMYK: 2, YCBCR: 0}
OTHER_COLOURS = {4: "a mask", 8: "L*a*b*", 9: "L*a*b*", 10: "L*a*b*", 32803: "a raw sensor",
                 32844: "LogL", 32845: "LogLuv", 34892: "a raw sensor"}  # fmt: skip
ASSOCIATED, UNASSOCIATED = 1, 2  # kinds of alpha
UNSIGNED = 1
UNKNOWN_RANGE = {2: "signed", 3: "floating-point"}
FAX, JPEG = (2, 3, 4), 7  # compressions, which determine the samples
LZW_OR_DEFLATE = (5, 8, 32946)  # those that a predictor may precede
COMPRESSIONS = (1, *FAX, *LZW_OR_DEFLATE, JPEG, 32773)
DIFFERENCES = 2  # a predictor
APART = 2  # a planar configuration


@dataclass(frozen=True)
class Layout:
    """How the samples of the first image lie in a TIFF.

    bits: of a sample. samples: of a pixel, `colours` of them first. alpha: the place of the
    samples of an alpha with which the colours are still to be multiplied, None if there is none.
    planes: 1, or as many as samples where those of each kind lie apart. differences: whether a
    sample is stored as the difference to its left one. tile_width_px: None for strips.
    """

    directory: ImageFileDirectory_v2
    width_px: int
    height_px: int
    photometric: int
    compression: int
    bits: int
    samples: int
    alpha: int | None
    planes: int
    differences: bool
    tile_width_px: int | None

    @property
    def little_endian(self) -> bool:
        return self.directory.prefix == b"II"

    @property
    def colours(self) -> int:
        return COLOURS[self.photometric]

    @property
    def together(self) -> int:
        """The samples of a pixel that lie together."""
        return self.samples // self.planes

    @property
    def pixel_bits(self) -> int:
        """The bits of the samples of a pixel that lie together."""
        return self.together * self.bits

    @property
    def row_bytes(self) -> int:
        return (self.width_px * self.pixel_bits + 7) // 8


def read_layout(data: bytes) -> Layout:
    """Read the directory of the first image. Raises Refused; where it is damaged, other errors."""
    directory = ImageFileDirectory_v2(data[:16] if data[2:4] in (b"+\0", b"\0+") else data[:8])
    file = io.BytesIO(data)
    file.seek(directory.next)
    directory.load(file)
    width_px, height_px = number(directory, WIDTH), number(directory, HEIGHT)
    check_size(width_px, height_px)
    photometric = _photometric(directory)
    samples = number(directory, SAMPLES, 1)
    compression = number(directory, COMPRESSION, 1)
    bits = _bits(directory, samples)
    layout = Layout(
        directory, width_px, height_px, photometric, compression, bits, samples,
        alpha=_alpha(directory, photometric, samples),
        planes=samples if number(directory, PLANAR, 1) == APART else 1,
        differences=_has_differences(directory, compression, bits),
        tile_width_px=number(directory, TILE_WIDTH, 0) or None,
    )  # fmt: skip
    _check_compression(layout)
    return layout


def numbers(directory: ImageFileDirectory_v2, tag: int, *default: int) -> tuple[int, ...]:
    """Return the whole numbers of a tag. Raises Refused for others, and if there are none."""
    found = directory.get(tag, default)
    found = tuple(found) if isinstance(found, tuple | bytes) else (found,)
    if not found or not all(isinstance(value, int) and value >= 0 for value in found):
        raise Refused("damaged")
    return found


def number(directory: ImageFileDirectory_v2, tag: int, *default: int) -> int:
    """Return the first whole number of a tag. Raises Refused as `numbers` does."""
    return numbers(directory, tag, *default)[0]


def _photometric(directory: ImageFileDirectory_v2) -> int:
    if PHOTOMETRIC not in directory:
        raise Refused("a TIFF that does not say whether 0 is black or white")
    photometric = number(directory, PHOTOMETRIC)
    if photometric not in COLOURS:
        name = OTHER_COLOURS.get(photometric, f"the kind {photometric}")
        raise Refused(f"a TIFF with colours of {name} is not read")
    inks = number(directory, INK_SET, 1), number(directory, DOT_RANGE, 0)
    if photometric == CMYK and inks != (1, 0):
        raise Refused("a TIFF with unusual inks is not read")
    return photometric


def _bits(directory: ImageFileDirectory_v2, samples: int) -> int:
    """Return the bits of each sample, whose range has to be known."""
    bits, *others = numbers(directory, BITS, 1)[:samples]
    if any(other != bits for other in others):
        raise Refused("a TIFF with samples of different sizes is not read")
    if not 1 <= bits <= 16:
        raise Refused(f"{bits}-bit samples, whose range is not known")
    formats = set(numbers(directory, SAMPLE_FORMAT, UNSIGNED)[:samples])
    for code in formats - {UNSIGNED}:
        name = UNKNOWN_RANGE.get(code, "undefined")
        raise Refused(f"{name} samples, whose range is not known")
    return bits


def _alpha(directory: ImageFileDirectory_v2, photometric: int, samples: int) -> int | None:
    """Return the place of an unassociated alpha.

    An associated one asks for nothing, because the colours are multiplied with it already. What a
    file does not call an alpha is none.
    """
    colours = COLOURS[photometric]
    extra = samples - colours
    if not 0 <= extra <= MOST_EXTRA[photometric]:
        raise Refused(f"a TIFF with {samples} samples a pixel is not read")
    meanings = numbers(directory, EXTRA_SAMPLES, 0)[:extra]
    if photometric == WHITE_IS_ZERO and ASSOCIATED in meanings:
        raise Refused("a TIFF with a multiplied alpha, in which 0 is white, is not read")
    return colours + meanings.index(UNASSOCIATED) if UNASSOCIATED in meanings else None


def _has_differences(directory: ImageFileDirectory_v2, compression: int, bits: int) -> bool:
    predictor = number(directory, PREDICTOR, 1)
    if compression not in LZW_OR_DEFLATE or predictor == 1:
        return False
    if predictor != DIFFERENCES or bits not in (8, 16):
        raise Refused(f"a TIFF of {bits} bits with predictor {predictor} is not read")
    return True


def _check_compression(layout: Layout) -> None:
    """Refuse compressions that are not read, or not for samples of this kind."""
    compression, photometric = layout.compression, layout.photometric
    if compression not in COMPRESSIONS:
        raise Refused(f"a TIFF with compression {compression} is not read")
    if photometric == THROUGH_PALETTE and layout.bits > 8:
        raise Refused(f"a TIFF with a palette for {layout.bits} bits is not read")
    if photometric == YCBCR and compression != JPEG:
        raise Refused("a TIFF of YCbCr without JPEG is not read")
    if compression in FAX and not (layout.bits == layout.samples == 1 and layout.colours == 1):
        raise Refused("a TIFF with the compression of a fax for other than black and white")
    if compression == JPEG and (
        layout.bits != 8 or photometric == THROUGH_PALETTE or layout.samples != layout.colours
    ):
        raise Refused(
            f"a TIFF of {layout.samples} samples of {layout.bits} bits in JPEG is not read"
        )
