"""Thousands of mutated files are read in a process of limited memory, without crash or hang."""

import numpy as np
import pytest

from tests.faces.photographs.helpers import FORMATS, encoded, limited, random_image
from tests.faces.pixels.ramps import BY_ROW

FILES = 5200


@pytest.fixture
def rng():
    return np.random.default_rng(5)


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
    else:  # numbers of the header, which TIFF has at either end, replaced by extreme ones
        places = rng.integers(min(len(array), 160), size=rng.integers(1, 5))
        places = places if rng.integers(2) else -1 - places
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
    originals += [own[len(own) // 2].data for own in BY_ROW.values()]
    paths = []
    for number in range(FILES):
        paths.append(tmp_path / f"{number}.bmp")
        data = originals[number % len(originals)]
        paths[-1].write_bytes(mutated(data, originals, rng))
    reasons = limited("mutated", paths, limit_bytes=2 * 2**30)
    refused = sum(map(bool, reasons))
    with capfd.disabled():
        print(f"\n{len(reasons)} mutated image files read under 2 GiB, {refused} refused")
    assert len(reasons) == FILES
    assert refused >= FILES // 3  # a cut file and a wrong header are always seen
    assert refused < FILES
