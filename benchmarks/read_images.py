"""Measures how long finding and checking a data set on disk takes, first and from its cache.

    python benchmarks/read_images.py --images 2000 --workers 2

Writes noise of 640 x 480 in the CASIA layout (near-infrared as grey BMP, visible light as JPEG)
into a temporary folder, reads it twice, and once more after one file has changed.
"""

import os
import tempfile
import time
from pathlib import Path

import click
import numpy as np
from PIL import Image

from faces import layouts

SHOTS = 12
OLD_NS = 10**18  # files written a moment ago are not remembered yet


def write_set(root: Path, images: int) -> None:
    """Write images, half of them BMP, half JPEG, twelve of each per subject."""
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (8, 48, 64, 3), dtype=np.uint8)
    pictures = [Image.fromarray(pixels).resize((640, 480)) for pixels in small]
    for number in range(images):
        spectrum, suffix = [("NIR", "bmp"), ("VIS", "jpg")][number % 2]
        subject, shot = divmod(number // 2, SHOTS)
        folder = root / "s1" / spectrum / f"{subject:05d}"
        folder.mkdir(parents=True, exist_ok=True)
        picture = pictures[number % len(pictures)]
        path = folder / f"{shot:03d}.{suffix}"
        (picture.convert("L") if spectrum == "NIR" else picture).save(path)
        os.utime(path, ns=(OLD_NS, OLD_NS + number))


def timed_read(label: str, root: Path, cache: Path, workers: int) -> None:
    """Read the set and print the time."""
    start = time.perf_counter()
    manifest = layouts.read("casia", root, cache, workers=workers)
    seconds = time.perf_counter() - start
    ms_per_image = 1000 * seconds / len(manifest.images)
    count = len(manifest.images)
    print(f"{label:<18} {count:>6,} images {seconds:8.2f} s {ms_per_image:8.3f} ms each")


@click.command()
@click.option("--images", default=2000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def main(images: int, workers: int) -> None:
    """Measure reading a data set."""
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder) / "set", Path(folder) / "cache"
        write_set(root, images)
        timed_read("first", root, cache, workers)
        timed_read("remembered", root, cache, workers)
        os.utime(next(root.rglob("*.bmp")), ns=(OLD_NS, OLD_NS - 1))
        timed_read("one file changed", root, cache, workers)


if __name__ == "__main__":
    main()
