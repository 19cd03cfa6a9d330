"""Removes from a plan the stages that were not made, so that the others can be reported."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bench.planning.plan import Plan, Repeat
from bench.planning.training_sets import BASELINE
from bench.running.engine import every_stage
from bench.running.store import Stage

Stages = dict[tuple[str, Repeat], Stage]

PARTS = {  # attributes of a plan: the name of one of its stages
    "translators": "translator",
    "fakes": "fakes",
    "finetunes": "recognizer",
    "scores": "score",
    "qualities": "image quality",
}


class NothingToReport(Exception):
    """The images or the baseline are missing for every seed."""


def without(plan: Plan, failed: Collection[Stage]) -> Plan:
    """Return the plan without the failed stages and those that need them.

    Training sets are compared on the same probes, so a seed of a training set is removed if any of
    its folds is missing. Comparisons are made over the seeds that both sides have. Raises
    NothingToReport where no seed of the baseline is left.
    """
    keys = {stage.key for stage in failed}
    parts: dict[str, Any] = {name: _made(getattr(plan, name), keys) for name in PARTS}
    parts["scores"] = _whole_repeats(parts["scores"], plan.scores)
    if not any(name == BASELINE for name, _ in parts["scores"]):
        raise NothingToReport
    return replace(plan, **parts)


def needs(stage: Stage, keys: Collection[str]) -> bool:
    """Tell whether a stage is, or needs, one of the stages with these keys."""
    return any(source.key in keys for source in every_stage([stage]))


def _made(stages: Stages, failed: Collection[str]) -> Stages:
    """Return the stages that neither failed nor need a failed one; `failed` holds keys."""
    return {key: stage for key, stage in stages.items() if not needs(stage, failed)}


def _whole_repeats(made: Stages, planned: Stages) -> Stages:
    """Return the scores of the training sets and seeds of which every fold was made."""
    broken = {(name, repeat.seed) for name, repeat in planned if (name, repeat) not in made}
    return {
        (name, repeat): stage
        for (name, repeat), stage in made.items()
        if (name, repeat.seed) not in broken
    }
