"""Measures accuracy: whether an image's own class has a logit above all others.

The rule is `recognizer.metrics.correct`. Of NIR images it is the metric of the task seen-subjects;
of VIS images it shows a side effect of the fakes.
"""

from faces.common.metric import share
from recognizer import metrics
from recognizer.recognition_metrics.metric import ClassificationMetric

METRIC = [
    ClassificationMetric(
        share(
            "accuracy",
            "NIR accuracy",
            description="NIR images whose own class has the highest logit",
            needs=("held-out NIR",),
            prominence="headline",
            hit_or_miss=True,
        ),
        10,
        spectrum="NIR",
        outcomes=metrics.correct,
    ),
    ClassificationMetric(
        share(
            "accuracy-vis",
            "VIS accuracy",
            description="VIS images whose own class has the highest logit",
            needs=("held-out VIS",),
            prominence="side effect",
        ),
        20,
        spectrum="VIS",
        outcomes=metrics.correct,
    ),
]
