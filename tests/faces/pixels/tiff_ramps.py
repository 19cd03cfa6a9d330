"""Ramps in every pixel format and arrangement of TIFF that is read."""

from collections.abc import Iterator

import numpy as np

from tests.faces.pixels import jpeg_files
from tests.faces.pixels.ramp import HEIGHT, WIDTH, Ramp, colour_samples, packed, samples, shown
from tests.faces.pixels.tiff_files import (
    BLACK_IS_ZERO,
    CMYK,
    DEFLATE,
    LZW,
    OLD_DEFLATE,
    PACKBITS,
    PALETTE,
    RGB,
    WHITE_IS_ZERO,
    YCBCR,
    Arrangement,
    assembled,
    tiff,
)

TILE = (16, 16)
ARRANGEMENTS = {
    "little-endian": Arrangement(),
    "big-endian": Arrangement(order=">"),
    "one strip": Arrangement(rows=99),
    "tiles": Arrangement(tile=TILE),
    "big-endian tiles": Arrangement(order=">", tile=TILE),
    "LZW": Arrangement(compression=LZW),
    "big-endian LZW tiles": Arrangement(order=">", compression=LZW, tile=TILE),
    "deflate": Arrangement(compression=DEFLATE),
    "old deflate": Arrangement(compression=OLD_DEFLATE, order=">"),
    "packbits": Arrangement(compression=PACKBITS),
    "bits reversed": Arrangement(reversed_bits=True),
    "BigTIFF": Arrangement(big=True),
    "big-endian BigTIFF": Arrangement(big=True, order=">"),
}
APART = {
    "apart": Arrangement(apart=True),
    "big-endian, apart": Arrangement(apart=True, order=">"),
    "apart in tiles": Arrangement(apart=True, tile=TILE),
    "LZW, apart": Arrangement(apart=True, compression=LZW),
}
WITH_DIFFERENCES = {
    "LZW, differences": Arrangement(compression=LZW, differences=True),
    "big-endian LZW, differences": Arrangement(order=">", compression=LZW, differences=True),
    "deflate, differences": Arrangement(compression=DEFLATE, differences=True),
    "deflate tiles, differences": Arrangement(compression=DEFLATE, tile=TILE, differences=True),
    "LZW, apart, differences": Arrangement(compression=LZW, differences=True, apart=True),
}


def arrangements(bits: int, channels: int) -> dict[str, Arrangement]:
    """Return the arrangements of samples of some bits."""
    return ARRANGEMENTS | (APART if channels > 1 else {}) | (
        WITH_DIFFERENCES if bits in (8, 16) else {}
    )  # fmt: skip


def grey() -> Iterator[Ramp]:
    for bits in range(1, 17):
        values = samples(bits)[..., None]
        light = shown(values, bits)
        for name, arrangement in arrangements(bits, 1).items():
            data = tiff(values, bits, BLACK_IS_ZERO, arrangement)
            yield ramp("grey, 0 is black", f"{bits} bits, {name}", data, light)
            data = tiff(values, bits, WHITE_IS_ZERO, arrangement)
            yield ramp("grey, 0 is white", f"{bits} bits, {name}", data, 255 - light)


def with_odd_starts() -> Iterator[Ramp]:
    """Yield files whose number 42 has its bytes in the other order, as some writers have it."""
    values = samples(16)[..., None]
    for order, start in (("<", b"II\0*"), (">", b"MM*\0")):
        data = start + tiff(values, 16, BLACK_IS_ZERO, Arrangement(order=order))[4:]
        yield ramp("grey, 0 is black", f"{start!r}", data, shown(values, 16))


def colour() -> Iterator[Ramp]:
    for bits in (4, 8, 10, 12, 16):
        values = colour_samples(bits, 3)
        for name, arrangement in arrangements(bits, 3).items():
            data = tiff(values, bits, RGB, arrangement)
            yield ramp("RGB", f"{bits} bits, {name}", data, shown(values, bits))
    for bits in (8, 16):
        inks = colour_samples(bits, 4)
        light = (255 - shown(inks, bits)) / 255
        for name, arrangement in arrangements(bits, 4).items():
            data = tiff(inks, bits, CMYK, arrangement)
            expected = np.round(light[..., :3] * light[..., 3:] * 255)
            yield ramp("CMYK", f"{bits} bits, {name}", data, expected)


