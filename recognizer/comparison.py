"""Compares all probes with one image of each gallery person; P x G scores take O(P) memory.

There are two passes over blocks of rows. The first counts impostor scores against the genuine ones
and finds each probe's rank and its most similar other person; it determines thresholds, at which
the second pass counts the false accepts of each probe and of each gallery person. Metrics follow
from the counts by the rules in recognizer/metrics.py. Memory: the embeddings, 0.3 kB per probe, and
blocks of 16 MB or 64 bytes per probe, whichever is more, eight of them at once. The size and order
of blocks do not change any result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from faces.common.errors import DataError
from recognizer.equal_error import Crossing, equal_error
from recognizer.impostor_counts import ImpostorCounter, ImpostorCounts
from recognizer.impostors import Accepted, Outscored, Pairs
from recognizer.metrics import ranks_among, threshold_at
from recognizer.thresholds import Thresholds

SMALLEST_BLOCK = 2**21  # scores
NARROWEST_ROW = 512  # so that a block's embeddings do not need more memory than its scores
SCORES_PER_PROBE = 8  # in a block; large blocks, since all genuine scores are searched in each


class Scores(Protocol):
    """(P, G) scores, higher is more similar, that need not be in memory together."""

    shape: tuple[int, int]

    def block(self, rows: slice) -> np.ndarray:
        """Return the scores of some probes, (n, G) float64, an array that the caller may change."""

    def pairs(self, columns: np.ndarray) -> np.ndarray:
        """Return each probe's score with one gallery image: (P,) int => (P,) float64."""


class Table:
    """(P, G) scores in memory. Raises DataError where one is not finite."""

    def __init__(self, scores: np.ndarray) -> None:
        if not np.isfinite(scores).all():
            raise DataError("recognition scores hold values that are not numbers (NaN)")
        self.shape = scores.shape
        self._scores = scores

    def block(self, rows: slice) -> np.ndarray:
        """Return the scores of some probes, (n, G) float64, in a new array."""
        return self._scores[rows].astype(np.float64)

    def pairs(self, columns: np.ndarray) -> np.ndarray:
        """Return each probe's score with one gallery image: (P,) int => (P,) float64."""
        return self._scores[np.arange(len(columns)), columns].astype(np.float64)


@dataclass(frozen=True)
class Comparison:
    """`scores` of P probes with one image of each of G people.

    `probe_subjects`: (P,) str. `gallery_subjects`: (G,) str, each subject once. `missed_subjects`:
    (M,) str, of the misses, which have no scores. `strangers` are not enrolled in the open set
    (recognizer/open_set.py). `thresholds` were set on other pairs. Raises DataError for a probe
    whose subject is not in the gallery, and where there are no probes or fewer than two gallery
    subjects.
    """

    scores: Scores
    probe_subjects: np.ndarray
    gallery_subjects: np.ndarray
    missed_subjects: np.ndarray = field(default_factory=lambda: np.array([], str))
    strangers: frozenset[str] = frozenset()
    thresholds: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        gallery = self.gallery_subjects
        assert self.scores.shape == (len(self.probe_subjects), len(gallery))
        assert len(np.unique(gallery)) == len(gallery), "one gallery image per person"
        if unknown := sorted(set(self.probe_subjects) - set(gallery)):
            raise DataError(f"probe subjects without a gallery image: {', '.join(unknown[:10])}")
        if not len(self.probe_subjects) or len(gallery) < 2:
            raise DataError("unseen subjects: too few found faces to match; see the list of misses")

    def own_columns(self) -> np.ndarray:
        """Return the gallery column of each probe's own person: (P,) int64."""
        order = np.argsort(self.gallery_subjects)
        return order[np.searchsorted(self.gallery_subjects[order], self.probe_subjects)]

    def are_strangers(self, subjects: np.ndarray) -> np.ndarray:
        """Tell which subjects are not enrolled in the open set: (N,) str => (N,) bool."""
        return np.array([subject in self.strangers for subject in subjects], bool)


