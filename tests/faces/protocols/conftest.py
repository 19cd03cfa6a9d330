"""Provides made-up tables of images, as protocols get them."""

import numpy as np
import pandas as pd
import pytest


def _made(counts, rng, found=1.0):
    """Make a table of images.

    counts: {subject: (VIS images, NIR images)}. found: the probability that a face is found.
    """
    rows = []
    for spectrum, which in (("VIS", 0), ("NIR", 1)):
        for subject, numbers in counts.items():
            for number in range(numbers[which]):
                source = f"s1/{spectrum}/{subject}/{number:03}.bmp"
                rows.append((source, subject, spectrum, "s1", f"s1-{number:03}"))
    images = pd.DataFrame(rows, columns=["source", "subject", "spectrum", "session", "shot"])
    images["sha256"] = [f"{k:064x}" for k in range(len(images))]
    images["row"] = images.groupby("spectrum").cumcount()
    images["found"] = rng.random(len(images)) < found
    return images


@pytest.fixture(scope="session")
def made():
    return _made


@pytest.fixture
def rng():
    return np.random.default_rng(0)
