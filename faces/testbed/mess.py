"""Adds what real trees hold besides good images: files of other programs, half copies, odd names.

The specimens are additional files that no list names, so the data set itself stays whole. Those in
READABLE are odd but good images; a reader has to refuse the rest, and to survive them.
"""

import os
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from faces.testbed.images import encode
from faces.testbed.photo import IMAGE, LayoutWriter, Photo

COPIES = 2  # specimens of each kind
UPPER_EVERY = 5  # each fifth image has its suffix in capitals
DRIFT_EVERY = 7  # each seventh image is listed with another suffix than it has
ORIENTATION_TAG, ON_ITS_SIDE = 0x0112, 6  # EXIF: turn by 90 degrees clockwise to see it upright
BOMB_PX = 30_000
CUT_OUT = 180
ODD_NAME = b"\xff"  # no UTF-8
NO_FACE = np.empty((0, 0, 1), np.uint8)  # what kinds that need no face are given


@dataclass(frozen=True)
class Kind:
    """A kind of specimen; `spoil(face)` gives the file's bytes from (H, W, C) uint8, or None
    where the specimen is no file of bytes. `face`: whether a rendered face is needed."""

    spectrum: str
    suffix: str
    spoil: Callable[[np.ndarray], bytes] | None
    face: bool = False
    readable: bool = False


def _jpeg(face: np.ndarray) -> bytes:
    return encode(_image(face), ".jpg")


def _image(face: np.ndarray) -> Image.Image:
    return Image.fromarray(face.squeeze())


def _cut(data: bytes) -> bytes:
    return data[: len(data) * 3 // 4]


def _sixteen_bits(face: np.ndarray) -> Image.Image:
    return Image.fromarray(face[..., 0].astype(np.uint16) * 257)


def _with_alpha(face: np.ndarray) -> bytes:
    image = _image(face)
    distance = Image.radial_gradient("L").resize(image.size)  # 255 is half a side
    image.putalpha(distance.point(lambda value: 255 * (value < CUT_OUT)))
    return encode(image, ".png")


def _on_its_side(face: np.ndarray) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = ON_ITS_SIDE
    return encode(_image(np.rot90(face)), ".jpg", exif=exif)


def _bomb_png(_) -> bytes:
    header = struct.pack(">IIBBBBB", BOMB_PX, BOMB_PX, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _bomb_bmp(_) -> bytes:
    """Gives a header of 54 bytes that promises 900 million pixels; the file says it is complete."""
    header = struct.pack("<IiiHHIIiiII", 40, BOMB_PX, BOMB_PX, 1, 24, 0, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 1000, 0, 0, 54) + header + bytes(1000)


def _web_page(_) -> bytes:
    return b"<!DOCTYPE html>\n<html><body><h1>403 Forbidden</h1></body></html>\n"


KINDS: dict[str, Kind] = {
    "cmyk": Kind(
        "VIS", ".jpg", lambda face: encode(_image(face).convert("CMYK"), ".jpg"), True, True
    ),
    "16-bit-png": Kind("NIR", ".png", lambda face: encode(_sixteen_bits(face), ".png"), True, True),
    "16-bit-tiff": Kind(
        "NIR", ".tiff", lambda face: encode(_sixteen_bits(face), ".tiff"), True, True
    ),
    "palette": Kind(
        "VIS", ".bmp", lambda face: encode(_image(face).quantize(128), ".bmp"), True, True
    ),
    "alpha": Kind("VIS", ".png", _with_alpha, True, True),
    "rotated": Kind("VIS", ".jpg", _on_its_side, True, True),
    "empty": Kind("VIS", ".jpg", lambda _: b""),
    "truncated-jpg": Kind("VIS", ".jpg", lambda face: _cut(_jpeg(face)), True),
    "truncated-bmp": Kind("NIR", ".bmp", lambda face: _cut(encode(_image(face), ".bmp")), True),
    "web-page": Kind("VIS", ".jpg", _web_page),
    "bomb-png": Kind("NIR", ".png", _bomb_png),
    "bomb-bmp": Kind("NIR", ".bmp", _bomb_bmp),
    "one-pixel": Kind("NIR", ".bmp", lambda _: encode(Image.new("L", (1, 1)), ".bmp")),
    "unreadable": Kind("NIR", ".bmp", lambda _: b"no image, and nobody may read it\n"),
    "odd-name": Kind("VIS", ".jpg", _jpeg, True),
    "folder": Kind("NIR", ".bmp", None),
    "dangling-link": Kind("VIS", ".jpg", None),
    "stray": Kind("VIS", ".jpg", _jpeg, True),
}
READABLE = frozenset({IMAGE} | {name for name, kind in KINDS.items() if kind.readable})


def drift(photos: list[Photo]) -> tuple[list[Photo], list[Photo]]:
    """-> the photos as they are on the disk, and as the lists name them."""
    on_disk, listed = list(photos), list(photos)
    for k, photo in enumerate(photos):
        suffix = Path(photo.source).suffix
        if k % UPPER_EVERY == 0:
            on_disk[k] = photo.ending(suffix.upper())
        if k % DRIFT_EVERY == 0:
            listed[k] = photo.ending(".jpg" if suffix == ".bmp" else ".bmp")
    return on_disk, listed


def specimens(layout: LayoutWriter, photos: list[Photo]) -> list[Photo]:
    """COPIES of every kind, each as a further image of one of the persons of `photos`."""
    used = Counter((photo.person, photo.spectrum) for photo in photos)
    persons = sorted({photo.person for photo in photos})
    planted = []
    for copy in range(COPIES):
        for k, (name, kind) in enumerate(KINDS.items()):
            person = persons[(k + copy) % len(persons)]
            photo = layout.place(person, kind.spectrum, used[person, kind.spectrum])
            used[person, kind.spectrum] += 1
            planted.append(_as_specimen(photo.ending(kind.suffix), name))
    return planted


def _as_specimen(photo: Photo, kind: str) -> Photo:
    source = photo.source
    if kind == "stray":
        source = f"unsorted/{photo.person}/{Path(source).name}"
    elif kind == "odd-name":
        source = source.removesuffix(".jpg") + os.fsdecode(ODD_NAME) + ".jpg"
    return replace(photo, source=source, kind=kind, eye_order="")


def write(path: Path, kind: str, face: np.ndarray | None) -> None:
    """Puts a specimen at `path`; `face` is (H, W, C) uint8 where the kind needs one."""
    spoil = KINDS[kind].spoil
    if kind == "folder":
        path.mkdir(exist_ok=True)
    elif kind == "dangling-link":
        path.symlink_to("gone.jpg")
    elif spoil is not None:
        path.write_bytes(spoil(NO_FACE if face is None else face))
    if kind == "unreadable":
        path.chmod(0)
