"""Settings: precedence, round trip, and errors that name the key and the nearest one."""

import pytest

from bench.settings import loading
from bench.settings.describing import described
from bench.settings.fields import known_keys
from bench.settings.own_settings import own_settings
from faces.common.errors import UsageError

PRESETS = loading.preset_names()


def load(preset: str, *assignments: str) -> loading.RunSettings:
    """Return a preset's settings; `paper` needs a data set."""
    path = {"data.path": "somewhere"} if preset == "paper" else {}
    return loading.load(preset, overrides=path, assignments=assignments)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_loads_and_survives_a_round_trip(preset, tmp_path):
    settings = load(preset)
    (tmp_path / "settings.toml").write_text(loading.to_toml(settings))
    again = loading.from_toml(tmp_path / "settings.toml")
    assert again.model_dump() == settings.model_dump()


@pytest.mark.parametrize("preset", PRESETS)
def test_nobody_is_pretrained_on_and_tested(preset):
    settings = load(preset)
    assert settings.pretrain.population != settings.data.population


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("given", "other"), [("steps", "epochs"), ("epochs", "steps")])
def test_steps_and_epochs_take_each_other_back(preset, given, other, tmp_path):
    by_option = load(preset, f"generator.{given}=7")
    file = tmp_path / "mine.toml"
    file.write_text(f"[data]\npath = 'x'\n[generator]\n{given} = 7\n")
    for settings in (by_option, loading.load("paper", file)):
        assert getattr(settings.generator, given) == 7
        assert getattr(settings.generator, other) is None


def test_an_epoch_is_as_long_as_the_larger_spectrum():
    generator = load("paper").generator.model_copy(update={"epochs": 3, "batch": 2})
    assert generator.for_images(10, 15).steps == 3 * 8
    assert generator.for_images(15, 10).steps == 3 * 8
    assert load("demo").generator.for_images(10, 15) == load("demo").generator


@pytest.mark.parametrize(
    ("assignments", "words"),
    [
        (["protocol=paper-502"], "protocol.*did you mean paper-520"),
        (["protocol=subjects,paper-520"], "together run only paper-520"),
        (["protocol=casia-view2"], "add --fold N"),
        (["protocol=casia-view2", "fold=11"], "fold = 11.*1 to 10"),
        (["fold=3"], "fold = 3.*none"),
        (["fold=all"], "fold = all.*none"),
        (["fold=some"], "setting fold"),
        (["data.name=synthetic"], "rendered people have no folder"),
        (["data.name=cassia"], "data.name = 'cassia'.*casia"),
        (["data.path="], "needs its folder: --data casia:PATH"),
        (["generator.epochs=3", "generator.steps=0"], "generator.steps = 0"),
    ],
)
def test_wrong_choices_of_data_and_protocol_are_one_line(assignments, words):
    with pytest.raises(UsageError, match=words) as caught:
        load("paper", *assignments)
    assert "\n" not in str(caught.value)


def test_lists_need_a_folder():
    with pytest.raises(UsageError, match=r"casia-view1 reads lists.*--data casia:PATH"):
        loading.load("demo", assignments=["protocol=casia-view1"])


def test_another_data_set_takes_the_share_of_unseen_people_not_their_number():
    demo = loading.load("demo").data
    own = {"data.name": "folders", "data.path": "x"}
    share = loading.load("demo", overrides=own).data.unseen_subjects
    assert share == demo.unseen_subjects / demo.subjects
    chosen = loading.load("demo", overrides=own, assignments=["data.unseen_subjects=5"])
    assert chosen.data.unseen_subjects == 5


def test_all_folds_are_ten():
    settings = load("paper", "protocol=casia-view2", "fold=all")
    assert settings.folds == list(range(1, 11))


def test_the_leaky_protocol_comes_second_however_it_is_written():
    names = ["paper-520", "paper-520-as-published"]
    for written in (names, names[::-1]):
        settings = load("paper", f"protocol={','.join(written)}")
        assert [protocol.name for protocol in settings.chosen_protocols] == names


