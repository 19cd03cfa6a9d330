"""Measures identity: the cosine of dlib's embeddings of an image and of its VIS source.

Embeddings of different people are similar, too, so it is also measured for pairs of real VIS and
NIR images, of one person and of two people, with which the value of fakes is to be compared.
"""

from faces.common.metric import Metric
from generators.measures.known_faces import KnownFaces
from generators.measures.measured_sample import MeasuredSample
from generators.measures.pairs import identity
from generators.quality_metrics.metric import ImageMetrics, Values


def _values(sample: MeasuredSample) -> Values:
    faces = sample.networks.embeddings(sample.images)
    return {"identity": identity(faces, sample.networks.embeddings(sample.sources))}


METRIC = ImageMetrics(
    "identity",
    (
        Metric(
            "identity",
            "identity kept (cosine)",
            "cosine of face embeddings of an image and of its VIS source",
            needs=("dlib-face", "VIS sources"),
            group="faces",
            place=3,
        ),
    ),
    120,
    values=_values,
    real_pairs=KnownFaces.identities,
)
