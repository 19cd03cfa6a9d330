"""Describes the tasks to the grids of worst cases: their headline metrics, parts of the split."""

from collections.abc import Iterable
from typing import NamedTuple

from recognizer import recognition_metrics
from recognizer.recognition_metrics.metric import Recorded
from recognizer.tables import SEEN, UNSEEN


class Task(NamedTuple):
    """A task, the name of its headline metric, and the parts of the split that are shown."""

    name: str
    metric: str
    probes: str  # the part of the NIR images that are scored
    gallery: str  # the part of the VIS images that are shown beside them


def tasks() -> tuple[Task, ...]:
    """Return both tasks, the harder one first."""
    matching, classification = (
        recognition_metrics.of_matching(()),
        recognition_metrics.of_classification("NIR"),
    )
    return (
        Task(UNSEEN, _headline(matching), "probe", "gallery"),
        Task(SEEN, _headline(classification), "held_out", "train"),
    )


def _headline(metrics: Iterable[Recorded]) -> str:
    """Return the name of the first metric whose record says that it is a headline."""
    return next(metric.name for metric in metrics if metric.record.prominence == "headline")
