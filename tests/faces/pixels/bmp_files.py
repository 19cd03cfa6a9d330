"""Writes BMP files byte by byte, and ramps in every pixel format that a BMP can have."""

import struct
from collections.abc import Iterator, Sequence

import numpy as np

from tests.faces.pixels.ramp import HEIGHT, WIDTH, Ramp, colour_samples, packed, samples, shown

HEADERS = {"core": 12, "info": 40, "v2": 52, "v3": 56, "os2": 64, "v4": 108, "v5": 124}


def bmp(
    rows: Sequence[bytes],
    *,
    bits: int,
    header: str = "info",
    compression: int = 0,
    masks: Sequence[int] = (),
    palette: Sequence[tuple[int, int, int]] = (),
    top_down: bool = False,
    pixels: bytes | None = None,
    entries: int | None = None,
) -> bytes:
    """Write the rows, given from the top down; or `pixels` as they are, for run-length encoding."""
    filled = [row + b"\xff" * (-len(row) % 4) for row in rows]
    body = pixels if pixels is not None else b"".join(filled if top_down else filled[::-1])
    size, stated = HEADERS[header], b""
    if header == "core":
        stated = struct.pack("<I4H", 12, WIDTH, HEIGHT, 1, bits)
    else:
        used = len(palette) if entries is None else entries
        height = -HEIGHT if top_down else HEIGHT
        stated = struct.pack(
            "<IiiHHIIiiII", size, WIDTH, height, 1, bits, compression, len(body), 0, 0, used, 0
        )
        stated += b"".join(struct.pack("<I", mask) for mask in masks)
        stated += bytes(max(0, size - len(stated)))
    filler = b"" if header == "core" else b"\0"
    colours = b"".join(bytes(colour[::-1]) + filler for colour in palette)
    start = 14 + len(stated) + len(colours)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + stated + colours + body


def grey_palette(bits: int) -> list[tuple[int, int, int]]:
    return [(value,) * 3 for value in shown(np.arange(2**bits)[None], bits).ravel().tolist()]


