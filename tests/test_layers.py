"""Who may import whom: the folders form a star around `faces`, and data travels by files."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ALLOWED = {
    "faces": set(),
    "generators": {"faces"},
    "recognizer": {"faces"},
    "reports": {"faces"},
    "bench": {"faces", "generators", "recognizer", "reports"},
}
ROOMS = (  # of bench: each imports those before it alone
    "settings",
    "weights",
    "running",
    "stages",
    "display",
    "planning",
    "gathering",
    "doctor",
    "execution",
    "commands",
    "cli",
    "__main__",
)
ROOT = Path(__file__).parents[1]
SOURCES = [path for folder in ALLOWED for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_packages_import_only_what_the_star_allows(path):
    package = path.relative_to(ROOT).parts[0]
    used = {name.split(".")[0] for name in imports(path)}
    assert used & set(ALLOWED) <= ALLOWED[package] | {package}


@pytest.mark.parametrize("path", sorted((ROOT / "reports").rglob("*.py")), ids=module_name)
def test_reports_never_import_torch(path):
    assert not {name.split(".")[0] for name in imports(path)} & {"torch", "torchvision", "dlib"}


@pytest.mark.parametrize("path", sorted((ROOT / "bench").rglob("*.py")), ids=module_name)
def test_rooms_of_bench_import_one_way(path):
    room = path.relative_to(ROOT / "bench").with_suffix("").parts[0]
    parts = [name.split(".") for name in imports(path) if name.startswith("bench.")]
    used = {part[1] for part in parts}
    assert used <= set(ROOMS[: ROOMS.index(room) + 1] if room in ROOMS else ())


def test_every_room_of_bench_has_its_place():
    inside = {path.relative_to(ROOT / "bench").with_suffix("").parts[0]
              for path in (ROOT / "bench").rglob("*.py")}  # fmt: skip
    assert inside == {*ROOMS, "__init__"}


@pytest.mark.parametrize("path", sorted((ROOT / "faces" / "common").glob("*.py")), ids=module_name)
def test_common_tools_know_nothing_of_faces(path):
    used = {name for name in imports(path) if name.startswith("faces.")}
    assert all(name.startswith("faces.common") for name in used)


def test_modules_form_no_cycle():
    names = {module_name(path) for path in SOURCES}
    graph = {
        module_name(path): {used for used in imports(path) if used in names} - {module_name(path)}
        for path in SOURCES
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"import cycle: {' -> '.join((*trail, name))}"
        if name not in done:
            for used in graph[name]:
                visit(used, (*trail, name))
            done.add(name)

    for name in names:
        visit(name, ())
