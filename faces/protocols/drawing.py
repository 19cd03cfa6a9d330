"""Provides what protocols without lists have in common: usable people, images in random order."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from faces.protocols.parts import SPECTRA


def in_both_spectra(images: pd.DataFrame) -> list[str]:
    """Return the subjects that have images of both spectra, sorted."""
    vis, nir = (set(images.loc[images["spectrum"] == spectrum, "subject"]) for spectrum in SPECTRA)
    return sorted(vis & nir)


def shuffled(
    images: pd.DataFrame, rng: np.random.Generator
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield (subject, spectrum, labels), sorted by subject, then spectrum.

    labels: the index labels of the images of that subject and spectrum, (n,) in random order.
    """
    for (subject, spectrum), own in images.groupby(["subject", "spectrum"], sort=True):
        yield subject, spectrum, rng.permutation(own.index.to_numpy())


def unseen_part(images: pd.DataFrame) -> pd.Series:
    """Return the parts of people who are only tested: VIS images are gallery, NIR images probes."""
    return images["spectrum"].map({"VIS": "gallery", "NIR": "probe"})