def through_palette() -> Iterator[Ramp]:
    for bits in (1, 2, 4, 8):
        rows = [packed(row, bits) for row in samples(bits)]
        grey = grey_palette(bits)
        for name in HEADERS:
            data = bmp(rows, bits=bits, header=name, palette=grey)
            yield ramp("palette", f"{bits} bits, {name}", data, shown(samples(bits), bits))
        data = bmp(rows, bits=bits, palette=grey, top_down=True)
        yield ramp("palette", f"{bits} bits, top down", data, shown(samples(bits), bits))
        data = bmp(rows, bits=bits, palette=grey[::-1])
        yield ramp("palette", f"{bits} bits, inverted", data, 255 - shown(samples(bits), bits))
        coloured = [(value, 255 - value, value // 2) for value, *_ in grey]
        data = bmp(rows, bits=bits, palette=coloured)
        yield ramp("palette", f"{bits} bits, colours", data, np.array(coloured)[samples(bits)])
    two = samples(1) * 1
    data = bmp([packed(row, 8) for row in two], bits=8, palette=[(0, 0, 0), (255, 255, 255)])
    yield ramp("palette", "8 bits, of which two colours are used", data, shown(two, 1))
    dark = [(value,) * 3 for value in range(16)]
    data = bmp([packed(row, 4) for row in samples(4)], bits=4, palette=dark)
    yield ramp("palette", "4 bits, dark", data, samples(4)[..., None])


def run_lengths() -> Iterator[Ramp]:
    for bits, compression in ((8, 1), (4, 2)):
        values = samples(bits)
        for kind, encode in (("runs", runs), ("literals", literals)):
            body = b"".join(encode(row, bits) + b"\0\0" for row in values[::-1]) + b"\0\1"
            data = bmp([], bits=bits, compression=compression, palette=grey_palette(bits),
                       pixels=body)  # fmt: skip
            yield ramp("run-length encoded", f"{bits} bits, {kind}", data, shown(values, bits))
    row = bytes([3, 200, 0, 2, 4, 0, WIDTH - 7, 100, 0, 0])  # four pixels are skipped
    body = row * HEIGHT + b"\0\1"
    data = bmp([], bits=8, compression=1, palette=grey_palette(8), pixels=body)
    line = [200] * 3 + [0] * 4 + [100] * (WIDTH - 7)
    yield ramp("run-length encoded", "8 bits, skipped", data, np.array([line] * HEIGHT)[..., None])


def runs(row: np.ndarray, bits: int) -> bytes:
    """Encode each pixel as a run of one."""
    return b"".join(bytes([1, value if bits == 8 else value << 4]) for value in row.tolist())


def literals(row: np.ndarray, bits: int) -> bytes:
    data = packed(row, bits)
    return bytes([0, len(row)]) + data + b"\0" * (len(data) % 2)


def masked() -> Iterator[Ramp]:
    """Yield pixels of 16 and 32 bits, in which masks tell the colours apart."""
    layouts = {
        (16, "555"): (0x7C00, 0x3E0, 0x1F), (16, "565"): (0xF800, 0x7E0, 0x1F),
        (16, "444"): (0xF00, 0xF0, 0xF), (16, "565 reversed"): (0x1F, 0x7E0, 0xF800),
        (32, "BGRX"): (0xFF0000, 0xFF00, 0xFF), (32, "RGBX"): (0xFF, 0xFF00, 0xFF0000),
        (32, "10 bits each"): (0x3FF00000, 0xFFC00, 0x3FF),
        (32, "XBGR"): (0xFF000000, 0xFF0000, 0xFF00),
    }  # fmt: skip
    for (bits, name), masks in layouts.items():
        widths = [mask.bit_count() for mask in masks]
        channels = [samples(width, turned) for turned, width in enumerate(widths)]
        light = np.concatenate(
            [shown(*pair) for pair in zip(channels, widths, strict=True)], axis=2
        )
        rows = [words(row, bits) for row in joined(channels, masks)]
        for header in ("info", "v2", "v3", "v4", "v5"):
            data = bmp(rows, bits=bits, header=header, compression=3, masks=masks)
            yield ramp(f"{bits} bits", f"{name}, {header}", data, light)
        data = bmp(rows, bits=bits, compression=6, masks=(*masks, 0))
        yield ramp(f"{bits} bits", f"{name}, masks of four", data, light)
        if name in ("555", "BGRX"):
            data = bmp(rows, bits=bits)
            yield ramp(f"{bits} bits", f"{name}, no masks", data, light)


def with_alpha() -> Iterator[Ramp]:
    """Yield 32 bits of which eight are, or are not, an alpha."""
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    colours = [samples(8, turned) for turned in range(3)]
    light = np.stack(colours, axis=2)
    alphas = {"opaque": np.full_like(colours[0], 255), "empty": colours[0] * 0,
              "half": colours[0] * 0 + 128}  # fmt: skip
    for name, alpha in alphas.items():
        rows = [words(row, 32) for row in joined([*colours, alpha], masks)]
        blended = np.floor(light * 128 / 255 + 0.5).astype(int)
        for header in ("v3", "v4", "v5"):
            data = bmp(rows, bits=32, header=header, compression=3, masks=masks)
            expected = blended if name == "half" else light
            yield ramp("32 bits", f"alpha {name}, {header}", data, expected)
        for header in ("info", "v2", "os2", "v5"):  # which do not speak of the last eight bits
            data = bmp(rows, bits=32, header=header)
            yield ramp("32 bits", f"{name} filling, {header}", data, light)


def joined(channels: Sequence[np.ndarray], masks: Sequence[int]) -> np.ndarray:
    """Put channels into the places of their masks: (H, W) int each => (H, W) int."""
    shifts = [format(mask, "b")[::-1].index("1") for mask in masks]
    return sum(value << shift for value, shift in zip(channels, shifts, strict=True))


def words(row: np.ndarray, bits: int) -> bytes:
    return b"".join(value.to_bytes(bits // 8, "little") for value in row.tolist())


def true_colour() -> Iterator[Ramp]:
    light = colour_samples(8, 3)
    rows = [bytes(row[:, ::-1].ravel().tolist()) for row in light]
    for header in HEADERS:
        yield ramp("24 bits", header, bmp(rows, bits=24, header=header), light)
    yield ramp("24 bits", "top down", bmp(rows, bits=24, top_down=True), light)
    padless = bmp(rows, bits=24, top_down=True)[: -(-len(rows[0]) % 4)]
    yield ramp("24 bits", "the last row not filled up", padless, light)


def without_a_start() -> Iterator[Ramp]:
    """Yield files that state as the offset of the pixels 0, or that of the palette."""
    for bits, kind in ((8, "palette"), (24, "24 bits")):
        light = samples(8)[..., None] if bits == 8 else colour_samples(8, 3)
        rows = [bytes(row[..., ::-1].ravel().tolist()) for row in light]
        palette = grey_palette(8) if bits == 8 else ()
        for header, size in HEADERS.items():
            data = bmp(rows, bits=bits, header=header, palette=palette)
            for start in (0, 14 + size):
                wrong = data[:10] + struct.pack("<I", start) + data[14:]
                yield ramp(kind, f"{header}, starts at {start}", wrong, light)
    masks = (0x7C00, 0x3E0, 0x1F)
    rows = [words(row, 16) for row in joined([samples(5)] * 3, masks)]
    data = bmp(rows, bits=16, compression=3, masks=masks)
    data = data[:10] + bytes(4) + data[14:]
    yield ramp("16 bits", "starts at 0", data, shown(samples(5), 5).repeat(3, axis=2))


def ramp(kind: str, name: str, data: bytes, pixels: np.ndarray) -> Ramp:
    return Ramp("BMP", kind, name, data, pixels)


def ramps() -> list[Ramp]:
    palettes = [*through_palette(), *run_lengths()]
    return [*palettes, *masked(), *with_alpha(), *true_colour(), *without_a_start()]
