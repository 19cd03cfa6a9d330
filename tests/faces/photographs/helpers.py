"""Images to write, reasons to expect, and a process of limited memory that reads files."""

import io
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faces.common.errors import DataError
from faces.photographs import Refused, decode, measure

FORMATS = ("BMP", "JPEG", "PNG", "TIFF")
LOSSLESS = ("BMP", "PNG", "TIFF")
HEIGHT, WIDTH = 20, 28

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


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def random_image(rng: np.random.Generator, mode: str) -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    pixels = rng.integers(0, 256, (HEIGHT, WIDTH, channels), dtype=np.uint8)
    return Image.fromarray(pixels[..., 0] if channels == 1 else pixels)


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


def with_inner_jpeg(outer: bytes, inner: bytes) -> bytes:
    return outer[:2] + b"\xff\xfe" + struct.pack(">H", len(inner) + 2) + inner + outer[2:]


def limited(name: str, paths: list[Path], limit_bytes: int) -> list[str]:
    """Read files in a process of limited memory and time; return the reasons of refusals, or ""."""
    listing = paths[0].parent / f"{name}.list"
    listing.write_text("\n".join(map(str, paths)))
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", READ_ALL, str(limit_bytes), str(listing)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
