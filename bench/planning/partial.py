"""Takes out of a plan what failed stages left unmade, so that the rest can be reported."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bench.planning.plan import Plan, Repeat
from bench.planning.training_sets import BASELINE
from bench.running.engine import every_stage
from bench.running.store import Stage

Stages = dict[tuple[str, Repeat], Stage]

PARTS = {  # what a plan repeats, by its attributes: what one of the stages is called
    "translators": "translator",
    "fakes": "fakes",
    "finetunes": "recognizer",
    "scores": "score",
    "qualities": "image quality",
}


class NothingToReport(Exception):
    """The images or the baseline are missing for every seed."""


def without(plan: Plan, failed: Collection[Stage]) -> Plan:
    """Gives the plan of what is there although some stages failed.

    Training sets are compared on the same probes, so of a training set with folds a seed is left
    out whole if one of its folds is missing. Comparisons are made over the seeds that both sides
    have. Raises NothingToReport where no seed of the baseline is there.
    """
    gone = {stage.key for stage in failed}
    parts: dict[str, Any] = {name: _made(getattr(plan, name), gone) for name in PARTS}
    parts["scores"] = _whole_repeats(parts["scores"], plan.scores)
    if not any(name == BASELINE for name, _ in parts["scores"]):
        raise NothingToReport
    return replace(plan, **parts)


def needs(stage: Stage, keys: Collection[str]) -> bool:
    """Tells whether a stage is, or needs, one of the stages with these keys."""
    return any(source.key in keys for source in every_stage([stage]))


def _made(stages: Stages, gone: Collection[str]) -> Stages:
    """Gives the stages that are none of those that are gone, and need none of them."""
    return {key: stage for key, stage in stages.items() if not needs(stage, gone)}


def _whole_repeats(made: Stages, planned: Stages) -> Stages:
    """Gives the scores of those training sets and seeds of which every fold was made."""
    broken = {(name, repeat.seed) for name, repeat in planned if (name, repeat) not in made}
    return {
        (name, repeat): stage
        for (name, repeat), stage in made.items()
        if (name, repeat.seed) not in broken
    }
