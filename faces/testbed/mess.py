"""Adds broken and odd files as in real trees: unusual formats, truncated copies, odd names.

These specimens are additional files that no protocol list names, so the data set itself stays
complete. Specimens of the kinds in READABLE are good images; a reader has to refuse all others
without failing.
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
UPPER_EVERY = 5  # each fifth image has its suffix in upper case
OTHER_SUFFIX_EVERY = 7  # each seventh image has another suffix in the lists than on disk
ORIENTATION_TAG, ON_ITS_SIDE = 0x0112, 6  # of EXIF: upright after a turn by 90 degrees clockwise
BOMB_PX = 30_000
CUT_OUT = 180  # distance from the middle where the image turns transparent; 255 is half a side
ODD_NAME = b"\xff"  # not UTF-8
NO_FACE = np.empty((0, 0, 1), np.uint8)  # for kinds that need no face


@dataclass(frozen=True)
class SpecimenKind:
    """A kind of specimen.

    encode(face): makes the file's bytes from a face, (H, W, C) uint8; None where the specimen is
    not a regular file. face: whether a rendered face is needed. readable: whether it is a good
    image.
    """

    spectrum: str
    suffix: str
    encode: Callable[[np.ndarray], bytes] | None
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
    distance = Image.radial_gradient("L").resize(image.size)
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
    """Return a BMP whose header of 54 bytes states 900 million pixels; the pixels are missing."""
    header = struct.pack("<IiiHHIIiiII", 40, BOMB_PX, BOMB_PX, 1, 24, 0, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 1000, 0, 0, 54) + header + bytes(1000)


def _web_page(_) -> bytes:
    return b"<!DOCTYPE html>\n<html><body><h1>403 Forbidden</h1></body></html>\n"


SPECIMEN_KINDS: dict[str, SpecimenKind] = {
    "cmyk": SpecimenKind(
        "VIS", ".jpg", lambda face: encode(_image(face).convert("CMYK"), ".jpg"), True, True
    ),
    "16-bit-png": SpecimenKind(
        "NIR", ".png", lambda face: encode(_sixteen_bits(face), ".png"), True, True
    ),
    "16-bit-tiff": SpecimenKind(
        "NIR", ".tiff", lambda face: encode(_sixteen_bits(face), ".tiff"), True, True
    ),
    "palette": SpecimenKind(
        "VIS", ".bmp", lambda face: encode(_image(face).quantize(128), ".bmp"), True, True
    ),
    "alpha": SpecimenKind("VIS", ".png", _with_alpha, True, True),
    "rotated": SpecimenKind("VIS", ".jpg", _on_its_side, True, True),
    "empty": SpecimenKind("VIS", ".jpg", lambda _: b""),
    "truncated-jpg": SpecimenKind("VIS", ".jpg", lambda face: _cut(_jpeg(face)), True),
    "truncated-bmp": SpecimenKind(
        "NIR", ".bmp", lambda face: _cut(encode(_image(face), ".bmp")), True
    ),
    "web-page": SpecimenKind("VIS", ".jpg", _web_page),
    "bomb-png": SpecimenKind("NIR", ".png", _bomb_png),
    "bomb-bmp": SpecimenKind("NIR", ".bmp", _bomb_bmp),
    "one-pixel": SpecimenKind("NIR", ".bmp", lambda _: encode(Image.new("L", (1, 1)), ".bmp")),
    "unreadable": SpecimenKind("NIR", ".bmp", lambda _: b"no image, and nobody may read it\n"),
    "odd-name": SpecimenKind("VIS", ".jpg", _jpeg, True),
    "folder": SpecimenKind("NIR", ".bmp", None),
    "dangling-link": SpecimenKind("VIS", ".jpg", None),
    "stray": SpecimenKind("VIS", ".jpg", _jpeg, True),
}
READABLE = frozenset({IMAGE} | {name for name, kind in SPECIMEN_KINDS.items() if kind.readable})


def vary_suffixes(photos: list[Photo]) -> tuple[list[Photo], list[Photo]]:
    """Change some suffixes: => the photos as they are on disk, and as the lists name them."""
    on_disk, listed = list(photos), list(photos)
    for k, photo in enumerate(photos):
        suffix = Path(photo.source).suffix
        if k % UPPER_EVERY == 0:
            on_disk[k] = photo.with_suffix(suffix.upper())
        if k % OTHER_SUFFIX_EVERY == 0:
            listed[k] = photo.with_suffix(".jpg" if suffix == ".bmp" else ".bmp")
    return on_disk, listed


def specimens(layout: LayoutWriter, photos: list[Photo]) -> list[Photo]:
    """Make COPIES specimens of every kind, each as a further image of a person of `photos`."""
    used = Counter((photo.person, photo.spectrum) for photo in photos)
    persons = sorted({photo.person for photo in photos})
    specimens_made = []
    for copy in range(COPIES):
        for k, (name, kind) in enumerate(SPECIMEN_KINDS.items()):
            person = persons[(k + copy) % len(persons)]
            photo = layout.place(person, kind.spectrum, used[person, kind.spectrum])
            used[person, kind.spectrum] += 1
            specimens_made.append(_as_specimen(photo.with_suffix(kind.suffix), name))
    return specimens_made


def _as_specimen(photo: Photo, state: str) -> Photo:
    source = photo.source
    if state == "stray":
        source = f"unsorted/{photo.person}/{Path(source).name}"
    elif state == "odd-name":
        source = source.removesuffix(".jpg") + os.fsdecode(ODD_NAME) + ".jpg"
    return replace(photo, source=source, state=state, eye_order="")


def write(path: Path, kind_name: str, face: np.ndarray | None) -> None:
    """Write a specimen to `path`; face: (H, W, C) uint8 where its kind needs one."""
    make_bytes = SPECIMEN_KINDS[kind_name].encode
    if kind_name == "folder":
        path.mkdir(exist_ok=True)
    elif kind_name == "dangling-link":
        path.symlink_to("gone.jpg")
    elif make_bytes is not None:
        path.write_bytes(make_bytes(NO_FACE if face is None else face))
    if kind_name == "unreadable":
        path.chmod(0)
