"""Finds objects of one kind that are defined in one file each, here or in other packages.

    LAYOUTS = Registry("layout", __name__, __path__, "LAYOUT")
    LAYOUTS.names(); LAYOUTS.get("casia")

A module may define the attribute as one object, as a list of objects, or not at all. With a
`group`, other packages add objects by entry points of that group, each with the name of its object.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Iterable
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, Protocol, TypeVar

from faces.common.errors import MissingError, UsageError


class Named(Protocol):
    """An object that has a name."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """The objects that the modules of a package define; modules are imported at the first access.

    kind: of the objects, for messages. package, path: `__name__` and `__path__` of the package.
    """

    def __init__(
        self, kind: str, package: str, path: Iterable[str], attribute: str, *, group: str = ""
    ) -> None:
        self.kind, self.package, self.path, self.attribute = kind, package, path, attribute
        self.group = group

    def names(self) -> list[str]:
        """Return all names in alphabetical order. Raises UsageError where two are equal."""
        return sorted({*self._found, *self._added})

    def get(self, name: str) -> T:
        """Return the object of a name. Raises UsageError with the nearest name if there is none."""
        if name in self._added:
            return self._load(self._added[name])
        if name in self._found:
            return self._found[name]
        folded = {known.casefold(): known for known in self.names()}
        nearest = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0)
        raise UsageError(
            f"{self.kind} {name!r} is not known; did you mean {folded[nearest[0]]}? "
            f"({', '.join(self.names())})"
        )

    def distribution(self, name: str) -> tuple[str, str] | None:
        """Return name and version of the distribution that added an object; None for our own."""
        added = self._added.get(name)
        return None if added is None else _distribution(added)

    def all(self) -> list[T]:
        """Return all objects, in alphabetical order of the names."""
        return [self.get(name) for name in self.names()]

    def added(self) -> tuple[str, ...]:
        """Return "name (package version)" of each object that another package adds, for keys."""
        found = ((name, self.distribution(name)) for name in self.names())
        return tuple(f"{name} ({' '.join(package)})" for name, package in found if package)

    @cached_property
    def _found(self) -> dict[str, T]:
        modules = sorted(module.name for module in pkgutil.iter_modules(self.path))
        loaded = [importlib.import_module(f"{self.package}.{name}") for name in modules]
        things: list[T] = []
        for module in loaded:
            defined = getattr(module, self.attribute, [])
            things += defined if isinstance(defined, list) else [defined]
        return {thing.name: thing for thing in things}

    @cached_property
    def _added(self) -> dict[str, EntryPoint]:
        added: dict[str, EntryPoint] = {}
        for entry in entry_points(group=self.group) if self.group else ():
            if entry.name in self._found or entry.name in added:
                raise UsageError(
                    f"{self.kind} {entry.name!r}: the package {_distribution(entry)[0]} adds one "
                    "of a name that is taken; uninstall it, or ask its makers for another name"
                )
            added[entry.name] = entry
        return added

    def _load(self, entry: EntryPoint) -> T:
        """Return the object of an entry point. Raises MissingError where it cannot be imported."""
        package = _distribution(entry)[0]
        try:
            thing: T = entry.load()
        except Exception as error:  # importing a package can raise any error
            raise MissingError(
                f"{self.kind} {entry.name!r}: {entry.value} of the package {package} cannot be "
                f"imported ({type(error).__name__}: {error}); install it again, or uninstall it"
            ) from error
        if getattr(thing, "name", None) != entry.name:
            raise UsageError(
                f"{self.kind} {entry.name!r}: {entry.value} of the package {package} names no "
                f"{self.kind} of that name; ask its makers, or uninstall it"
            )
        return thing


def _distribution(entry: EntryPoint) -> tuple[str, str]:
    """Return the name and the version of the distribution of an entry point."""
    return (entry.dist.name, entry.dist.version) if entry.dist else ("?", "?")