def test_preset_then_file_then_option_then_set(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("seeds = [5]\n[generator]\nsteps = 11\nwidth = 7\n")
    settings = loading.load("demo", file, {"seeds": [6]}, ["generator.width=9"])
    assert (settings.seeds, settings.generator.steps, settings.generator.width) == ([6], 11, 9)
    assert settings.generator.blocks == loading.load("demo").generator.blocks


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("generator.stpes=3", "generator.stpes.*did you mean generator.steps"),
        ("generator.perceptual_weight=2", "generator.*did you mean C.perceptual_weight"),
        ("C.perceptual_wieght=2", "C.perceptual_wieght: unknown; did you mean C.perceptual_weight"),
        ("A.perceptual_weight=2", "A.perceptual_weight: unknown"),
        ("A.width=0", "A.width = 0.*greater than 0"),
        ("A=3", "A = 3.*dictionary"),
        ("D.width=3", "setting D: unknown"),
        ("recogniser.steps=3", "recogniser.*did you mean recognizer"),
        ("generator.steps=0", "generator.steps = 0.*greater than 0"),
        ("generator.steps=many", "generator.steps = 'many'.*integer"),
        ("seeds=[1, 1]", r"seeds = \[1, 1\].*once"),
        ("protocol=subject", "protocol = 'subject'.*did you mean subjects"),
        ("data.unseen_subjects=149", "unseen_subjects"),
        ("data.held_out_nir=10", "held_out"),
        ("pretrain.population=0", "pretrain.population must differ"),
        ("recognizer.colour=rgb", "must agree"),
        ("recognizer.colour=purple", "recognizer.colour = 'purple'"),
        ("preset.name=1", "preset.name"),
        ('controls.sets=["grye"]', "controls.sets = .*did you mean grey"),
        ("generator", "write --set key=value"),
    ],
)
def test_wrong_settings_are_one_line(assignment, words):
    with pytest.raises(UsageError, match=words) as caught:
        loading.load("demo", assignments=[assignment])
    assert "\n" not in str(caught.value)


def test_settings_of_earlier_runs_call_the_external_recognizer_otherwise(tmp_path):
    now = loading.to_toml(loading.load("demo", assignments=["controls.external=false"]))
    (tmp_path / "old.toml").write_text(now.replace("external =", "reference ="))
    settings = loading.from_toml(tmp_path / "old.toml")
    assert not settings.controls.external
    assert loading.to_toml(settings) == now


def test_unknown_preset_names_the_nearest():
    with pytest.raises(UsageError, match="did you mean demo"):
        loading.load("demp")


@pytest.mark.parametrize("content", [b"steps = ", b"\xff\xfe", None])
def test_unreadable_files_are_named(tmp_path, content):
    file = tmp_path / "broken.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"broken\.toml"):
        loading.load("demo", file)


def test_workers_are_no_part_of_what_a_run_depends_on():
    one = loading.load("demo", assignments=["data.workers=1"])
    assert one.workers == 1
    assert loading.to_toml(one) == loading.to_toml(loading.load("demo"))


def own(settings: loading.RunSettings, name: str) -> dict:
    return own_settings(settings, name).model_dump()


def test_a_translator_takes_what_it_is_told_else_what_stands_under_generator(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("[generator]\nwidth = 11\n[B]\nwidth = 12\ncycle_weight = 3.0\n")
    settings = loading.load("demo", file, assignments=["generator.blocks=5", "C.blocks=6"])
    widths, blocks = ([own(settings, name)[key] for name in "ABC"] for key in ("width", "blocks"))
    assert (widths, blocks) == ([11, 12, 11], [5, 5, 6])
    assert [own(settings, name)["cycle_weight"] for name in "ABC"] == [10, 3, 10]
    assert "perceptual_weight" not in own(settings, "A")
    assert own(settings, "C")["perceptual_weight"] == 1


@pytest.mark.parametrize("preset", PRESETS)
def test_what_all_share_is_apart_from_what_is_a_translators_own(preset):
    settings = load(preset)
    shared = settings.generator.shared.model_dump()
    assert shared["side_px"] == settings.generator.side_px
    for name in settings.variants:
        assert not shared.keys() & own(settings, name).keys()
        assert own(settings, name)["width"] == settings.generator.width


def test_the_paper_tells_c_its_network():
    assert own(load("paper"), "C")["perceptual_network"] == "vgg16-imagenet"
    assert own(load("demo"), "C")["perceptual_network"] == "vgg16-hed"


@pytest.mark.parametrize("preset", loading.preset_names())
def test_every_setting_is_described_with_its_value_in_a_preset(preset):
    rows = {row.key: row for row in described(preset)}
    assert len(rows) == len(known_keys()) > 50
    assert {"C.perceptual_weight", "A.width", "generator.width"} <= rows.keys()
    assert all(row.meaning and row.allowed for row in rows.values())
    assert rows["preset"].value == f'"{preset}"'
    assert rows["A.width"].value == rows["generator.width"].value


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("generator.equalize_method", "global | clahe"),
        ("generator.side_px", "whole number from 32 and a multiple of 4"),
        ("data.held_out_nir", "whole number from 1"),
        ("allow_missing", "true or false"),
        ("seeds", "list of: whole number"),
        ("fold", "whole number above 0 | all | none"),
    ],
)
def test_what_a_setting_may_be_is_said_in_words(key, words):
    rows = {row.key: row for row in described("demo")}
    assert words in rows[key].allowed
