"""Reads translators that are defined in files outside nirbench and its packages.

    variant = of_file(Path("mine.py"))     # runs the file, which defines VARIANT
    keep(Path("mine.py"), cache)           # a copy under its hash, for other processes and later
    find("mine", variant.origin, cache)    # the same variant, from the copy

Only a file that a user names is run, or the copy that was kept when it was named. Weights and
settings hold only its hash, which cannot run anything. A file is one module: it may import
installed packages, but no files beside it, so that its hash identifies all of its code.
"""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from faces.common.cache import cache_folder
from faces.common.disk_faults import ANOTHER_CACHE, reading, writing
from faces.common.errors import MissingError, TamperedError, UsageError
from faces.common.files import written_aside
from generators import variants
from generators.method import Variant
from generators.origin import Origin


def of_file(path: Path) -> Variant[Any]:
    """Return the variant that a file defines as `VARIANT`; the file is run.

    Raises UsageError where the file cannot be read or defines no usable variant, and MissingError
    where it imports a package that is not installed.
    """
    return _variant(_module(_read(path), path), path.name, path)


def keep(path: Path, cache: Path) -> None:
    """Keep a copy of a named file in the cache, under its hash. Raises UsageError."""
    content = _read(path)
    copy = _copy(hashlib.sha256(content).hexdigest(), cache)
    with writing(copy, ANOTHER_CACHE):
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            with written_aside(copy) as aside:
                aside.write_bytes(content)


def find(name: str, origin: Origin | None, cache: Path | None = None) -> Variant[Any]:
    """Return the variant of that name and origin, in any process.

    Raises UsageError where no such variant is registered, MissingError where the file that defines
    it was never named on this machine or its copy cannot be read, and TamperedError where the copy
    was changed.
    """
    if origin is None or origin.kind == "package":
        return variants.get(name)
    copy = _copy(origin.version, cache or cache_folder())
    with reading(copy, MissingError):
        if not copy.is_file():
            raise MissingError(f"translator {name} is defined in {origin}, which is not known here")
        content = copy.read_bytes()
    if hashlib.sha256(content).hexdigest() != origin.version:
        raise TamperedError(f"{copy}: changed since it was kept; delete it and name the file again")
    return _variant(_module(content, copy), origin.name, copy)


def _copy(sha256: str, cache: Path) -> Path:
    return cache / "translators" / f"{sha256}.py"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: no translator can be read from there ({error.strerror}); "
            "name a Python file that defines VARIANT"
        ) from None


def _module(content: bytes, path: Path) -> ModuleType:
    """Run exactly the bytes whose hash names the module, once in each process."""
    name = f"nirbench_translator_{hashlib.sha256(content).hexdigest()}"
    if name in sys.modules:
        return sys.modules[name]
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses and pydantic look there for annotations
    try:
        exec(compile(content, str(path), "exec"), module.__dict__)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, ModuleNotFoundError):
            raise MissingError(f"{path}: {error}; install it, or leave this translator") from error
        if isinstance(error, Exception):
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise UsageError(f"{path}: cannot be run ({reason}); mend the file") from error
        raise
    return module


def _variant(module: ModuleType, file: str, path: Path) -> Variant[Any]:
    variant = getattr(module, variants.VARIANTS.attribute, None)
    if not isinstance(variant, Variant):
        raise UsageError(f"{path}: defines no VARIANT; see generators/variants/a.py for an example")
    version = module.__name__.rpartition("_")[2]
    return replace(variant, origin=Origin(kind="file", name=file, version=version))
