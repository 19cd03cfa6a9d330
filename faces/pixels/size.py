"""Refuses images that are too large or too small, before their pixels are decoded."""

from faces.pixels.refused import Refused

MIN_SIDE_PX = 16  # the smallest face that a detector finds is larger
MAX_PIXELS = 50_000_000  # 0.2 GB decoded; bounds the memory that a file of a few bytes can ask for
TOO_LARGE = f"more than {MAX_PIXELS:,} pixels"


def check_size(width_px: int, height_px: int) -> None:
    """Refuse an image by the size that its header states. Raises Refused."""
    if width_px * height_px > MAX_PIXELS:
        raise Refused(TOO_LARGE)
    if min(width_px, height_px) < MIN_SIDE_PX:
        raise Refused(f"smaller than {MIN_SIDE_PX} x {MIN_SIDE_PX} pixels")
