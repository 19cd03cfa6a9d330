"""What fakes are held against, and every figure that comes of it, with its interval."""

from collections.abc import Iterator

import numpy as np
from torch import Tensor

from generators.measures.intervals import Figures, deal, jackknife
from generators.measures.kind import Kind, Known
from generators.measures.known_faces import KnownFaces
from generators.measures.landmarks import displacement
from generators.measures.pairs import identity, psnr, ssim
from generators.measures.panel import Panel
from generators.measures.samples import coverage_statistic, distance_statistic

NEIGHBOURS = 5
PAIRS_LISTED = 12
SEED = 0  # of how people are dealt into groups for intervals
SHARES = {"precision", "recall", "coverage", "detection", "nir_likeness", "nir_person", "copies"}
NEVER_NEGATIVE = SHARES | {
    "fd_lite0", "fd_face", "fd_recognizer", "fid", "density", "landmarks", "perceptual_lite0"
}  # fmt: skip

Row = dict[str, str | float | int]


class Yardstick:
    """NIR images, of one half of the people that nobody was trained on, and faces of known ones."""

    def __init__(self, panel: Panel, real: Kind, known: Known | None) -> None:
        self.panel, self.real = panel, real
        self.real_images = panel.grey(real.images)
        self.known = None if known is None else KnownFaces.of(panel, known)

    def as_a_whole(self, name: str, kind: Kind) -> Iterator[Row]:
        """What all images of a kind are together: distances from the real ones, coverage."""
        images = self.panel.grey(kind.images)
        for figures in self.together(images, kind):
            yield from rows_of(name, figures, len(images))

    def image_by_image(self, name: str, kind: Kind) -> Iterator[Row]:
        """Means of what each image is."""
        for metric, values in self.one_by_one(self.panel.grey(kind.images), kind):
            yield from mean_rows(name, metric, values, kind.names())

    def together(self, images: Tensor, kind: Kind) -> Iterator[Figures]:
        """Distances from the real images and coverage of them."""
        groups = deal(self.real.names(), kind.names(), rng=np.random.default_rng(SEED))
        panel = self.panel
        for judge, frechet, kernel in (
            (panel.features, "fd_lite0", "kd_lite0"),
            (panel.inception, "fid", "kid"),
            (panel.embeddings, "fd_face", "kd_face"),
            (panel.recognizer, "fd_recognizer", "kd_recognizer"),
        ):
            real, fake = judge(self.real_images), judge(images)
            if real is not None and fake is not None:
                yield jackknife(distance_statistic(real, fake, frechet, kernel), *groups, fewest=2)
        real, fake = panel.features(self.real_images), panel.features(images)
        coverage = coverage_statistic(real, fake, NEIGHBOURS)
        yield jackknife(coverage, *groups, fewest=NEIGHBOURS + 1)

    def one_by_one(self, images: Tensor, kind: Kind) -> Iterator[tuple[str, np.ndarray]]:
        """Metrics with a value per image, NaN where it has none; the mean is the figure."""
        panel = self.panel
        yield "detection", panel.faces(images).astype(float)
        if kind.sources is not None:
            sources = panel.grey(kind.sources)
            yield "identity", identity(panel.embeddings(images), panel.embeddings(sources))
            if (points := panel.points(images)) is not None:
                yield "landmarks", displacement(points, panel.points(sources))
        if kind.truth is not None:
            truth = panel.grey(kind.truth)
            yield "ssim", ssim(images, truth)
            yield "psnr", psnr(images, truth)
            yield "perceptual_lite0", panel.judges.feature_gaps(images, truth)
        if self.known is not None:
            yield from self.known.taken_for(panel.embeddings(images), kind.names())
            yield "copies", self.known.copied(images).astype(float)

    def identities(self) -> Iterator[Row]:
        """`identity` of pairs of one VIS and one real NIR image: of one person, and of two."""
        if self.known is not None:
            for pairs, cosines, people in self.known.identities():
                yield from mean_rows(pairs, "identity", cosines, people)

    def pairs(self, name: str, kind: Kind) -> Iterator[Row]:
        """The images that lie nearest to a training image, by their rows in either."""
        if self.known is None:
            return
        near = self.known.nearest(self.panel.grey(kind.images))
        for row in np.argsort(near.distances, kind="stable")[:PAIRS_LISTED]:
            distance = float(near.distances[row])
            yield {"images": name, "row": int(row), "training_row": int(near.rows[row]),
                   "distance": distance, "allowed": self.known.allowed}  # fmt: skip


def mean_rows(name: str, metric: str, values: np.ndarray, people: np.ndarray) -> Iterator[Row]:
    """The mean of the values there are; nothing where there is none."""
    there = ~np.isnan(values)
    if not there.any():
        return
    some = values[there]
    groups = deal(people[there], rng=np.random.default_rng(SEED))
    figures = jackknife(lambda rows: {metric: float(some[rows].mean())}, *groups)
    yield from rows_of(name, figures, len(some))


def rows_of(name: str, figures: Figures, n: int) -> Iterator[Row]:
    """Rows of quality.csv; intervals end where their metric does."""
    for metric, value in figures.values.items():
        low, high = figures.low[metric], figures.high[metric]
        low = max(0.0, low) if metric in NEVER_NEGATIVE and low == low else low
        high = min(1.0, high) if metric in SHARES and high == high else high
        yield {"images": name, "metric": metric, "value": float(value), "n": n,
               "ci_low": float(low), "ci_high": float(high)}  # fmt: skip
