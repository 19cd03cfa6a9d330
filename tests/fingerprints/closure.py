"""Finds the definitions that a function depends on, and hashes them without words.

A definition is a function, a class or an assigned name at the top of a module. It depends on every
definition of the project whose name occurs in it, its annotations included, and so on from there.
Where a definition is a `Registry`, which imports the modules of its package by itself, it depends
on all definitions in them. Docstrings, comments, formatting and the annotations of functions are
no part of the hash.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

SKIPPED_FIELDS = {"ctx", "kind", "type_comment", "type_params", "type_ignores"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

Definition = tuple[str, str]  # a module's dotted name, and a name at its top


@dataclass(frozen=True)
class Module:
    """One file: `definitions` by name, and what each imported name stands for."""

    name: str
    is_package: bool
    tree: ast.Module

    @cached_property
    def definitions(self) -> dict[str, list[ast.stmt]]:
        """Return the statements that define each name at the top of the module."""
        found: dict[str, list[ast.stmt]] = {}
        for statement in self.tree.body:
            for name in names_defined(statement):
                found.setdefault(name, []).append(statement)
        return found

    @cached_property
    def imports(self) -> dict[str, str]:
        """Return the dotted name for each name that is imported anywhere in the file."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
        return found


def names_defined(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at the top of a module defines."""
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
    elif isinstance(statement, ast.If | ast.Try | ast.With):
        for inner in (node for node in ast.walk(statement) if isinstance(node, ast.stmt)):
            if inner is not statement:
                yield from names_defined(inner)


@dataclass(frozen=True)
class Project:
    """The modules of some packages below `root`; `left_out` are modules that change no byte."""

    root: Path
    packages: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    hashes: dict[Definition, str] = field(default_factory=dict)

    @cached_property
    def modules(self) -> dict[str, Module]:
        """Return the modules that are not left out, by their dotted names."""
        found = {}
        for package in self.packages:
            for path in sorted((self.root / package).rglob("*.py")):
                parts = path.relative_to(self.root).with_suffix("").parts
                is_package = parts[-1] == "__init__"
                name = ".".join(parts[:-1] if is_package else parts)
                if not name.startswith(self.left_out):
                    tree = ast.parse(path.read_text(encoding="utf-8"))
                    found[name] = Module(name, is_package, tree)
        return found

    def closure(self, start: Definition) -> set[Definition]:
        """Return everything that a definition depends on, itself included."""
        found: set[Definition] = set()
        todo = [start]
        while todo:
            definition = todo.pop()
            if definition not in found:
                found.add(definition)
                todo += self.used_by(definition)
        return found

    def used_by(self, definition: Definition) -> Iterator[Definition]:
        """Yield the definitions whose names occur in one."""
        module = self.modules[definition[0]]
        for statement in module.definitions[definition[1]]:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name | ast.Attribute):
                    yield from self.meant(module, dotted(node))
                if is_registry(node):
                    yield from self.all_below(module)

    def meant(self, module: Module, name: str) -> Iterator[Definition]:
        """Yield the definition that a name in a module stands for, if it is one of the project."""
        first, _, rest = name.partition(".")
        if first in module.definitions:
            yield module.name, first
        elif first in module.imports:
            yield from self.defined(".".join(filter(None, (module.imports[first], rest))))

    def defined(self, name: str) -> Iterator[Definition]:
        """Yield the definition of a dotted name, wherever packages pass it on."""
        parts = name.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = self.modules.get(".".join(parts[:length]))
            if module is not None:
                if parts[length] in module.definitions:
                    yield module.name, parts[length]
                elif parts[length] in module.imports:
                    yield from self.defined(module.imports[parts[length]])
                return

    def all_below(self, package: Module) -> Iterator[Definition]:
        """Yield all definitions of the modules in a package."""
        for name, module in self.modules.items():
            if name.startswith(f"{package.name}."):
                yield from ((name, definition) for definition in module.definitions)

    def hash_of(self, definitions: Iterable[Definition]) -> str:
        """Return twelve hexadecimal digits for what some definitions do."""
        texts = [f"{module}.{name}={self.own_hash((module, name))}"
                 for module, name in sorted(definitions)]  # fmt: skip
        return short_hash("\n".join(texts))

    def own_hash(self, definition: Definition) -> str:
        """Return the hash of one definition alone."""
        if definition not in self.hashes:
            statements = self.modules[definition[0]].definitions[definition[1]]
            self.hashes[definition] = short_hash("\n".join(map(meaning, statements)))
        return self.hashes[definition]


def dotted(node: ast.AST) -> str:
    """Return "a.b.c" of names and attributes; of other attributes the part that is a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def is_registry(node: ast.AST) -> bool:
    """Tell whether an expression makes a registry of the modules of its own package."""
    function = dotted(node.func) if isinstance(node, ast.Call) else ""
    return function.rpartition(".")[2] == "Registry"


def meaning(node: object) -> str:
    """Write a syntax tree without docstrings, annotations of functions, and places."""
    if isinstance(node, list):
        return f"[{','.join(map(meaning, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = [
        f"{name}={meaning(value)}"
        for name, value in ast.iter_fields(without_words(node))
        if name not in SKIPPED_FIELDS and value not in (None, [])
    ]
    return f"{type(node).__name__}({','.join(parts)})"


def without_words(node: ast.AST) -> ast.AST:
    """Return a node without its docstring and, of a function, without annotations."""
    fields = dict(ast.iter_fields(node))
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and ast.get_docstring(node) is not None:
        fields["body"] = node.body[1:]
    if isinstance(node, FUNCTIONS):
        fields["returns"] = None
    if isinstance(node, ast.arg):
        fields["annotation"] = None
    return type(node)(**fields)


def short_hash(text: str) -> str:
    """Return the first twelve hexadecimal digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
