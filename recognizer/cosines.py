"""Computes cosines of embeddings block by block, identical to the bit for any size of block.

The rounding of a matrix product depends on its shape, so the score of a pair of images could depend
on the block, on the place in it or on the number of threads, and a tie could become a match. Here
each embedding is split into two parts on fixed grids, such that every product and every partial sum
of the parts is exact in float64 (the error-free transformation of Ozaki et al. 2012, "Error-free
transformations of matrix multiplication"); only the last addition rounds.
"""

import numpy as np

from faces.common.errors import DataError

# With unit length and at most 1024 dimensions: coarse x coarse is a multiple of 2^-52 below 2, and
# coarse x fine one of 2^-74 whose sums stay below 2^-21. Both fit into the 53 bits of a float64.
# fine x fine, below 1e-13 and mostly below 1e-15, is neglected.
COARSE, FINE = 2.0**26, 2.0**48
LARGEST_DIMENSION = 1024
GATHERED = 2**20  # numbers of embeddings that are copied at once


class Cosines:
    """Scores of (P, D) probes and (G, D) gallery embeddings, float32 or float64 of unit length.

    Needs 24 bytes per number of the gallery; D is at most 1024. Raises DataError where embeddings
    hold values that are not numbers.
    """

    def __init__(self, probe: np.ndarray, gallery: np.ndarray) -> None:
        for embeddings in (probe, gallery):
            _check(embeddings)
        self.shape = (len(probe), len(gallery))
        self._probe, self._gallery = probe, gallery
        coarse, fine = _parts(gallery)
        self._coarse = coarse.T
        self._crossed = np.concatenate([fine, coarse], axis=1).T

    def block(self, rows: slice) -> np.ndarray:
        """Return the scores of some probes with the gallery, (n, G) float64, in a new array."""
        coarse, fine = _parts(self._probe[rows])
        scores = coarse @ self._coarse
        scores += np.concatenate([coarse, fine], axis=1) @ self._crossed
        return scores

    def pairs(self, columns: np.ndarray) -> np.ndarray:
        """Return each probe's score with one gallery image: (P,) int => (P,) float64."""
        scores = np.empty(len(columns))
        step = max(1, GATHERED // self._probe.shape[1])
        for start in range(0, len(columns), step):
            rows = slice(start, start + step)
            a, b = _parts(self._probe[rows]), _parts(self._gallery[columns[rows]])
            scores[rows] = (a[0] * b[0]).sum(1) + ((a[0] * b[1]).sum(1) + (a[1] * b[0]).sum(1))
        return scores


def _parts(embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split embeddings into a coarse and a fine part: (N, D) => two of (N, D) float64."""
    exact = embeddings.astype(np.float64)
    coarse = np.rint(exact * COARSE) / COARSE
    return coarse, np.rint((exact - coarse) * FINE) / FINE


def _check(embeddings: np.ndarray) -> None:
    """Raise DataError where (N, D) embeddings are not finite."""
    assert embeddings.ndim == 2
    assert embeddings.shape[1] <= LARGEST_DIMENSION
    lengths = np.sqrt(np.einsum("nd,nd->n", embeddings, embeddings))
    if not np.isfinite(lengths).all():
        raise DataError("recognition scores hold values that are not numbers (NaN)")
    assert (lengths < 1.001).all(), "embeddings have unit length"
