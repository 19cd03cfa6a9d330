"""Reads the settings that single translators have of their own, and files that define some.

`--set C.perceptual_weight=2`, or a table `[C]` in a TOML file, tells the translator C alone. What
it is not told it takes from the settings under `generator` of the same name, else its defaults.
"""

from pathlib import Path
from typing import Any

from bench.settings.run_settings import RunSettings
from faces.common.errors import UsageError
from generators import definitions, variants
from generators.method import OwnSettings, Variant

SUFFIX = ".py"
TAKEN = {  # parts of the settings, and images in the table of quality
    *RunSettings.model_fields,
    *("vis", "real", "reshot", "reference", "untranslated"),
}


def with_names(values: dict[str, Any]) -> dict[str, Any]:
    """The values with names in the place of files in `variants`; `translator_files` has the files.

    Raises UsageError where a file defines no translator or one whose name is taken.
    """
    chosen, files = values.get("variants"), values.get("translator_files", {})
    if not isinstance(chosen, list) or not isinstance(files, dict):
        return values  # pydantic will say what is wrong
    names, files = [], dict(files)
    for given in chosen:
        if isinstance(given, str) and given.endswith(SUFFIX):
            path = Path(given).expanduser().absolute()
            name = definitions.of_file(path).name
            if files.get(name, str(path)) != str(path):
                raise UsageError(f"{path}: defines {name}, as {files[name]} does; rename one")
            _require_free(name, str(path))
            if name in variants.names():
                raise UsageError(f"{path}: defines {name}, which there is already; rename it")
            files[name] = str(path)
            given = name
        names.append(given)
    return values | {"variants": names} | ({"translator_files": files} if files else {})


def _require_free(name: str, where: str) -> None:
    if name in TAKEN or name.endswith("-leaky"):
        raise UsageError(
            f"{where}: a translator cannot be called {name}, which means another thing"
        )


def is_table(name: str, values: dict[str, Any]) -> bool:
    """Tells whether a part of the settings is the own table of a translator."""
    files = values.get("translator_files")
    return name in variants.names() or (isinstance(files, dict) and name in files)


def variant_of(settings: RunSettings, name: str) -> Variant[Any]:
    """Gives the translator of that name. Raises UsageError where there is none."""
    path = settings.translator_files.get(name)
    if path is None:
        _require_free(name, "--variants")
        return variants.get(name)
    variant = definitions.of_file(path)
    if variant.name != name:
        raise UsageError(f"{path}: defines {variant.name} now, not {name}; add --variants {path}")
    return variant


def own_settings(settings: RunSettings, name: str) -> OwnSettings:
    """What a translator is told. Raises pydantic's ValidationError for what it cannot be told."""
    kind = variant_of(settings, name).settings
    defaults = settings.generator.defaults_of(list(kind.model_fields))
    return kind.model_validate(defaults | settings.own_tables.get(name, {}))


def told_apart(settings: RunSettings, name: str) -> dict[str, Any]:
    """Gives a translator's own table, completed by what it has no default for under `generator`."""
    told = own_settings(settings, name)
    defaults = settings.generator.defaults_of(list(type(told).model_fields))
    given = settings.own_tables.get(name, {})
    return {
        key: value
        for key, value in told.model_dump(mode="json").items()
        if value is not None and (key not in defaults or key in given)
    }
