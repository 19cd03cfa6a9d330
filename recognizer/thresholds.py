"""Sets thresholds on other pairs than those they are applied to, as a deployed system must.

A verification rate at a false accept rate takes its threshold from the tested NIR pairs themselves,
which nobody has before deployment. Here a threshold is set where the false match rate (FMR) of
pairs of other images keeps to a target, and then applied unchanged to NIR probes and the VIS
gallery. The pairs are, by the names of the thresholds:

* `vis-fmr=...`: gallery photographs of two unseen people, VIS against VIS;
* `nir-fmr=...`: NIR and VIS images of two training people. A recognizer that was trained on them
  tells them apart better than others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from faces.common.errors import DataError
from faces.common.evenly_spaced import evenly
from faces.packed import Packed
from recognizer import metrics
from recognizer.cosines import Cosines

FMRS = (0.01, 0.001)
MOST_TRAINING_IMAGES = 200  # of each spectrum: 40,000 pairs
MOST_ENROLLED_IMAGES = 2000  # two million pairs
SOURCES = {"vis": "VIS pairs", "nir": "training people's NIR-VIS pairs"}


@dataclass(frozen=True)
class TrainingImages:
    """Images with found faces of the training people, at most MOST_TRAINING_IMAGES of each."""

    vis: Packed
    nir: Packed


def name_of(source: str, fmr: float) -> str:
    """Return the name of a threshold: "vis", 0.01 => "vis-fmr=0.01"."""
    return f"{source}-fmr={fmr:g}"


@dataclass(frozen=True)
class Thresholds:
    """Thresholds by name, and for those that could not be set the reason."""

    values: Mapping[str, float] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def at(self, name: str) -> float:
        """Return a threshold. Raises DataError, with the reason, for one that could not be set."""
        if name not in self.values:
            reason = self.refused.get(name, "there are no images to set it on")
            raise DataError(f"the threshold {name} could not be set: {reason}")
        return self.values[name]


def of_impostors(impostors: Mapping[str, np.ndarray]) -> Thresholds:
    """Set every threshold on (N,) float scores of pairs of two people, by the name of the source.

    Raises DataError for scores that are NaN.
    """
    found: dict[str, float] = {}
    refused: dict[str, str] = {}
    for source, scores in impostors.items():
        for fmr in FMRS:
            try:
                found[name_of(source, fmr)] = metrics.threshold_for(scores, fmr)
            except DataError as error:
                refused[name_of(source, fmr)] = str(error)
    return Thresholds(found, refused)


def impostors_within(embeddings: np.ndarray, subjects: np.ndarray) -> np.ndarray:
    """Return the scores of pairs of two people, each pair once: (N, D), (N,) str => (K,) float64.

    Of more than MOST_ENROLLED_IMAGES embeddings only that many, evenly spaced, are used.
    """
    rows = evenly(len(embeddings), MOST_ENROLLED_IMAGES)
    pairs = np.triu(subjects[rows, None] != subjects[rows], 1)
    return _scores(embeddings[rows], embeddings[rows])[pairs]


def impostors_between(
    nir: np.ndarray, nir_subjects: np.ndarray, vis: np.ndarray, vis_subjects: np.ndarray
) -> np.ndarray:
    """Return the scores of NIR with VIS images of others: (N, D), (N,), (M, D), (M,) => (K,)."""
    return _scores(nir, vis)[nir_subjects[:, None] != vis_subjects]


def _scores(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return cosines, equal to the bit to those of probes: (N, D), (M, D) => (N, M) float64."""
    if not len(a) or not len(b):
        return np.zeros((len(a), len(b)))
    return Cosines(a, b).block(slice(0, len(a)))
