"""Which training sets a run has, and that a control differs in one thing."""

import pytest

from bench.planning import plan as plans
from bench.planning.preparing import check
from bench.planning.training_sets import planned
from bench.settings import loading
from bench.settings.run_settings import RunSettings
from faces.common.errors import UsageError
from reports.families import families
from reports.material import Amount, TrainingSet

EVERY = [
    "twice", "grey", "equalized", "augmented", "histogram", "regression", "shuffled", "alone"
]  # fmt: skip


def load(**overrides) -> RunSettings:
    dotted = {key.replace("__", "."): value for key, value in overrides.items()}
    return loading.load("demo", overrides=dotted)


def names(**overrides) -> list[str]:
    return [chosen.name for chosen in planned(load(**overrides))]


def test_the_baseline_the_fakes_and_the_ceiling_go_without_saying():
    assert names() == ["real", "untuned", "real+A", "real+B", "real+C", "real+oracle"]


def test_every_control_is_named_after_what_it_holds():
    assert names(controls__sets=EVERY)[2:10] == [
        "real-twice", "real+grey", "real+equalized", "real+augmented", "real+histogram",
        "real+regression", "real+C-shuffled", "C-alone",
    ]  # fmt: skip
    chosen = names(controls__sets=["shuffled", "alone"], controls__translator="A")
    assert chosen[2:4] == ["real+A-shuffled", "A-alone"]


@pytest.mark.parametrize("sets", [[], ["grey"], ["twice"]])
def test_a_recognizer_that_sees_colours_always_has_the_grey_control(sets):
    colours = {"recognizer__colour": "rgb", "pretrain__colour": "rgb"}
    assert names(controls__sets=sets, **colours).count("real+grey") == 1


def test_grey_images_are_not_trained_on_twice_by_a_recognizer_that_sees_no_colours(tmp_path):
    plan = plans.build(load(controls__sets=["twice", "grey"]), None, tmp_path)
    first = plan.first
    assert plan.scores["real+grey", first] is plan.scores["real-twice", first]
    settings = load(controls__sets=["twice", "grey"], recognizer__colour="rgb",
                    pretrain__colour="rgb")  # fmt: skip
    plan = plans.build(settings, None, tmp_path)
    assert plan.finetunes["real+grey", first].key != plan.finetunes["real-twice", first].key


@pytest.mark.parametrize("base", [0, 1, 2, "all"])
def test_the_curve_of_real_nir_shares_the_point_that_the_run_has_anyway(base):
    amounts = [0, 1, 2, "all"]
    sets = planned(load(controls__nir_curve=amounts, recognizer__nir_per_subject=base))
    points = {}
    for chosen in sets:
        if chosen.role in ("baseline", "curve") or chosen.name == "real+C":
            points[chosen.mixture.nir_per_subject, chosen.translator] = chosen.name
    assert set(points) == {(amount, maker) for amount in amounts for maker in (None, "C")}
    assert (points[base, None], points[base, "C"]) == ("real", "real+C")
    for chosen in sets:
        if chosen.role == "curve" and chosen.translator:
            assert chosen.counterpart == points[chosen.mixture.nir_per_subject, None]


def test_the_curve_of_fakes_differs_from_the_baseline_in_the_fakes_alone():
    sets = {chosen.name: chosen for chosen in planned(load(controls__fakes_curve=[0.25, 0.5]))}
    for share in (0.25, 0.5):
        point = sets[f"real+C@fakes{share}"]
        assert (point.counterpart, point.mixture.share) == ("real", share)
        full = sets["real+C"].mixture
        assert point.mixture.model_copy(update={"share": 1.0}) == full


def test_everything_is_trained_for_the_same_steps_from_the_same_weights(tmp_path):
    settings = loading.load("controls")
    plan = plans.build(settings, None, tmp_path)
    tuned = {key: stage for key, stage in plan.finetunes.items() if key[0] != "untuned"}
    assert {stage.settings.training.steps for stage in tuned.values()} == {
        settings.recognizer.steps
    }
    for (_, repeat), stage in plan.finetunes.items():
        assert stage.inputs["initial"] is plan.pretrains[repeat.seed]
    fakes = {name for (name, _), stage in plan.finetunes.items() if "fakes" in stage.inputs}
    planned_fakes = {chosen.name for chosen in planned(settings) if chosen.translator}
    assert fakes == planned_fakes


def test_controls_leave_all_other_stages_as_they_are(tmp_path):
    without = plans.build(load(), None, tmp_path)
    with_controls = plans.build(loading.load("controls"), None, tmp_path)
    for key, stage in without.scores.items():
        assert with_controls.scores[key].key == stage.key


