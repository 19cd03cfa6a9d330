"""Tests differences: a paired bootstrap over subjects, a t over seeds, Holm's adjustment.

Two training sets are scored on the same probes, so their difference is taken per probe first: what
makes a probe hard for both cancels. Two sources of chance remain, and an interval includes both:

* **Who was tested.** The probes of one subject succeed or fail together, so subjects are resampled,
  never probes (Davison & Hinkley 1997, section 3.8).
* **How the trainings went.** The mean of S seeds has the variance of one training divided by S.
  A few seeds estimate that variance badly, so this part is drawn from Student's t. It is estimated
  over the sets of the class of both, if they are of one class, else from the two alone
  (reports/training_variation.py).

The effect of who was tested has a part that all trainings share and a part that differs between
them. The spread between seeds already contains the second part, so only the first is added from the
bootstrap: its deviations are scaled by the share of (subjects) in (subjects + subjects x seeds),
from the analysis of variance of crossed random factors. Both are drawn and added, and the interval
is taken from the sums: the convolution that Fisher took for the Behrens-Fisher problem.
docs/calibration.md shows how often intervals contain the true value. With one seed the interval is
about these networks alone.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy import stats

from reports.training_variation import TrainingVariation, variation_of_means

RESAMPLES = 10_000
LEVEL = 0.95
CHUNK = 2_000  # resamples multiplied at once: 2,000 x 1,000 subjects are 16 MB


@dataclass(frozen=True)
class Estimate:
    """A mean or a mean difference, its interval, and what both are computed from.

    `p` is two-sided against zero, from the same draws as the interval; it is never 0. `freedom` is
    the number of degrees of freedom of the spread between seeds, 0 with one seed. With a single
    subject there is no interval: `low` and `high` are NaN, `p` is 1.
    """

    value: float
    low: float
    high: float
    p: float
    seeds: int
    subjects: int
    probes: int
    freedom: float = 0.0

    @property
    def test(self) -> str:
        """Return the name of the test, in words for tables."""
        seeds = f", t over seeds ({self.freedom:.3g} df)" if self.seeds > 1 else ""
        return f"bootstrap over subjects{seeds}"

    def of_share(self) -> "Estimate":
        """Return the estimate of a mean of outcomes in 0 to 1, with an interval inside this range.

        The interval is Wilson's (1927), for the number of independent trials that gives it the
        width of the present one (Korn & Graubard 1998 do so for other intervals). Where all
        outcomes are misses, or all are hits, they show no spread: each person counts as one trial.
        """
        if self.subjects < 2:
            return self
        variance, half = self.value * (1 - self.value), (self.high - self.low) / 2
        per_subject = stats.norm.ppf((1 + LEVEL) / 2) ** 2 / self.subjects  # one person, one trial
        per_trial = half**2 / variance if variance > 0 else per_subject
        centre = (self.value + per_trial / 2) / (1 + per_trial)
        reach = np.sqrt(half**2 + per_trial**2 / 4) / (1 + per_trial)
        low, high = min(centre - reach, self.value), max(centre + reach, self.value)
        return replace(self, low=float(max(0.0, low)), high=float(min(1.0, high)))

    def within(self, low: float, high: float) -> "Estimate":
        """Return the estimate with its interval clipped to the range of the metric."""
        ends = np.clip([self.low, self.high], low, high).tolist()
        return replace(self, low=ends[0], high=ends[1])


def paired_difference(
    outcomes_a: np.ndarray,
    outcomes_b: np.ndarray,
    subjects: np.ndarray,
    rng: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    variation: TrainingVariation | None = None,
) -> Estimate:
    """Estimate the mean of A - B over seeds and probes, clustered by subject.

    `outcomes_a`, `outcomes_b`: (seeds, probes) or (probes,) float, the same seeds and probes in the
    same order; `subjects`: (probes,) str or int, the subject of each probe; `variation`: the
    training variation of differences, estimated from these two alone where it is not given.
    Raises ValueError where the shapes differ, or as `subject_sums` does.
    """
    a, b = np.asarray(outcomes_a, float), np.asarray(outcomes_b, float)
    if a.shape != b.shape:
        raise ValueError(f"outcomes are not paired: shapes {a.shape} and {b.shape}")
    return mean_with_interval(
        a - b, subjects, rng, resamples=resamples, level=level, variation=variation
    )


def mean_with_interval(
    outcomes: np.ndarray,
    subjects: np.ndarray,
    rng: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    variation: TrainingVariation | None = None,
) -> Estimate:
    """Estimate the mean over seeds and probes; arguments and errors as in `paired_difference`."""
    values = np.atleast_2d(np.asarray(outcomes, float))
    sums, counts = subject_sums(values, np.asarray(subjects))
    times_drawn = subject_draws(len(counts), rng, resamples)
    return estimate(sums, counts, times_drawn, rng, level=level, variation=variation)


def estimate(
    sums: np.ndarray,
    counts: np.ndarray,
    times_drawn: np.ndarray,
    rng: np.random.Generator,
    *,
    level: float = LEVEL,
    variation: TrainingVariation | None = None,
) -> Estimate:
    """Estimate the mean and its interval from `subject_sums` and `subject_draws`.

    `sums`: (seeds, subjects) float; `counts`: (subjects,) int; `times_drawn`: (resamples, subjects)
    int16. `rng` draws the variation between seeds; with one seed it is not used.
    """
    seeds, subjects = sums.shape
    value = float(sums.sum() / counts.sum() / seeds)
    deviations = _scaled(bootstrap_means(sums, counts, times_drawn) - value, sums, counts, level)
    freedom = 0.0
    if seeds > 1:
        variation = variation or variation_of_means(sums.sum(1)[None] / counts.sum())
        freedom = variation.freedom
        deviations += np.sqrt(variation.variance / seeds) * rng.standard_t(freedom, len(deviations))
    low, high, p = np.nan, np.nan, 1.0
    if subjects > 1:
        tail = (1 - level) / 2
        low, high = (float(end) for end in np.quantile(value + deviations, [tail, 1 - tail]))
        p = two_sided_p(value + deviations)
    return Estimate(value, low, high, p, seeds, subjects, int(counts.sum()), freedom)


def subject_sums(values: np.ndarray, subjects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum (seeds, probes) float by subject => (seeds, subjects) float, and counts (subjects,) int.

    A resampled mean is computed from these alone, so its cost does not depend on the probes. Raises
    ValueError for another number of subjects than of probes, without any, and for NaN or infinity.
    """
    if values.shape[1] != len(subjects) or not len(subjects):
        raise ValueError(f"{values.shape[1]} probes, but {len(subjects)} subjects")
    if not np.isfinite(values).all():
        raise ValueError("outcomes that are no numbers; a missing probe is a miss")
    names, places = np.unique(subjects, return_inverse=True)
    sums = np.stack([np.bincount(places, row, len(names)) for row in values])
    return sums, np.bincount(places, minlength=len(names))


