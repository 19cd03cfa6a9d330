"""What fakes are held against, and every figure that comes of it, with its interval."""

from collections.abc import Iterator

import numpy as np
from torch import Tensor

from generators.measures import copies
from generators.measures.intervals import Figures, deal, jackknife
from generators.measures.kind import Kind, Known
from generators.measures.landmarks import displacement
from generators.measures.likeness import People, pairs_of_people
from generators.measures.pairs import identity, psnr, ssim
from generators.measures.panel import Panel
from generators.measures.samples import coverage_statistic, distance_statistic

NEIGHBOURS = 5
MOST_PER_PERSON = 5  # real NIR images of a person that fakes are held against
PAIRS_LISTED = 12
SEED = 0  # of choices within a yardstick: all kinds are held against the same one
SHARES = {"precision", "recall", "coverage", "detection", "nir_likeness", "nir_person", "copies"}
NEVER_NEGATIVE = SHARES | {
    "fd_lite0", "fd_face", "fd_recognizer", "fid", "density", "landmarks", "perceptual_lite0"
}  # fmt: skip

Row = dict[str, str | float | int]


class Yardstick:
    """One half of the real NIR images that nobody was trained on, and images of known people."""

    def __init__(self, panel: Panel, real: Kind, known: Known | None) -> None:
        self.panel, self.real, self.known = panel, real, known
        self.real_images = panel.grey(real.images)
        if known is None:
            return
        few = known.nir.take(few_per_person(known.nir.names(), MOST_PER_PERSON))
        self.nir, self.nir_people = panel.embeddings(panel.grey(few.images)), few.names()
        self.vis = panel.embeddings(panel.grey(known.vis.images))
        self.people = People(self.nir, self.nir_people, self.vis, known.vis.names())
        self.training = copies.flattened(panel.grey(known.nir.images))
        self.allowed = copies.closest_allowed(self.training)

    def rows(self, name: str, kind: Kind) -> Iterator[Row]:
        """Every figure that the kind's images allow."""
        images = self.panel.grey(kind.images)
        for figures in self.as_a_whole(images, kind):
            yield from rows_of(name, figures, len(images))
        for metric, values in self.image_by_image(images, kind):
            yield from mean_rows(name, metric, values, kind.names())

    def as_a_whole(self, images: Tensor, kind: Kind) -> Iterator[Figures]:
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

    def image_by_image(self, images: Tensor, kind: Kind) -> Iterator[tuple[str, np.ndarray]]:
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
            yield from self.among_known_people(images, kind)

    def among_known_people(self, images: Tensor, kind: Kind) -> Iterator[tuple[str, np.ndarray]]:
        """What and whom images are taken for, and whether they are copies."""
        faces, names = self.panel.embeddings(images), kind.names()
        infrared = self.people.near_infrared(faces, names)
        right = infrared * self.people.right_person(faces, names)
        yield "nir_likeness", infrared
        yield "nir_person", np.where(np.isin(names, self.people.names), right, np.nan)
        near = copies.nearest(copies.flattened(images), self.training)
        yield "copies", (near.distances < self.allowed).astype(float)

    def identities(self) -> Iterator[Row]:
        """`identity` of pairs of one VIS and one real NIR image: of one person, and of two."""
        if self.known is None:
            return
        names = self.known.vis.names()
        rows, *partners = pairs_of_people(names, self.nir_people, np.random.default_rng(SEED))
        for kind, partner in zip(("genuine", "impostor"), partners, strict=True):
            values = identity(self.vis[rows], self.nir[partner])
            yield from mean_rows(kind, "identity", values, names[rows])

    def pairs(self, name: str, kind: Kind) -> Iterator[Row]:
        """The images that lie nearest to a training image, by their rows in either."""
        if self.known is None:
            return
        near = copies.nearest(copies.flattened(self.panel.grey(kind.images)), self.training)
        for row in np.argsort(near.distances, kind="stable")[:PAIRS_LISTED]:
            distance = float(near.distances[row])
            yield {"images": name, "row": int(row), "training_row": int(near.rows[row]),
                   "distance": distance, "allowed": self.allowed}  # fmt: skip


def few_per_person(names: np.ndarray, most: int) -> np.ndarray:
    """Row numbers, ascending: at most so many of each person, drawn."""
    order = np.random.default_rng(SEED).permutation(len(names))
    kept: dict[str, list[int]] = {}
    for row in order:
        rows = kept.setdefault(names[row], [])
        if len(rows) < most:
            rows.append(int(row))
    return np.sort(np.array([row for rows in kept.values() for row in rows], int))


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
