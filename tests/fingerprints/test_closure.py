"""Tests which changes of source are noticed, on a small package written for it."""

import json

import pytest

from bench.planning import plan as plans
from bench.running.engine import every_stage
from bench.running.versions import is_stage
from bench.settings import loading
from tests.fingerprints.closure import Project
from tests.fingerprints.record import Fingerprint, complaints, modules_of, renewed

FILES = {
    "p/__init__.py": "",
    "p/work.py": (
        "from p import tools\n"
        "from p.constants import SIDE as side\n"
        "from p.kinds import KINDS\n"
        "def stage(job):\n"
        '    """Does the work."""\n'
        "    return tools.scale(side, job) + helper(job)\n"
        "def helper(job: int) -> int:\n"
        "    return job\n"
        "def other():\n"
        "    return KINDS\n"
        "def lonely():\n"
        "    return 1\n"
    ),
    "p/tools.py": "def scale(a, b):\n    return a * b\ndef unused():\n    return 0\n",
    "p/constants.py": "SIDE = 3\nOTHER = 4\n",
    "p/kinds/__init__.py": 'KINDS = Registry("kind", __name__, __path__, "KIND")\n',
    "p/kinds/one.py": "KIND = 1\n",
    "p/told.py": "def tell():\n    return 0\n",
}


def project(tmp_path, **changes) -> Project:
    """Return the package with some files changed: `work=("old", "new")`."""
    texts = dict(FILES)
    for name, (old, new) in changes.items():
        file = f"p/{name}.py"
        assert old in texts[file]
        texts[file] = texts[file].replace(old, new)
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Project(tmp_path, ("p",), ("p.told",))


def modules(tmp_path, name="stage", **changes) -> dict[str, str]:
    return modules_of(project(tmp_path, **changes), "p.work", name)


@pytest.mark.parametrize(
    "change",
    [
        {"work": ('"""Does the work."""', '"""Works."""')},
        {"work": ("    return tools", "    # why\n\n    return  tools")},
        {"work": ("job: int) -> int", "job)")},
        {"work": ("return 1", "return 2")},
        {"tools": ("return 0", "return 9")},
        {"constants": ("OTHER = 4", "OTHER = 5")},
    ],
    ids=["docstring", "comment", "annotation", "another function", "unused tool", "other constant"],
)
def test_what_changes_no_byte_is_not_noticed(tmp_path, change):
    assert modules(tmp_path / "a", **change) == modules(tmp_path / "b")


@pytest.mark.parametrize(
    ("change", "module"),
    [
        ({"work": ("return job\n", "return -job\n")}, "p.work"),
        ({"tools": ("a * b", "a + b")}, "p.tools"),
        ({"constants": ("SIDE = 3", "SIDE = 2")}, "p.constants"),
    ],
)
def test_a_change_is_noticed_where_it_was_made(tmp_path, change, module):
    now, then = modules(tmp_path / "a", **change), modules(tmp_path / "b")
    assert {name for name in now if now[name] != then.get(name)} == {module}


def test_modules_that_a_registry_imports_count(tmp_path):
    found = modules(tmp_path, "other")
    assert set(found) == {"p.work", "p.kinds", "p.kinds.one"}
    (tmp_path / "p" / "kinds" / "two.py").write_text("KIND = 2\n")
    again = modules_of(Project(tmp_path, ("p",)), "p.work", "other")
    assert "p.kinds.two" in again


def test_modules_left_out_do_not_count(tmp_path):
    changed = {"work": ("return tools", "import p.told; p.told.tell(); return tools")}
    assert "p.told" not in modules(tmp_path, **changed)


def one(version: int, digits: str) -> dict[str, Fingerprint]:
    return {"s": Fingerprint(version, {"p.tools": digits, "p.work": "0"})}


def test_a_change_without_a_version_names_the_stage_the_module_and_both_remedies():
    (line,) = complaints(one(1, "b"), one(1, "a"))
    assert line.startswith("s: ")
    assert "p.tools" in line
    assert "p.work" not in line
    assert "make fingerprints" in line
    assert "--changes-no-byte" in line
    assert complaints(one(1, "a"), one(1, "a")) == []


def test_a_record_is_renewed_for_a_new_version_or_for_a_reason_alone(tmp_path):
    path = tmp_path / "recorded.json"
    assert renewed(one(1, "a"), path) == []
    before = path.read_text()
    assert renewed(one(1, "b"), path)
    assert path.read_text() == before
    assert renewed(one(2, "b"), path) == []
    assert json.loads(path.read_text())["changed_no_byte"] == []
    assert renewed(one(2, "c"), path, changes_no_byte="renamed") == []
    content = json.loads(path.read_text())
    assert content["changed_no_byte"] == [{"stages": ["s"], "why": "renamed"}]
    assert content["stages"]["s"] == {"version": 2, "modules": {"p.tools": "c", "p.work": "0"}}


def test_every_stage_of_a_plan_is_marked(tmp_path):
    plan = plans.build(loading.load("controls"), None, tmp_path)
    assert all(is_stage(stage.run) for stage in every_stage(plan.targets()))
