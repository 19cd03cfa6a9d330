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
        ("pretrain.steps=7", {"pretrain", "untuned", "finetune", "score", "quality"}),
        ("pretrain.seed=3", {"pretrain", "untuned", "finetune", "score", "quality"}),
        ("controls.pairs=same-shot", set()),
    ],
)
def test_a_setting_changes_only_what_depends_on_it(assignment, names):
    assert changed(assignment) == names


def test_what_follows_generator_steps_spares_sets_without_fakes():
    before, after = keys(), keys("generator.steps=7")
    spared = {name for name in after if after[name] == before[name]}
    assert {
        "finetune:real:0",
        "finetune:real+oracle:0",
        "pretrain:0",
        "untuned:0",
        "split",
    } <= spared


def test_another_seed_shares_faces_and_moves_all_that_is_trained():
    first, second = keys(seeds=[0]), keys(seeds=[1])
    shared = set(first.values()) & set(second.values())
    assert {first[name] for name in ("render:data", "align:data", "split")} <= shared
    for kind in ("pretrain", "translator:A", "finetune:real", "score:untuned"):
        assert first[f"{kind}:0"] != second[f"{kind}:1"]


def test_a_fixed_seed_of_pretraining_is_shared_by_all_seeds():
    found = keys("pretrain.seed=5", seeds=[0, 1])
    assert [name for name in found if name.startswith("pretrain")] == ["pretrain:5"]
    assert found["untuned:0"] == keys("pretrain.seed=5", seeds=[1])["untuned:1"]


def test_images_of_every_seed_are_measured_by_the_first_recognizer():
    plan = plans.build(loading.load("demo", overrides={"seeds": [4, 1]}), None, Path())
    assert {stage.inputs["initial"].name for stage in plan.qualities.values()} == {"pretrain:4"}


def test_every_recognizer_is_scored_twice_unless_that_is_switched_off():
    found = keys(**{"controls.nir_curve": [0, 1]})
    again = {name for name in found if "@nir-statistics" in name}
    assert again == {f"score:{name}@nir-statistics:0" for name in
                     ("real", "untuned", "real+A", "real+B", "real+C", "real+oracle")}  # fmt: skip
    assert (
        found.keys() - again
        == keys(**{"controls.nir_curve": [0, 1], "controls.nir_statistics": False}).keys()
    )


def test_more_variants_leave_the_others_as_they_are():
    one, all_three = keys(variants=["A"]), keys()
    assert one.items() <= all_three.items()


def test_every_training_set_starts_from_the_same_weights_and_steps():
    settings = loading.load("demo")
    plan = plans.build(settings, None, Path())
    starts = {stage.inputs["initial"].key for stage in plan.finetunes.values()}
    steps = {stage.settings.training.steps
             for (name, _), stage in plan.finetunes.items() if name != "untuned"}  # fmt: skip
    assert starts == {plan.pretrains[0].key}
    assert steps == {settings.recognizer.steps}
    assert [name for name, _ in plan.finetunes] == [
        "real", "untuned", "real+A", "real+B", "real+C", "real+oracle"
    ]  # fmt: skip


def test_a_stage_function_that_is_not_marked_stops_the_planning(monkeypatch):
    def fakes(job):
        raise AssertionError("is never run")

    monkeypatch.setattr(translation, "fakes", fakes)
    with pytest.raises(TypeError, match=r"fakes: is not marked as a stage.*@stage\(version=1\)"):
        keys()
