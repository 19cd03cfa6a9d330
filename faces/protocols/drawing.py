"""Draws people and images for protocols without lists, in a seeded order."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from faces.protocols.parts import SPECTRA


def in_both_spectra(images: pd.DataFrame) -> list[str]:
    """Gives the subjects, sorted, that have images of both spectra."""
    vis, nir = (set(images.loc[images["spectrum"] == each, "subject"]) for each in SPECTRA)
    return sorted(vis & nir)


def shuffled(
    images: pd.DataFrame, rng: np.random.Generator
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yields subject, spectrum and the labels of their images in random order, sorted by both."""
    for (subject, spectrum), own in images.groupby(["subject", "spectrum"], sort=True):
        yield subject, spectrum, rng.permutation(own.index.to_numpy())


def unseen_part(images: pd.DataFrame) -> pd.Series:
    """The part of people who are only tested: VIS images are enrolled, NIR images are probes."""
    return images["spectrum"].map({"VIS": "gallery", "NIR": "probe"})