@dataclass(frozen=True)
class Tally:
    """The results of one comparison of P probes with `people` gallery images.

    `own` (P,) int64: the column of each probe's person. `ranks` (P,) int64 as by `metrics.ranks`.
    `counts`: how many impostors reach the genuine scores. `other` (P,) int64: the column of the
    most similar other person, the first of several, and `impostor` (P,) float64, their score.
    `crossing`: the point of equal errors. `at_crossing`: the impostor pairs accepted at its two
    thresholds; `at_far`: those accepted at each FAR; `at_threshold`: those accepted at each of the
    `thresholds` that were set on other pairs, by name. `outscored`: the genuine scores below
    impostor pairs. In the open set, `rival` (P,) float64 is the highest score with an enrolled
    other person, -inf without any; `stranger` (P,) bool and, of the M misses, `missed_stranger`
    (M,) bool tell whose person is not enrolled.
    """

    people: int
    own: np.ndarray
    ranks: np.ndarray
    counts: ImpostorCounts
    other: np.ndarray
    impostor: np.ndarray
    crossing: Crossing
    at_crossing: tuple[Pairs, Pairs]
    at_far: dict[float, Pairs]
    outscored: Pairs
    rival: np.ndarray
    stranger: np.ndarray
    missed_stranger: np.ndarray
    thresholds: Thresholds
    at_threshold: dict[str, Pairs]

    @property
    def misses(self) -> int:
        """The number of probes that could not be compared."""
        return len(self.missed_stranger)

    def accepted_at(self, name: str) -> np.ndarray:
        """Return the share of each probe's impostors accepted at a threshold: (P,) float64.

        Raises DataError for a threshold that could not be set.
        """
        self.thresholds.at(name)
        return self.at_threshold[name].by_probe / (self.people - 1)


def tally(
    comparison: Comparison, fars: Sequence[float] = (), block_rows: int | None = None
) -> Tally:
    """Compare all probes with the gallery in two passes.

    `fars` are the false accept rates at which impostor pairs are counted. `block_rows`, the number
    of probes in a block, does not change the result.
    """
    probes, people = comparison.scores.shape
    own = comparison.own_columns()
    genuine = comparison.scores.pairs(own)
    counter = ImpostorCounter(genuine)
    ranks, other = np.empty(probes, np.int64), np.empty(probes, np.int64)
    impostor, rival = np.empty(probes), np.empty(probes)
    enrolled = ~comparison.are_strangers(comparison.gallery_subjects)
    for rows, block in _impostors(comparison.scores, own, block_rows):
        ranks[rows] = ranks_among(genuine[rows], block)
        other[rows] = block.argmax(1)
        impostor[rows] = block[np.arange(len(block)), other[rows]]
        rival[rows] = block.max(1, initial=-np.inf, where=enrolled)
        counter.add(np.sort(block, axis=None)[len(block) :])  # the own scores, -inf, come first
    counts = counter.counts()
    crossing = equal_error(counts, len(comparison.missed_subjects))
    at_far = {far: threshold_at(counts, far) for far in fars}
    thresholds = [*crossing.thresholds, *at_far.values(), *comparison.thresholds.values.values()]
    accepted, outscored = Accepted(thresholds, probes, people), Outscored(genuine, people)
    for rows, block in _impostors(comparison.scores, own, block_rows):
        accepted.add(rows, block)
        outscored.add(rows, block)
    at = [accepted.pairs(place) for place in range(len(thresholds))]
    return Tally(
        people=people,
        own=own,
        ranks=ranks,
        counts=counts,
        other=other,
        impostor=impostor,
        crossing=crossing,
        at_crossing=(at[0], at[1]),
        at_far=dict(zip(at_far, at[2:], strict=False)),
        outscored=outscored.pairs(),
        rival=rival,
        stranger=comparison.are_strangers(comparison.probe_subjects),
        missed_stranger=comparison.are_strangers(comparison.missed_subjects),
        thresholds=comparison.thresholds,
        at_threshold=dict(zip(comparison.thresholds.values, at[2 + len(at_far) :], strict=True)),
    )


def _impostors(
    scores: Scores, own: np.ndarray, block_rows: int | None
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield rows of probes and their scores, (n, G) float64, in which the own person's are -inf."""
    probes, people = scores.shape
    wanted = max(SMALLEST_BLOCK, SCORES_PER_PROBE * probes)
    step = block_rows or max(1, wanted // max(people, NARROWEST_ROW))
    for start in range(0, probes, step):
        rows = slice(start, min(start + step, probes))
        block = scores.block(rows)
        block[np.arange(len(block)), own[rows]] = -np.inf
        yield rows, block
