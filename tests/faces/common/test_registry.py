"""Registries: what a folder of modules defines is found by name; typing errors are explained."""

import sys

import pytest

from faces.common.errors import UsageError
from faces.common.registry import Registry

MODULES = {
    "one": "THING = Thing('Beta')",
    "many": "THING = [Thing('alpha'), Thing('gamma')]",
    "helper": "NOTHING = 1",
}
THING = "from dataclasses import dataclass\n@dataclass\nclass Thing:\n    name: str\n"


@pytest.fixture
def registry(tmp_path, monkeypatch):
    folder = tmp_path / "zoo"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name, text in MODULES.items():
        (folder / f"{name}.py").write_text(THING + text)
    monkeypatch.syspath_prepend(tmp_path)
    yield Registry("animal", "zoo", [str(folder)], "THING")
    for name in [name for name in sys.modules if name.split(".")[0] == "zoo"]:
        del sys.modules[name]


def test_every_thing_is_found_by_its_name(registry):
    assert registry.names() == ["Beta", "alpha", "gamma"]
    assert [registry.get(name).name for name in registry.names()] == registry.names()


@pytest.mark.parametrize(
    ("wrong", "meant"), [("beta", "Beta"), ("ALPHA", "alpha"), ("gama", "gamma"), ("Betta", "Beta")]
)
def test_a_typing_error_names_the_nearest_and_all(registry, wrong, meant):
    with pytest.raises(UsageError, match=rf"animal '{wrong}'.*mean {meant}\?.*alpha, gamma"):
        registry.get(wrong)


@pytest.mark.parametrize("nothing", ["", "?", "zzzzzz"])
def test_whatever_is_asked_one_name_is_proposed(registry, nothing):
    with pytest.raises(UsageError, match="did you mean"):
        registry.get(nothing)


def test_nothing_is_imported_before_it_is_asked_for(registry):
    assert not [name for name in sys.modules if name.startswith("zoo.")]
