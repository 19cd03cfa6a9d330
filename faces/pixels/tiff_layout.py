"""Reads how the samples of a TIFF lie in the file, and refuses the kinds that are not read."""

from dataclasses import dataclass

from faces.pixels.refused import Refused
from faces.pixels.size import MAX_PIXELS, TOO_LARGE, check_size
from faces.pixels.tiff_directory import Directory, read_directory

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
ORIENTATION, SAMPLES, PLANAR, PREDICTOR, PALETTE = 274, 277, 284, 317, 320
TILE_WIDTH, TILE_LENGTH, INK_SET, DOT_RANGE = 322, 323, 332, 336
EXTRA_SAMPLES, SAMPLE_FORMAT = 338, 339

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

    directory: Directory
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
    directory = read_directory(data)
    width_px, height_px = directory.number(WIDTH), directory.number(HEIGHT)
    check_size(width_px, height_px)
    tile_width_px = directory.number(TILE_WIDTH, 0)
    if tile_width_px * directory.number(TILE_LENGTH, 0) > MAX_PIXELS:
        raise Refused(TOO_LARGE)
    photometric = _photometric(directory)
    samples = directory.number(SAMPLES, 1)
    compression = directory.number(COMPRESSION, 1)
    bits = _bits(directory, samples)
    layout = Layout(
        directory, width_px, height_px, photometric, compression, bits, samples,
        alpha=_alpha(directory, photometric, samples),
        planes=samples if directory.number(PLANAR, 1) == APART else 1,
        differences=_has_differences(directory, compression, bits),
        tile_width_px=tile_width_px or None,
    )  # fmt: skip
    _check_compression(layout)
    return layout


def _photometric(directory: Directory) -> int:
    if PHOTOMETRIC not in directory:
        raise Refused("a TIFF that does not say whether 0 is black or white")
    photometric = directory.number(PHOTOMETRIC)
    if photometric not in COLOURS:
        name = OTHER_COLOURS.get(photometric, f"the kind {photometric}")
        raise Refused(f"a TIFF with colours of {name} is not read")
    inks = directory.number(INK_SET, 1), directory.number(DOT_RANGE, 0)
    if photometric == CMYK and inks != (1, 0):
        raise Refused("a TIFF with unusual inks is not read")
    return photometric


def _bits(directory: Directory, samples: int) -> int:
    """Return the bits of each sample, whose range has to be known."""
    bits, *others = directory.numbers(BITS, 1)[:samples]
    if any(other != bits for other in others):
        raise Refused("a TIFF with samples of different sizes is not read")
    if not 1 <= bits <= 16:
        raise Refused(f"{bits}-bit samples, whose range is not known")
    formats = set(directory.numbers(SAMPLE_FORMAT, UNSIGNED)[:samples]) - {UNSIGNED}
    if formats:
        name = UNKNOWN_RANGE.get(min(formats), "undefined")
        raise Refused(f"{name} samples, whose range is not known")
    return bits


def _alpha(directory: Directory, photometric: int, samples: int) -> int | None:
    """Return the place of an unassociated alpha.

    An associated one asks for nothing, because the colours are multiplied with it already. What a
    file does not call an alpha is none.
    """
    colours = COLOURS[photometric]
    extra = samples - colours
    if not 0 <= extra <= MOST_EXTRA[photometric]:
        raise Refused(f"a TIFF with {samples} samples a pixel is not read")
    meanings = directory.numbers(EXTRA_SAMPLES, 0)[:extra]
    if photometric == WHITE_IS_ZERO and ASSOCIATED in meanings:
        raise Refused("a TIFF with a multiplied alpha, in which 0 is white, is not read")
    return colours + meanings.index(UNASSOCIATED) if UNASSOCIATED in meanings else None


def _has_differences(directory: Directory, compression: int, bits: int) -> bool:
    predictor = directory.number(PREDICTOR, 1)
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
