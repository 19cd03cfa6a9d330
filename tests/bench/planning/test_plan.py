"""The stage graph: what a setting changes, what runs share, and who meets whom."""

from pathlib import Path

import pytest

from bench.planning import plan as plans
from bench.running.engine import every_stage
from bench.settings import loading
from bench.stages import translation


def keys(*assignments: str, **options) -> dict[str, str]:
    settings = loading.load("demo", overrides=options, assignments=assignments)
    plan = plans.build(settings, None, Path())
    return {stage.name: stage.key for stage in every_stage(plan.targets())}


def changed(*assignments: str) -> set[str]:
    before, after = keys(), keys(*assignments)
    return {name.split(":")[0] for name in after if after[name] != before.get(name)}


@pytest.mark.parametrize(
    ("assignment", "names"),
    [
        ("data.workers=7", set()),
        ("device=cpu", set()),
        ("quality.images=77", {"quality"}),
        ("recognizer.steps=7", {"finetune", "score"}),
        ("generator.steps=7", {"translator", "fakes", "finetune", "score", "quality"}),
        ("recognizer.gallery_draws=2", {"score"}),
        ("generator.checkpoint_every_steps=7", set()),
        ("pretrain.steps=7", {"pretrain", "finetune", "score", "quality"}),
    ],
)
def test_a_setting_changes_only_what_depends_on_it(assignment, names):
    assert changed(assignment) == names


def test_what_follows_generator_steps_spares_sets_without_fakes():
    before, after = keys(), keys("generator.steps=7")
    spared = {name for name in after if after[name] == before[name]}
    assert {"finetune:real:0", "finetune:real+oracle:0", "pretrain", "split"} <= spared


def test_another_seed_shares_faces_and_pretraining():
    first, second = keys(seeds=[0]), keys(seeds=[1])
    shared = set(first.values()) & set(second.values())
    assert {first[name] for name in ("render:data", "align:data", "split", "pretrain")} <= shared
    assert first["translator:A:0"] != second["translator:A:1"]
    assert first["finetune:real:0"] != second["finetune:real:1"]


def test_more_variants_leave_the_others_as_they_are():
    one, all_three = keys(variants=["A"]), keys()
    assert one.items() <= all_three.items()


def test_every_training_set_starts_from_the_same_weights_and_steps():
    settings = loading.load("demo")
    plan = plans.build(settings, None, Path())
    starts = {stage.inputs["initial"].key for stage in plan.finetunes.values()}
    steps = {stage.settings.training.steps for stage in plan.finetunes.values()}
    assert starts == {plan.pretrain.key}
    assert steps == {settings.recognizer.steps}
    assert [name for name, _ in plan.finetunes] == [
        "real", "real+A", "real+B", "real+C", "real+oracle"
    ]  # fmt: skip


def test_a_stage_function_that_is_not_marked_stops_the_planning(monkeypatch):
    def fakes(job):
        raise AssertionError("is never run")

    monkeypatch.setattr(translation, "fakes", fakes)
    with pytest.raises(TypeError, match=r"fakes: is not marked as a stage.*@stage\(version=1\)"):
        keys()
