"""Tests that registries find the objects of a folder by name and explain wrong names."""

import sys

import pytest

from faces.common.errors import MissingError, UsageError
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


def distribution(folder, name: str, entry: str, monkeypatch) -> None:
    """Make the files of an installed package: its metadata, and a module of the same name."""
    (folder / f"{name}.py").write_text(f"{THING}THING = Thing('delta')")
    metadata = folder / f"{name}-1.5.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
    (metadata / "entry_points.txt").write_text(f"[zoo.animals]\n{entry}\n")
    monkeypatch.syspath_prepend(folder)


def animals(tmp_path) -> Registry:
    return Registry("animal", "zoo", [str(tmp_path / "zoo")], "THING", group="zoo.animals")


def test_packages_add_things_by_entry_points(registry, tmp_path, monkeypatch):
    distribution(tmp_path, "more_animals", "delta = more_animals:THING", monkeypatch)
    found = animals(tmp_path)
    assert found.names() == ["Beta", "alpha", "delta", "gamma"]
    assert "more_animals" not in sys.modules
    assert found.get("delta").name == "delta"
    assert found.distribution("delta") == ("more_animals", "1.5")
    assert found.distribution("alpha") is None
    assert "delta" not in registry.names()  # of another group


@pytest.mark.parametrize(
    ("entry", "error", "words"),
    [
        ("alpha = pack1:THING", UsageError, "package pack1 adds one of a name that is taken"),
        ("other = pack2:THING", UsageError, "names no animal of that name"),
        ("delta = pack3:NOTHING", MissingError, "package pack3 cannot be imported"),
        ("delta = nowhere:THING", MissingError, "package pack4 cannot be imported"),
    ],
)
def test_packages_that_cannot_be_used_are_named(
    *, registry, tmp_path, monkeypatch, entry, error, words
):
    package = words.split()[1] if words.startswith("package") else "pack2"
    distribution(tmp_path, package, entry, monkeypatch)
    found = animals(tmp_path)
    with pytest.raises(error, match=words):
        found.get(entry.split()[0])
