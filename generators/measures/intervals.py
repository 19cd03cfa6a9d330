"""Computes intervals of figures over a sample: a jackknife that leaves out groups of people.

Images of one person resemble each other, so people are left out, never single images. They are
divided into at most 20 groups, and the figure is computed again without each group (delete-a-group
jackknife with unequal groups: Busing, Meijer & van der Leeden 1999). A bootstrap does not work
here, since resamples hold images twice, which lowers the rank of a covariance and shrinks the balls
of nearest neighbours: a Frechet distance or a precision of resamples differs much from the figure.

The interval describes the choice of people at this number of images. It does not correct the bias
that a Frechet distance has at any number of images: compare figures of the same n and the floor.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

GROUPS = 20
FEWEST_GROUPS = 4
LEVEL = 0.95


@dataclass(frozen=True)
class Figures:
    """Figures by name, and the ends of their intervals; NaN where there are too few people."""

    values: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]


def jackknife(
    statistic: Callable[..., dict[str, float]],
    *groups: np.ndarray,
    fewest: int = 1,
    level: float = LEVEL,
) -> Figures:
    """Return a statistic of one or several samples, with t intervals from the jackknife.

    `groups`: per sample (N,) int, the group of each row, with the same numbers in all samples.
    `statistic` takes per sample (n,) int row numbers, of which it needs at least `fewest`.
    """
    whole = statistic(*(np.arange(len(group_of)) for group_of in groups))
    values = np.array(list(whole.values()))
    sizes = np.bincount(np.concatenate(groups)).astype(float)
    half = np.full(len(values), np.nan)
    kept = [[np.flatnonzero(group_of != k) for group_of in groups] for k in range(len(sizes))]
    if len(sizes) >= FEWEST_GROUPS and all(len(rows) >= fewest for part in kept for rows in part):
        without = np.array([list(statistic(*part).values()) for part in kept])
        half = t.ppf((1 + level) / 2, len(sizes) - 1) * standard_error(values, without, sizes)
    ends = (values, values - half, values + half)
    return Figures(*(dict(zip(whole, x.tolist(), strict=True)) for x in ends))


def standard_error(whole: np.ndarray, without: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the jackknife standard errors of M figures from G groups of people.

    (M,) figures, (G, M) figures without each group, (G,) sizes of the groups => (M,) float64.
    Busing et al. 1999, equation 9: pseudo-values h x whole - (h - 1) x without, h = n / size.
    """
    share = (sizes.sum() / sizes)[:, None]
    with np.errstate(invalid="ignore"):  # a PSNR of equal images is infinite, its error NaN
        pseudo = share * whole - (share - 1) * without
        centre = (pseudo / share).sum(0)
        return np.sqrt(((pseudo - centre) ** 2 / (share - 1)).mean(0))


def group_people(
    *people: np.ndarray, rng: np.random.Generator, most: int = GROUPS
) -> list[np.ndarray]:
    """Divide people at random into at most `most` groups with about equally many images.

    `people`: per sample (N,) str, who each image shows => per sample (N,) int group numbers. A
    person is in the same group in all samples.
    """
    names, person_of = np.unique(np.concatenate(people), return_inverse=True)
    ends = np.cumsum([len(names_of) for names_of in people])[:-1]
    parts = np.split(person_of, ends)
    counts = np.stack([np.bincount(part, minlength=len(names)) for part in parts])
    shuffled = rng.permutation(len(names))
    order = shuffled[np.lexsort(counts[:, shuffled])]
    group = np.empty(len(names), int)
    group[order] = np.arange(len(names)) % min(most, len(names))
    return [group[part] for part in parts]
