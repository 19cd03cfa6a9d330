"""Measures faces lost in translation: found by dlib's detector in the VIS source, not in the image.

These are failures that the translation causes. Images whose source shows no face either have no
value: there, the photograph is at fault.
"""

import numpy as np

from faces.common.metric import share
from generators.measures.measured_sample import MeasuredSample
from generators.quality_metrics.metric import ImageMetrics, Values


def _values(sample: MeasuredSample) -> Values:
    images, sources = (sample.networks.faces(faces) for faces in (sample.images, sample.sources))
    return {"lost_faces": lost(sources, images)}


def lost(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Tell which faces were found before and not after: (N,) bool, (N,) bool => (N,) float64.

    1 for a lost face, 0 for one that is found again, NaN where there was none before.
    """
    return np.where(before, ~after, np.nan)


METRIC = ImageMetrics(
    "lost_faces",
    (
        share(
            "lost_faces",
            "faces lost",
            description="faces that dlib's detector finds in the VIS source and not in the image",
            better="lower",
            needs=("VIS sources",),
            group="faces",
            place=6,
        ),
    ),
    115,
    values=_values,
)
