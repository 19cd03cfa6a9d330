"""Turns failed stages into rows of the report: stage, step, reason, and the stages it stopped."""

from collections.abc import Iterator, Sequence

from bench.planning.partial import PARTS, needs
from bench.planning.plan import Plan
from bench.running.engine import Failure, every_stage


def failure_rows(plan: Plan, failures: Sequence[Failure]) -> list[dict]:
    """Return one row per failure, as docs/results.md describes `failures`.

    `plan` is the whole plan, with the stages that were not made.
    """
    return [_row(plan, failure) for failure in failures]


def _row(plan: Plan, failure: Failure) -> dict:
    stopped = [stage.name for stage in every_stage(plan.targets())
               if stage.key != failure.stage.key
               and needs(stage, {failure.stage.key})]  # fmt: skip
    about = next(_about(plan, failure), {"kind": "images", "name": "", "seed": None})
    return {
        "stage": failure.stage.name,
        **about,
        "step": failure.error.step,
        "reason": str(failure.error),
        "stopped": stopped,
    }


def _about(plan: Plan, failure: Failure) -> Iterator[dict]:
    """Yield the part of the plan that the failed stage belongs to, its name and its seed."""
    for part, stage_kind in PARTS.items():
        for (name, repeat), stage in getattr(plan, part).items():
            if stage.key == failure.stage.key:
                yield {"kind": stage_kind, "name": name, "seed": repeat.seed}