def test_the_external_recognizer_is_scored_once_for_all_seeds(tmp_path):
    plan = plans.build(load(seeds=[0, 1]), None, tmp_path)
    scores = [stage for (name, _), stage in plan.scores.items() if name == "dlib-face"]
    assert len(scores) == 2
    assert scores[0] is scores[1]
    plan = plans.build(load(controls__external=False), None, tmp_path)
    assert not [name for name, _ in plan.scores if name == "dlib-face"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("controls__sets", ["grye"], "controls.sets"),
        ("controls__sets", ["grey", "grey"], "once"),
        ("controls__nir_curve", [-1], "controls.nir_curve"),
        ("controls__fakes_curve", [1.5], "controls.fakes_curve"),
        ("controls__translator", "Q", "not among the variants"),
    ],
)
def test_mistakes_name_the_setting(key, value, words):
    with pytest.raises(UsageError, match=words):
        load(**{key: value})


def on_disk(**overrides) -> RunSettings:
    return load(data__name="casia", data__path="/data", protocol="paper-520", **overrides)


def test_real_people_have_their_real_nir_images_as_the_ceiling():
    for few in (0, 2):
        (ceiling,) = [one for one in planned(on_disk(recognizer__nir_per_subject=few))
                      if one.role == "ceiling"]  # fmt: skip
        assert (ceiling.name, ceiling.mixture.nir_per_subject) == ("real+nir", "all")
    whole = planned(on_disk(recognizer__nir_per_subject="all"))
    assert "ceiling" not in {one.role for one in whole}


def test_the_end_of_the_curve_has_the_ceilings_images_and_keeps_its_comparisons():
    sets = {one.name: one for one in planned(on_disk(
        recognizer__nir_per_subject=0, controls__nir_curve=[0, 1, "all"],
        controls__sets=["twice"]))}  # fmt: skip
    assert sets["real@nirall"].mixture == sets["real+nir"].mixture
    assert sets["real@nirall"].twin is None
    found = families(tuple(
        TrainingSet(one.name, one.role, one.label, counterpart=one.counterpart,
                    amount=Amount(one.mixture.nir_per_subject, 1, 1, bool(one.translator),
                                  one.translator, one.mixture.repeats_vis))
        for one in sets.values()
    ))  # fmt: skip
    assert ("real+C@nirall", "real@nirall") in found["curve"]
    assert ("real-twice@nirall", "real@nirall") in found["curve again"]
    assert ("real+C@nirall", "real-twice@nirall") in found["curve beyond"]


@pytest.mark.parametrize(("setting", "pairs"), [("none", ""), ("same-shot", "same-shot")])
def test_what_are_pairs_is_stated_for_data_on_disk_and_known_of_rendered_people(setting, pairs):
    told = {"controls__sets": ["regression"], "controls__pairs": setting}
    (regression,) = [one for one in planned(on_disk(**told)) if one.role == "paired"]
    assert regression.mixture.pairs == pairs
    (regression,) = [one for one in planned(load(**told)) if one.role == "paired"]
    assert regression.mixture.pairs == "true"


def test_what_another_seed_moves():
    sets = {one.name: one for one in planned(load(controls__sets=["alone", "augmented"]))}
    assert sets["untuned"].moved_by(pretrained_by_seed=False) == ()
    assert sets["untuned"].moved_by(pretrained_by_seed=True) == ("pretraining",)
    for name in ("real", "real+augmented", "real+oracle"):
        assert sets[name].moved_by(pretrained_by_seed=True) == ("pretraining", "fine-tuning")
    for name in ("real+A", "C-alone"):
        assert sets[name].moved_by(pretrained_by_seed=False) == ("fine-tuning", "translator")


@pytest.mark.parametrize("name", ["grey", "oracle"])
def test_a_translator_called_as_another_training_set_is_refused(name, tmp_path):
    path = tmp_path / f"{name}.py"
    path.write_text(
        "from dataclasses import replace\nfrom generators import variants\n"
        f"VARIANT = replace(variants.get('A'), name='{name}')\n"
    )
    settings = load(controls__sets=["grey"])
    settings = settings.model_copy(update={"variants": [name], "translator_files": {name: path}})
    with pytest.raises(UsageError, match=rf"two training sets would be called real\+{name}"):
        planned(settings)


def test_a_control_that_needs_pairs_is_refused_before_anything_is_read(tmp_path):
    told = {"controls__sets": ["twice", "regression"]}
    with pytest.raises(UsageError, match=r"control regression: needs pairs .*controls\.pairs"):
        check(on_disk(**told), tmp_path / "run")
    check(on_disk(**told, controls__pairs="same-shot"), tmp_path / "run")
    check(load(**told), tmp_path / "run")
