"""Tests what is left of a plan after failures, for every single stage that may fail."""

import pytest

from bench.gathering.failures import failure_rows
from bench.planning import plan as plans
from bench.planning.partial import PARTS, NothingToReport, needs, without
from bench.planning.training_sets import EXTERNAL
from bench.running.engine import Failure, every_stage
from bench.settings import loading
from faces.common.errors import StageError


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    settings = loading.load("demo", None, {"seeds": [0, 1], "controls.sets": ["shuffled"]})
    return plans.build(settings, None, tmp_path_factory.mktemp("run"))


def stage_named(plan, name):
    return next(stage for stage in every_stage(plan.targets()) if stage.name == name)


def test_no_stage_that_is_left_needs_one_that_failed(plan):
    for failed in every_stage(plan.targets()):
        try:
            left = without(plan, [failed])
        except NothingToReport:
            continue
        assert not any(needs(stage, {failed.key}) for stage in left.targets()), failed.name
        for part in PARTS:
            gone = getattr(plan, part).keys() - getattr(left, part).keys()
            assert all(needs(getattr(plan, part)[key], {failed.key}) for key in gone), failed.name


def test_one_failed_translator_takes_its_seed_and_its_sets_alone(plan):
    left = without(plan, [stage_named(plan, "translator:A:0")])
    gone = {(name, repeat.seed) for name, repeat in plan.scores.keys() - left.scores.keys()}
    assert gone == {("real+A", 0), ("real+A@nir-statistics", 0)}
    assert {name for name, _ in plan.qualities.keys() - left.qualities.keys()} == {"A"}


@pytest.mark.parametrize("name", ["align:data", "split", "align:pretrain", "render:data"])
def test_nothing_is_left_to_report_without_images_or_baseline(plan, name):
    with pytest.raises(NothingToReport):
        without(plan, [stage_named(plan, name)])


def test_the_baseline_of_one_seed_is_enough(plan):
    left = without(plan, [stage_named(plan, "finetune:real:0")])
    assert ("real", 1) in {(name, repeat.seed) for name, repeat in left.scores}
    assert ("untuned", 0) in {(name, repeat.seed) for name, repeat in left.scores}
    both = [stage_named(plan, f"finetune:real:{seed}") for seed in (0, 1)]
    with pytest.raises(NothingToReport):
        without(plan, both)


def test_a_failed_pretraining_takes_its_seed_alone(plan):
    left = without(plan, [stage_named(plan, "pretrain:1")])
    assert {repeat.seed for name, repeat in left.scores if name != EXTERNAL} == {0}
    assert left.qualities.keys() == plan.qualities.keys()


def test_a_seed_with_a_missing_fold_is_left_out_whole(plan):
    a, b = plans.Repeat(0, 1), plans.Repeat(0, 2)
    stages = dict(zip("abcd", plan.scores.values(), strict=False))
    scores = {("real", a): stages["a"], ("real", b): stages["b"],
              ("real+A", a): stages["c"], ("real+A", b): stages["d"]}  # fmt: skip
    folds = plans.Plan(plan.aligned, plan.images, plan.longest, plan.splits, {}, scores=scores)
    left = without(folds, [stages["d"]])
    assert {name for name, _ in left.scores} == {"real"}


def test_rows_say_what_failed_where_and_what_it_stopped(plan):
    failure = Failure(stage_named(plan, "translator:C:1"), StageError("not finite", step=7))
    (row,) = failure_rows(plan, [failure])
    assert (row["stage"], row["kind"], row["name"], row["seed"], row["step"]) == (
        "translator:C:1", "translator", "C", 1, 7,
    )  # fmt: skip
    assert row["reason"] == "not finite"
    assert "fakes:C:1" in row["stopped"]
    assert "score:real+C-shuffled:1" in row["stopped"]
    assert not any(":0" in name for name in row["stopped"])
