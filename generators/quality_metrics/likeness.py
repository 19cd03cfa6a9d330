"""Measures which images a face network classifies as NIR, and as NIR of the right person.

The classifiers are fitted to real images of the people that translators were trained on
(generators/measures/likeness.py).
"""

from faces.common.metric import share
from generators.measures.measured_sample import MeasuredSample
from generators.quality_metrics.metric import ImageMetrics, Values

NEEDS = ("dlib-face", "known people")


def _values(sample: MeasuredSample) -> Values:
    faces = sample.networks.embeddings(sample.images)
    infrared, right_person = sample.known_faces.taken_for(faces, sample.people)
    return {"nir_likeness": infrared, "nir_person": right_person}


METRIC = ImageMetrics(
    "likeness",
    (
        share(
            "nir_likeness",
            "taken for NIR",
            description="images that a classifier of face embeddings takes for NIR",
            needs=NEEDS,
            group="faces",
            place=2,
        ),
        share(
            "nir_person",
            "taken for NIR of the right person",
            description="those of them that are nearest to the right person's NIR images",
            needs=NEEDS,
            group="faces",
            place=1,
        ),
    ),
    170,
    values=_values,
)
