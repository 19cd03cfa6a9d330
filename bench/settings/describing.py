"""Describes every setting: what it means, what it may be, its default, and a preset's value."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bench.settings.fields import own_fields, run_fields
from bench.settings.loading import load, on_disk
from bench.settings.own_settings import own_settings

NAMES = {int: "whole number", float: "number", str: "text", bool: "true or false"}
BOUNDS = {"ge": "from", "gt": "above", "le": "to", "lt": "below", "multiple_of": "a multiple of",
          "min_length": "with entries, at least"}  # fmt: skip
FOLDER = "PATH"  # takes the place of the folder of a preset's data set


@dataclass(frozen=True)
class Described:
    """One setting by its dotted name; all values as they are written in TOML, "" where unset."""

    key: str
    meaning: str
    allowed: str
    default: str
    value: str  # in the preset


def described(preset: str) -> list[Described]:
    """Describe every setting with its value in a preset; those of single translators last.

    Raises UsageError for an unknown preset.
    """
    settings = load(preset, overrides={"data.path": FOLDER} if on_disk(preset) else None)
    rows = [_row(key, field, _value(settings, key)) for key, field in run_fields()]
    for name, key, field in own_fields():
        own = own_settings(settings, name)
        rows.append(_row(f"{name}.{key}", field, getattr(own, key)))
    return rows


def _value(settings: BaseModel, key: str) -> object:
    value: object = settings
    for name in key.split("."):
        value = getattr(value, name)
    return value


def _row(key: str, field: FieldInfo, value: object) -> Described:
    default = "" if field.is_required() else _in_toml(field.get_default(call_default_factory=True))
    return Described(key, field.description or "", allowed(field), default, _in_toml(value))


def _in_toml(value: object) -> str:
    """Return a value as TOML text; "none" if it is not set."""
    if value is None:
        return "none"
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return json.dumps(value, default=str, ensure_ascii=False)


def allowed(field: FieldInfo) -> str:
    """Return the allowed values of a setting: "whole number from 1", "vis | nir | both"."""
    return _bounded(_value_kind(field.annotation), field.metadata)


def _value_kind(annotation: Any) -> str:
    """Return the kind of value that a type annotation allows."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(map(str, parts))
    if origin is Annotated:
        return _bounded(_value_kind(parts[0]), parts[1:])
    if origin in (Union, UnionType):
        return " | ".join("none" if part is NoneType else _value_kind(part) for part in parts)
    if origin in (list, tuple):
        return f"list of: {_value_kind(parts[0])}"
    if origin is dict:
        return "table"
    return NAMES.get(annotation, getattr(annotation, "__name__", "value"))


def _bounded(value_kind: str, metadata: Iterable[object]) -> str:
    """Return a kind of value with its bounds: "number above 0 and to 1"."""
    bounds = " and ".join(text for part in metadata for text in _bounds(part))
    return f"{value_kind} {bounds}" if bounds else value_kind


def _bounds(part: object) -> Iterator[str]:
    """Yield the bounds that a piece of pydantic's metadata states."""
    for name, words in BOUNDS.items():
        bound = getattr(part, name, None)
        if bound is not None:
            yield f"{words} {bound}"
