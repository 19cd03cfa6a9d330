"""Loads settings: preset < configuration file < command line, checked before anything starts."""

import copy
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from bench.settings.fields import known_keys
from bench.settings.own_settings import complete_table, is_table, with_names
from bench.settings.run_settings import RunSettings, nearest
from faces.common.disk_faults import reading
from faces.common.errors import UsageError
from faces.settings import SYNTHETIC, DataSettings
from generators import variants

ALTERNATIVES = {"steps": "epochs", "epochs": "steps"}  # to set one removes the other


def preset_names() -> list[str]:
    """Return the presets that come with the package."""
    folder = resources.files("bench.settings") / "presets"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir())


def preset_text(name: str) -> str:
    """Return the TOML text of a preset. Raises UsageError with the nearest name."""
    if name not in preset_names():
        raise UsageError(f"preset {name!r}: unknown{nearest(name, preset_names())}")
    return (resources.files("bench.settings") / "presets" / f"{name}.toml").read_text(
        encoding="utf-8"
    )


def _preset(name: str) -> dict[str, Any]:
    """Return a preset's values, merged into those of the preset that it extends."""
    values = tomllib.loads(preset_text(name))
    extended = values.pop("extends", None)
    if extended is None:
        return values
    base = _preset(extended)
    _merge(base, values)
    return base


def on_disk(preset: str) -> bool:
    """Tell whether a preset needs the folder of a data set."""
    return _source(_preset(preset)) != SYNTHETIC


def load(
    preset: str,
    config: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    assignments: Iterable[str] = (),
) -> RunSettings:
    """Merge preset, file, options and `--set key=value` in this order, and check the result.

    `overrides` maps dotted keys to values. Raises UsageError, of one line, for any mistake.
    """
    base = _preset(preset) | {"preset": preset}
    layers = [_read_toml(config)] if config is not None else []
    pairs = [*(overrides or {}).items(), *map(_split_assignment, assignments)]
    values = _layered(base, layers, pairs)
    if _source(values) != _source(base):
        base["data"].update(_as_share(base["data"]))
        values = _layered(base, layers, pairs)
    return _check(values)


def _layered(
    base: dict[str, Any], layers: list[dict], pairs: list[tuple[str, Any]]
) -> dict[str, Any]:
    values = copy.deepcopy(base)
    for layer in layers:
        _merge(values, layer)
    for key, value in pairs:
        _assign(values, key, value)
    return values


def _split_assignment(assignment: str) -> tuple[str, Any]:
    key, sign, text = assignment.partition("=")
    if not sign:
        raise UsageError(f"--set {assignment}: write --set key=value")
    return key.strip(), _parse(text.strip())


def _source(values: dict[str, Any]) -> Any:
    data = values.get("data")
    return data.get("name", SYNTHETIC) if isinstance(data, dict) else None


def _as_share(data: dict[str, Any]) -> dict[str, Any]:
    """Return a preset's number of unseen people as a share, which fits another data set, too."""
    default = DataSettings()
    unseen = data.get("unseen_subjects", default.unseen_subjects)
    subjects = data.get("subjects", default.subjects)
    if not isinstance(unseen, int):
        return {}
    return {"unseen_subjects": round(unseen / subjects, 2)}


def _check(values: dict[str, Any]) -> RunSettings:
    """Make settings of nested plain values. Raises UsageError with key, value and nearest name.

    Files among `variants` are replaced by the names of the translators that they define, and the
    own tables of the run's translators are completed.
    """
    values = with_names(values)
    for key in values:
        if key not in RunSettings.model_fields and not is_table(key, values):
            raise UsageError(f"setting {key}: unknown{nearest(key, known_keys())}")
    try:
        settings = RunSettings.model_validate(values)
    except ValidationError as error:
        raise _usage_error(error, ()) from None
    return settings.model_copy(update=_own_tables(settings))


def _own_tables(settings: RunSettings) -> dict[str, dict[str, Any]]:
    """Return the own tables of the run's translators, and those given for other translators."""
    tables = {}
    known = variants.names()
    for name in dict.fromkeys([*settings.variants, *settings.own_tables]):
        if name not in known and name not in settings.translator_files:
            continue  # an unknown variant is an error later, when the run is prepared
        try:
            tables[name] = complete_table(settings, name)
        except ValidationError as error:
            raise _usage_error(error, (name,)) from None
    return {name: table for name, table in tables.items() if table}


def _usage_error(error: ValidationError, within: tuple[str, ...]) -> UsageError:
    """Return pydantic's first error in one line; `within` is the part of the settings it is in."""
    first = error.errors()[0]
    key = _setting_of((*within, *first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        return UsageError(f"setting {key}: unknown{nearest(key, known_keys())}")
    if first["type"] == "missing":
        return UsageError(f"setting {key}: missing; give it a value")
    if not key:  # settings that do not fit together
        return UsageError(f"settings: {message}")
    if isinstance(first["input"], dict):  # settings within a group that do not fit together
        return UsageError(f"settings {key}: {message}")
    return UsageError(f"setting {key} = {first['input']!r}: {message}")


def _setting_of(location: tuple) -> str:
    """Return the setting's dotted name, without the type that pydantic adds in a union."""
    key = ".".join(str(part) for part in location)
    known = [name for name in known_keys() if f"{key}.".startswith(f"{name}.")]
    return known[0] if known else key


def to_toml(settings: RunSettings) -> str:
    """Return the resolved settings as TOML text that `--config` can read."""
    return tomli_w.dumps(settings.model_dump(mode="json", exclude_none=True))


def from_toml(path: Path) -> RunSettings:
    """Read settings that `to_toml` wrote. Raises UsageError as `load`."""
    return _check(_read_toml(path))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with reading(path, UsageError):
            return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a TOML file: {error}") from None


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            other = ALTERNATIVES.get(key, "")
            if other not in values:
                into.pop(other, None)
            into[key] = value


def _assign(values: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        values = values.setdefault(parent, {})
        if not isinstance(values, dict):
            raise UsageError(f"setting {key}: unknown{nearest(key, known_keys())}")
    values.pop(ALTERNATIVES.get(last, ""), None)
    values[last] = value


def _parse(text: str) -> Any:
    """Return a TOML value, or the text itself, so that names need no quotes."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
