"""Computes intervals of figures over a sample: a jackknife that leaves out groups of people.

Images of one person resemble each other, so people are left out, never single images; they are
dealt into at most 20 groups, and the figure is computed again without each group (delete-a-group
jackknife with unequal groups: Busing, Meijer & van der Leeden 1999). It is no bootstrap, since
resamples hold images twice, which lowers the rank of a covariance and shrinks every neighbour's
ball: a Frechet distance or a precision over resamples lies far from the figure itself.

The interval is about the draw of people at this number of images. It leaves in the bias that a
Frechet distance has at any number of images: compare figures of the same n, and beside the floor.
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
    """Several figures by name, each with its interval; NaN where there are too few people."""

    values: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]


def jackknife(
    statistic: Callable[..., dict[str, float]],
    *groups: np.ndarray,
    fewest: int = 1,
    level: float = LEVEL,
) -> Figures:
    """`statistic` of the rows of one or several samples, and t intervals of its spread.

    `groups`: per sample (N,) int, the group of each row, numbered alike in all samples; `statistic`
    gets per sample the numbers of the rows to look at, and needs `fewest` of each.
    """
    whole = statistic(*(np.arange(len(each)) for each in groups))
    values = np.array(list(whole.values()))
    sizes = np.bincount(np.concatenate(groups)).astype(float)
    half = np.full(len(values), np.nan)
    kept = [[np.flatnonzero(each != k) for each in groups] for k in range(len(sizes))]
    if len(sizes) >= FEWEST_GROUPS and all(len(rows) >= fewest for part in kept for rows in part):
        without = np.array([list(statistic(*part).values()) for part in kept])
        half = t.ppf((1 + level) / 2, len(sizes) - 1) * standard_error(values, without, sizes)
    ends = (values, values - half, values + half)
    return Figures(*(dict(zip(whole, x.tolist(), strict=True)) for x in ends))


def standard_error(whole: np.ndarray, without: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(M,) figures, (G, M) figures without each group, (G,) the groups' sizes -> (M,) errors.

    Busing et al. 1999, equation 9: pseudo-values h x whole - (h - 1) x without, h = n / size.
    """
    share = (sizes.sum() / sizes)[:, None]
    with np.errstate(invalid="ignore"):  # a PSNR of equal images is infinite, its error NaN
        pseudo = share * whole - (share - 1) * without
        centre = (pseudo / share).sum(0)
        return np.sqrt(((pseudo - centre) ** 2 / (share - 1)).mean(0))


def deal(*people: np.ndarray, rng: np.random.Generator, most: int = GROUPS) -> list[np.ndarray]:
    """Deals people into groups that hold about as many images of each sample.

    `people`: per sample (N,) str, who each image shows -> per sample (N,) int group numbers, a
    person in the same group everywhere.
    """
    names, which = np.unique(np.concatenate(people), return_inverse=True)
    ends = np.cumsum([len(each) for each in people])[:-1]
    parts = np.split(which, ends)
    counts = np.stack([np.bincount(part, minlength=len(names)) for part in parts])
    shuffled = rng.permutation(len(names))
    order = shuffled[np.lexsort(counts[:, shuffled])]
    group = np.empty(len(names), int)
    group[order] = np.arange(len(names)) % min(most, len(names))
    return [group[part] for part in parts]
