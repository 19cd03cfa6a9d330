"""Measures the time and the memory that aligning one large photograph takes. Linux only.

    python benchmarks/large_photographs.py --megapixels 1 --megapixels 50

Writes photographs of one rendered person, or of nobody, before a blurred background. Each is
decoded, searched and cropped in a process of its own, as by a worker of the stage `align`.
`memory` is the process's peak, decoding and its libraries included; `nothing` decodes 64 x 64
pixels. `eyes off by` is the distance of the eyes found from the rendered ones, as a share of the
distance between the eyes.
"""

import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from PIL import Image, ImageFilter

from faces.align import align_face, find_eyes
from faces.photographs import decode
from faces.synthetic import render_with_truth

RENDERED_PX = 800
CROP_PX = 112
ASPECT = 3 / 2
FACES = {"none": 0.0, "small": 0.125, "large": 1.0}  # side of the person, per height of the image


class Measured(NamedTuple):
    """The eyes found, (2, 2) or None, and what finding them and cropping took."""

    eyes: np.ndarray | None
    seconds: float
    memory_mb: float


def write(path: Path, pixels: float, share: float) -> np.ndarray | None:
    """Write a photograph; return the eyes of its person, (2, 2) x, y in pixels, or None."""
    height_px = round((pixels / ASPECT) ** 0.5)
    width_px = round(height_px * ASPECT)
    noise = np.random.default_rng(0).integers(60, 200, (24, 36, 3), dtype=np.uint8)
    background = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(1.5))
    photograph = background.resize((width_px, height_px), Image.Resampling.BICUBIC)
    side_px = round(height_px * share)
    if not side_px:
        photograph.save(path, quality=90)
        return None
    person, eyes = render_with_truth(0, 0, "VIS", RENDERED_PX)
    left, top = (width_px - side_px) // 2, (height_px - side_px) // 2
    photograph.paste(Image.fromarray(person).resize((side_px, side_px)), (left, top))
    photograph.save(path, quality=90)
    return (eyes + 0.5) * side_px / RENDERED_PX - 0.5 + [left, top]


def measure(path: Path) -> Measured:
    """Align a photograph in a new process."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_align, (path,))


def _align(path: Path) -> Measured:
    find_eyes(np.zeros((64, 64, 3), np.uint8))  # loads the detector
    start = time.perf_counter()
    pixels = decode(path)
    eyes = find_eyes(pixels)
    if eyes is not None:
        align_face(pixels, eyes, CROP_PX)
    return Measured(eyes, time.perf_counter() - start, _peak_mb())


def _peak_mb() -> float:
    """Return the most memory that this process has used."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024 / 1e6


def _offset(found: np.ndarray | None, true: np.ndarray | None) -> str:
    if found is None or true is None:
        return "no face" if found is None else "found, but nobody is there"
    share = np.linalg.norm(found - true, axis=1).mean() / np.linalg.norm(true[1] - true[0])
    return f"{share:.1%}"


@click.command()
@click.option("--megapixels", multiple=True, type=float, default=[1, 6, 24, 49.9])
def main(megapixels: tuple[float, ...]) -> None:
    """Print a line for each photograph."""
    print(f"{'megapixels':>10}  {'face':<8} {'seconds':>8} {'memory':>9}  eyes off by")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photograph.jpg"
        Image.new("RGB", (64, 64)).save(path)
        nothing = measure(path)
        print(f"{0:>10}  {'nothing':<8} {nothing.seconds:8.2f} {nothing.memory_mb:6.0f} MB")
        for size in megapixels:
            for name, share in FACES.items():
                true = write(path, size * 1e6, share)
                found = measure(path)
                print(f"{size:>10g}  {name:<8} {found.seconds:8.2f} {found.memory_mb:6.0f} MB  "
                      f"{_offset(found.eyes, true)}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