def subject_draws(subjects: int, rng: np.random.Generator, resamples: int) -> np.ndarray:
    """Draw subjects with replacement => how often each is drawn, (resamples, subjects) int16."""
    parts = []
    for start in range(0, resamples, CHUNK):
        rows = min(CHUNK, resamples - start)
        chosen = rng.integers(subjects, size=(rows, subjects))
        cells = (chosen + subjects * np.arange(rows)[:, None]).ravel()
        parts.append(np.bincount(cells, minlength=rows * subjects).astype(np.int16))
    return np.concatenate(parts).reshape(resamples, subjects)


def bootstrap_means(sums: np.ndarray, counts: np.ndarray, times_drawn: np.ndarray) -> np.ndarray:
    """Return the mean over seeds and probes of each draw of subjects => (resamples,) float.

    Arguments as in `estimate`.
    """
    totals = np.stack([sums.mean(0), counts], axis=1)
    parts = [
        times_drawn[start : start + CHUNK].astype(float) @ totals
        for start in range(0, len(times_drawn), CHUNK)
    ]
    hits, probes = np.concatenate(parts).T
    return hits / probes


def _scaled(
    deviations: np.ndarray, sums: np.ndarray, counts: np.ndarray, level: float
) -> np.ndarray:
    """Scale bootstrap deviations, (resamples,) float, to the spread that the interval needs.

    A bootstrap of n subjects is too narrow by sqrt((n - 1) / n), and by the ratio of Student's to
    the normal quantile. With several seeds only the part that all of them share is kept.
    """
    subjects = len(counts)
    if subjects < 2:
        return deviations
    share = shared_part(sums, counts)
    return deviations * _student(subjects, level) * np.sqrt(share * subjects / (subjects - 1))


@cache
def _student(subjects: int, level: float) -> float:
    """Return the ratio of Student's quantile, for so many subjects, to the normal one."""
    tail = (1 + level) / 2
    return float(stats.t.ppf(tail, subjects - 1) / stats.norm.ppf(tail))


def shared_part(sums: np.ndarray, counts: np.ndarray) -> float:
    """Return the share of the variance over subjects that all seeds have in common, 0 to 1.

    It is (MS subjects - MS residual) / MS subjects, at least 0, of the two-way analysis of variance
    of each subject's contribution to the mean of its seed. Arguments as in `estimate`.
    """
    seeds, subjects = sums.shape
    if seeds == 1:
        return 1.0
    parts = sums - counts * (sums.sum(1, keepdims=True) / counts.sum())
    means = parts.mean(0)
    among = seeds * (means**2).sum() / (subjects - 1)
    residual = ((parts - means) ** 2).sum() / ((seeds - 1) * (subjects - 1))
    return float(max(0.0, 1 - residual / among)) if among else 0.0


def two_sided_p(draws: np.ndarray) -> float:
    """Return twice the smaller share of (B,) float draws on one side of zero, (1 + k) / (1 + B).

    Davison & Hinkley 1997, equation 4.11: counting the data itself keeps p above 0.
    """
    # Sums that cancel to zero come out as +-1e-17; such means lie on both sides.
    tolerance = 1e-12
    fewer = min((draws <= tolerance).sum(), (draws >= -tolerance).sum())
    return float(min(1.0, 2 * (1 + fewer) / (1 + len(draws))))


def holm(p_values: np.ndarray) -> np.ndarray:
    """Adjust the p values of a family so that errors over the whole family stay below the level.

    Holm 1979: the i-th smallest of m is multiplied by m - i + 1, made monotone, at most 1.
    (m,) float => (m,) float.
    """
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
