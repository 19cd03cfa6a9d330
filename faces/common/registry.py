"""Things of one kind, one file each: whoever adds a file to a package adds to the registry.

    LAYOUTS = Registry("layout", __name__, __path__, "LAYOUT")
    LAYOUTS.names(); LAYOUTS.get("casia")

A module may define the attribute as one thing, as a list of them, or not at all.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Iterable
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from faces.common.errors import UsageError


class Named(Protocol):
    """Whatever has a name."""

    name: str


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """The things that the modules of a package define; they are imported when first asked for."""

    def __init__(self, kind: str, package: str, path: Iterable[str], attribute: str) -> None:
        self.kind, self.package, self.path, self.attribute = kind, package, path, attribute

    def names(self) -> list[str]:
        """All names in alphabetical order."""
        return sorted(self._found)

    def get(self, name: str) -> T:
        """The thing of that name. Raises UsageError with the nearest name where there is none."""
        if name in self._found:
            return self._found[name]
        folded = {known.casefold(): known for known in self.names()}
        nearest = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0)
        raise UsageError(
            f"{self.kind} {name!r} is not known; did you mean {folded[nearest[0]]}? "
            f"({', '.join(self.names())})"
        )

    @cached_property
    def _found(self) -> dict[str, T]:
        modules = sorted(module.name for module in pkgutil.iter_modules(self.path))
        loaded = [importlib.import_module(f"{self.package}.{name}") for name in modules]
        things: list[T] = []
        for module in loaded:
            defined = getattr(module, self.attribute, [])
            things += defined if isinstance(defined, list) else [defined]
        return {thing.name: thing for thing in things}