def with_more_samples() -> Iterator[Ramp]:
    """Yield alpha of both kinds, an alpha of zeros, and samples that mean nothing stated."""
    for bits, photometric, channels in (
        (8, BLACK_IS_ZERO, 1), (16, BLACK_IS_ZERO, 1), (8, WHITE_IS_ZERO, 1), (12, RGB, 3),
        (8, RGB, 3), (16, RGB, 3),
    ):  # fmt: skip
        values = colour_samples(bits, channels + 1)
        light = shown(values, bits)
        colours = 255 - light[..., :-1] if photometric == WHITE_IS_ZERO else light[..., :-1]
        alpha = 255 - light[..., -1:] if photometric == WHITE_IS_ZERO else light[..., -1:]
        blended = np.floor(colours * alpha / 255 + 0.5)
        empty = np.concatenate([values[..., :-1], values[..., -1:] * 0], axis=2)
        for name, arrangement in arrangements(bits, channels + 1).items():
            about = f"{bits} bits, {photometric}, {name}"
            data = tiff(values, bits, photometric, arrangement, t338=[2])
            yield ramp("with alpha", about, data, blended)
            data = tiff(empty, bits, photometric, arrangement, t338=[2])
            yield ramp("with alpha", f"empty, {about}", data, colours)
            data = tiff(values, bits, photometric, arrangement, t338=[0])
            yield ramp("with a sample of no stated use", about, data, colours)
            if photometric != WHITE_IS_ZERO:
                data = tiff(values, bits, photometric, arrangement, t338=[1])
                yield ramp("with alpha", f"multiplied, {about}", data, colours)
    values = colour_samples(8, 5)
    data = tiff(values, 8, RGB, t338=[0, 2])
    light = np.floor(values[..., :3] * values[..., 4:] / 255 + 0.5)
    yield ramp("with alpha", "behind another sample", data, light)
    data = tiff(values[..., :4], 8, RGB)
    yield ramp("with a sample of no stated use", "nothing stated", data, values[..., :3])


def through_palette() -> Iterator[Ramp]:
    for bits in (1, 2, 4, 8):
        indices = samples(bits)[..., None]
        colours = np.array([(value, 255 - value, value // 2) for value in range(256)])
        colours = colours[:: 255 // (2**bits - 1)][: 2**bits]
        for name, arrangement in arrangements(bits, 1).items():
            for scale in (1, 256, 257):  # writers differ in how they make 16 bits of 8
                stated = (colours * scale).T.ravel().tolist()
                data = tiff(indices, bits, PALETTE, arrangement, t320=stated)
                yield ramp(
                    "palette", f"{bits} bits, {name}, times {scale}", data, colours[indices[..., 0]]
                )


def in_jpeg() -> Iterator[Ramp]:
    for photometric, channels, name in (
        (BLACK_IS_ZERO, 1, "grey"), (WHITE_IS_ZERO, 1, "0 is white"), (RGB, 3, "RGB"),
        (YCBCR, 3, "YCbCr"), (CMYK, 4, "CMYK"),
    ):  # fmt: skip
        levels = jpeg_files.ramp_of_blocks(channels)
        light = levels
        if photometric == YCBCR:
            levels = np.stack([levels[..., 0], jpeg_files.GREY_128, jpeg_files.GREY_128], axis=2)
            light = levels[..., :1].repeat(3, axis=2)
        elif photometric == WHITE_IS_ZERO:
            light = 255 - levels
        elif photometric == CMYK:
            light = np.round((255 - levels[..., :3]) * (255 - levels[..., 3:]) / 255)
        side_px = jpeg_files.SIDE * jpeg_files.BLOCK_PX
        for order in "<>":
            stated = {256: [side_px], 257: [side_px], 258: [8] * channels, 259: [7], 284: [1],
                      262: [photometric], 277: [channels], 278: [side_px], 530: [1, 1]}  # fmt: skip
            data = assembled(
                stated, [jpeg_files.jpeg(levels)], Arrangement(order=order, rows=side_px)
            )
            yield ramp("in JPEG", f"{name}, {order}", data, jpeg_files.blocks(light))


def as_a_fax() -> Iterator[Ramp]:
    """Yield rows of 8 white, 8 black, 8 white and 5 black pixels, in the codes of a fax."""
    row = np.array([0] * 8 + [1] * 8 + [0] * 8 + [1] * 5)
    bits = [int(bit) for bit in "10011000101100110011"]
    body = packed(np.array(bits), 1) * HEIGHT
    for photometric, name in ((WHITE_IS_ZERO, "0 is white"), (BLACK_IS_ZERO, "0 is black")):
        stated = {256: [WIDTH], 257: [HEIGHT], 258: [1], 259: [2], 262: [photometric],
                  277: [1], 278: [HEIGHT]}  # fmt: skip
        light = 255 * (row if photometric == BLACK_IS_ZERO else 1 - row)
        pixels = np.tile(light, (HEIGHT, 1))[..., None]
        yield ramp(
            "black and white as a fax", name, assembled(stated, [body], Arrangement()), pixels
        )


def ramp(kind: str, name: str, data: bytes, pixels: np.ndarray) -> Ramp:
    return Ramp("TIFF", kind, name, data, pixels)


def ramps() -> list[Ramp]:
    return [
        *grey(),
        *with_odd_starts(),
        *colour(),
        *with_more_samples(),
        *through_palette(),
        *in_jpeg(),
        *as_a_fax(),
    ]
