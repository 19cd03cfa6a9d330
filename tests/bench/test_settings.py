"""Settings: precedence, round trip, and errors that name the key and the nearest one."""

import pytest

from bench import settings as loading
from faces.errors import UsageError

PRESETS = loading.preset_names()


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_loads_and_survives_a_round_trip(preset, tmp_path):
    settings = loading.load(preset)
    (tmp_path / "settings.toml").write_text(loading.to_toml(settings))
    again = loading.from_toml(tmp_path / "settings.toml")
    assert again.model_dump() == settings.model_dump()


@pytest.mark.parametrize("preset", PRESETS)
def test_nobody_is_pretrained_on_and_tested(preset):
    settings = loading.load(preset)
    assert settings.pretrain.population != settings.data.population


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
        ("recogniser.steps=3", "recogniser.*did you mean recognizer"),
        ("generator.steps=0", "generator.steps = 0.*greater than 0"),
        ("generator.steps=many", "generator.steps = 'many'.*integer"),
        ("seeds=[1, 1]", r"seeds = \[1, 1\].*once"),
        ("protocol=seen", "protocol = 'seen'.*subjects"),
        ("data.unseen_subjects=149", "unseen_subjects"),
        ("data.held_out_nir=10", "held_out"),
        ("pretrain.population=0", "pretrain.population must differ"),
        ("recognizer.colour=rgb", "must agree"),
        ("recognizer.colour=purple", "recognizer.colour = 'purple'"),
        ("preset.name=1", "preset.name"),
        ("generator", "write --set key=value"),
    ],
)
def test_wrong_settings_are_one_line(assignment, words):
    with pytest.raises(UsageError, match=words) as caught:
        loading.load("demo", assignments=[assignment])
    assert "\n" not in str(caught.value)


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


def test_every_setting_is_described():
    described = dict(loading.describe())
    assert len(described) == len(loading.known_keys()) > 50
    assert not [key for key, text in described.items() if not text]
