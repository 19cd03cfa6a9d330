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
