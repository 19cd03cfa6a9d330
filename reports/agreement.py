"""Correlates the ranks of recognition gains with those of each metric of image quality.

A point is one variant and seed: the value of a metric for its fakes, and the gain of the recognizer
trained on them in that seed. Seeds shift both, because each seed trains another recognizer, so
ranks are also taken within seeds. A positive correlation is agreement: images that are
better by that metric go with a larger gain.
"""

import itertools
import math
import zlib

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from reports.summary import Summary

FEWEST = 4  # a correlation needs as many points
DRAWS = 10_000
MOST_ORDERS = 5_040  # up to this number all orders are tried, above it a sample


def points(summary: Summary, task: str, name: str) -> pd.DataFrame:
    """Return a row per metric, variant and seed: images, training_set, metric, seed, value, gain.

    `gain` is that of recognition metric `name` in `task` over the baseline in the same
    seed, positive where better. Folds are pooled.
    """
    rows = summary.recognition
    rows = rows[(rows["protocol"] == task) & (rows["metric"] == name)]
    sums = rows.assign(value=rows["value"] * rows["n"]).groupby(
        ["training_set", "seed"], sort=False
    )
    scored = sums[["value", "n"]].sum().eval("value / n")
    marks = []
    for fakes in summary.training_sets:
        if fakes.images and fakes.role in ("fakes", "leaky"):
            values = _quality_by_seed(summary.quality, fakes.images)
            for (image_metric, seed), value in values.items():
                own, base = (fakes.name, seed), (summary.in_role("baseline")[0], seed)
                if own in scored.index and base in scored.index:
                    gain = (scored[own] - scored[base]) * summary.metric(name).sign
                    marks.append((fakes.images, fakes.name, image_metric, seed, value, gain))
    columns = ["images", "training_set", "metric", "seed", "value", "gain"]
    return pd.DataFrame(marks, columns=columns)


def _quality_by_seed(quality: pd.DataFrame, images: str) -> pd.Series:
    """Return the mean over folds of each (metric, seed)."""
    rows = quality[(quality["images"] == images) & quality["value"].notna()]
    return rows.groupby(["metric", "seed"], sort=False)["value"].mean()


def agreement(summary: Summary, marks: pd.DataFrame) -> pd.DataFrame:
    """Return a row per metric: metric, rho, rho_within, p, n, seeds; `marks` as of `points`.

    `rho` is Spearman's over all points, `rho_within` that of ranks within each seed, both positive
    where the better images gain more; `p` is two-sided, of `rho_within` where there are several
    seeds, by shuffling gains within seeds. NaN below FEWEST points and where nothing varies.
    """
    table = [
        {"metric": name, **agreement_of(rows, summary.metric(str(name)).sign, str(name))}
        for name, rows in marks.groupby("metric", sort=False)
    ]
    return pd.DataFrame(table, columns=["metric", "rho", "rho_within", "p", "n", "seeds"])


def agreement_of(marks: pd.DataFrame, sign: int, name: str = "") -> dict[str, float]:
    """Return the correlations of one metric's points; `name` seeds the shuffling."""
    values, gains = sign * marks["value"].to_numpy(), marks["gain"].to_numpy()
    seeds = marks["seed"].to_numpy()
    enough = len(marks) >= FEWEST
    within = _centred(values, seeds), _centred(gains, seeds)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return {
        "rho": _correlation(rankdata(values), rankdata(gains)) if enough else np.nan,
        "rho_within": _correlation(*within) if enough else np.nan,
        "p": _shuffled_p(*within, seeds, rng) if enough else np.nan,
        "n": len(marks),
        "seeds": len(set(seeds)),
    }


def _centred(values: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Return ranks within each seed minus their mean, (N,) float and (N,) int => (N,) float."""
    ranks = np.empty(len(values))
    for seed in set(seeds):
        own = seeds == seed
        ranks[own] = rankdata(values[own]) - (own.sum() + 1) / 2
    return ranks


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return Pearson's correlation of (N,) and (N,) float; NaN where one of them is constant."""
    return float(_correlations(a, b[None])[0])


def _correlations(a: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return Pearson's correlations, (N,), (K, N) float => (K,) float; NaN if one is constant."""
    a, others = a - a.mean(), others - others.mean(1, keepdims=True)
    lengths = np.sqrt((a @ a) * (others**2).sum(1))
    return np.divide(others @ a, lengths, out=np.full(len(others), np.nan), where=lengths > 1e-9)


def _shuffled_p(a: np.ndarray, b: np.ndarray, seeds: np.ndarray, rng: np.random.Generator) -> float:
    """Return the two-sided p of a correlation within seeds, by shuffling (N,) `b` within seeds.

    All orders are used where they are at most MOST_ORDERS, else a sample and the observed order.
    """
    observed = _correlation(a, b)
    if np.isnan(observed):
        return np.nan
    shuffled = _correlations(a, orders(b, seeds, rng))
    return float((np.abs(shuffled) >= abs(observed) - 1e-9).mean())


def orders(b: np.ndarray, seeds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `b` in other orders within seeds, (N,) float => (K, N) float.

    These are all orders or, of more than MOST_ORDERS, `b` itself and a random sample.
    """
    groups = [np.flatnonzero(seeds == seed) for seed in dict.fromkeys(seeds)]
    if math.prod(math.factorial(len(group)) for group in groups) > MOST_ORDERS:
        sample = np.tile(b, (DRAWS + 1, 1))
        for group in groups:
            sample[1:, group] = rng.permuted(sample[1:, group], axis=1)
        return sample
    ways = itertools.product(*(itertools.permutations(group) for group in groups))
    every = np.tile(b, (math.prod(math.factorial(len(group)) for group in groups), 1))
    for row, order in zip(every, ways, strict=True):
        row[np.concatenate(groups)] = b[list(itertools.chain(*order))]
    return every
