"""Scores the task `unseen-subjects`: probes are matched to a gallery by cosines of embeddings.

The gallery holds one VIS image per person, chosen in several draws; the probes are NIR. A probe
whose face was not found, or whose subject has no gallery image with a found face, is a miss: it has
the worst outcome in every metric that does not say otherwise. Misses do not count as impostors. Any
network can be scored that computes embeddings of unit length.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from faces.common.errors import DataError
from faces.packed import Packed
from recognizer import confusions, curves, outcomes, thresholds
from recognizer.comparison import Comparison, Tally, tally
from recognizer.cosines import Cosines
from recognizer.open_set import strangers
from recognizer.tables import UNSEEN, Tables, confusion_rows, found, outcome_rows
from recognizer.thresholds import Thresholds, TrainingImages

GALLERY_SEED = (
    20_180_402  # fixed: the galleries are the same for every training set, seed and variant
)

Embed = Callable[[np.ndarray, str], np.ndarray]


def match(
    gallery: Packed,
    probe: Packed,
    embed: Embed,
    *,
    draws: int,
    far_targets: Sequence[float],
    training: TrainingImages | None = None,
) -> Tables:
    """Match probes to the gallery: outcomes, curves, omitted metrics and confusions.

    `embed`: (N, S, S, C) uint8 images and their spectrum, "VIS" or "NIR" => (N, D) float embeddings
    of unit length. `training`: images to set a threshold on, beside those of the gallery. Raises
    DataError where no probe can be matched, or there are fewer than two people to match probes to.
    """
    enrolled = found(gallery.index)
    subjects = gallery.index["subject"].to_numpy(str)[enrolled]
    names = probe.index["subject"].to_numpy(str)
    compared = found(probe.index) & np.isin(names, subjects)
    enrolled_embeddings = embed(gallery.images[enrolled], "VIS")
    comparisons = _compare(
        enrolled_embeddings,
        subjects,
        embed(probe.images[compared], "NIR"),
        names[compared],
        draws=draws,
        missed=names[~compared],
        strangers=strangers([*gallery.index["subject"], *names]),
        thresholds=_thresholds(enrolled_embeddings, subjects, training, embed),
    )
    tallies = [tally(draw, far_targets) for draw in comparisons]
    scored = outcomes.unseen(tallies, far_targets)
    most_similar = confusions.of_tally(tallies[0], comparisons[0].gallery_subjects)
    rows = [
        outcome_rows(
            UNSEEN,
            scored.records[name],
            probe.index,
            values,
            compared=compared,
            as_impostor=scored.as_impostor.get(name, 0.0),
            of_misses=scored.misses[name].values,
            misses_as_impostor=scored.misses[name].as_impostor,
        )
        for name, values in scored.values.items()
    ]
    return Tables(
        curves=pd.concat(_curves(tallies, float(compared.mean()), far_targets)),
        omitted=pd.DataFrame(
            [(UNSEEN, *left_out) for left_out in scored.omitted.items()],
            columns=["protocol", "metric", "reason"],
        ),
        confusions=confusion_rows(UNSEEN, probe.index, compared, most_similar),
        outcomes=pd.concat(rows),
    )


def _thresholds(
    enrolled: np.ndarray, subjects: np.ndarray, training: TrainingImages | None, embed: Embed
) -> Thresholds:
    """Set thresholds on (N, D) embeddings of enrolled images and on training images, if given."""
    impostors = {"vis": thresholds.impostors_within(enrolled, subjects)}
    if training:
        nir, vis = training.nir, training.vis
        impostors["nir"] = thresholds.impostors_between(
            embed(nir.images, "NIR"),
            nir.index["subject"].to_numpy(str),
            embed(vis.images, "VIS"),
            vis.index["subject"].to_numpy(str),
        )
    return thresholds.of_impostors(impostors)


def _compare(
    gallery: np.ndarray,
    gallery_subjects: np.ndarray,
    probe: np.ndarray,
    probe_subjects: np.ndarray,
    *,
    draws: int,
    missed: np.ndarray,
    strangers: frozenset[str],
    thresholds: Thresholds,
) -> list[Comparison]:
    """Compare probes with each draw of the gallery by cosines: (G, D), (G,), (P, D), (P,).

    Raises DataError where there are no probes or fewer than two people to match probes to.
    """
    if not len(probe) or len(np.unique(gallery_subjects)) < 2:
        raise DataError("unseen subjects: too few found faces to match; see the list of misses")
    return [
        Comparison(
            Cosines(probe, gallery[rows]),
            probe_subjects,
            gallery_subjects[rows],
            missed_subjects=missed,
            strangers=strangers,
            thresholds=thresholds,
        )
        for rows in gallery_draws(gallery_subjects, draws, GALLERY_SEED)
    ]


def gallery_draws(subjects: np.ndarray, draws: int, seed: int) -> list[np.ndarray]:
    """Draw one image of each of S subjects, `draws` times: (N,) str => (S,) int row numbers each.

    The rows are in the order of subjects. They depend only on the gallery and the seed, so they are
    the same for every recognizer. A subject's images are all used before one is used again; if
    nobody has as many images as there are draws, draws that would repeat earlier ones are left
    out.
    """
    generator = np.random.default_rng(seed)
    people = np.unique(subjects)
    shuffled = [generator.permutation(np.flatnonzero(subjects == person)) for person in people]
    different = min(draws, max(len(rows) for rows in shuffled))
    return [np.array([rows[draw % len(rows)] for rows in shuffled]) for draw in range(different)]


def _curves(
    tallies: list[Tally], share_found: float, far_targets: Sequence[float]
) -> Iterator[pd.DataFrame]:
    for curve, points in {
        "roc": curves.roc(tallies, share_found, far_targets),
        "cmc": curves.cmc(tallies, share_found),
    }.items():
        x, y = points
        yield pd.DataFrame({"protocol": UNSEEN, "curve": curve, "x": x, "y": y})
