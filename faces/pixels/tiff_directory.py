"""Reads the tags of the first image in a TIFF, those that are whole numbers."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from faces.pixels.refused import Refused

STARTS = {  # the first bytes => order of the bytes, and whether offsets have 64 bits (BigTIFF)
    b"II*\0": ("<", False),
    b"MM\0*": (">", False),
    b"II+\0": ("<", True),
    b"MM\0+": (">", True),
    b"II\0*": ("<", False),  # some writers turn the number around
    b"MM*\0": (">", False),
}
TYPES = {1: "B", 3: "H", 4: "L", 13: "L", 16: "Q", 18: "Q"}
MOST_NUMBERS = 2**22  # of a tag, which bounds the memory; an image has fewer strips


@dataclass(frozen=True)
class Directory:
    """The tags of an image; order: of the bytes, "<" or ">"; places: tag => type, count, offset."""

    data: bytes
    order: str
    places: Mapping[int, tuple[str, int, int]]

    def __contains__(self, tag: int) -> bool:
        return tag in self.places

    def numbers(self, tag: int, *default: int) -> tuple[int, ...]:
        """Return the numbers of a tag. Raises Refused for a missing one without a default."""
        if tag not in self.places and default:
            return default
        kind, count, offset = self.places.get(tag, ("B", 0, 0))
        if not 0 < count <= MOST_NUMBERS:
            raise Refused("damaged")
        return struct.unpack_from(f"{self.order}{count}{kind}", self.data, offset)

    def number(self, tag: int, *default: int) -> int:
        """Return the first number of a tag. Raises Refused as `numbers` does."""
        return self.numbers(tag, *default)[0]


def read_directory(data: bytes) -> Directory:
    """Read the first directory. Raises struct.error where the file is cut short."""
    order, big = STARTS[data[:4]]
    word, count_type, header = ("Q", "Q", 8) if big else ("L", "H", 4)
    (place,) = struct.unpack_from(order + word, data, header)
    (entries,) = struct.unpack_from(order + count_type, data, place)
    place += struct.calcsize(order + count_type)
    layout = struct.Struct(f"{order}HH{word}")
    room = struct.calcsize(order + word)
    places = {}
    for entry in range(place, place + entries * (layout.size + room), layout.size + room):
        tag, kind, count = layout.unpack_from(data, entry)
        offset = entry + layout.size
        if kind in TYPES and tag not in places:
            if count * struct.calcsize(order + TYPES[kind]) > room:
                (offset,) = struct.unpack_from(order + word, data, offset)
            places[tag] = (TYPES[kind], count, offset)
    return Directory(data, order, places)
