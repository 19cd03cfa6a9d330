"""Reads the settings that only single translators have, and files that define translators.

`--set C.perceptual_weight=2`, or a table `[C]` in a TOML file, holds for the translator C alone. A
setting that its table lacks is that of the same name under `generator`, or else has its default.
"""

from typing import Any

from bench.settings.run_settings import RunSettings
from faces.common.cache import with_home
from faces.common.errors import UsageError
from generators import definitions, variants
from generators.method import OwnSettings, Variant

SUFFIX = ".py"
TAKEN = {  # names with another meaning, which no translator may have
    *RunSettings.model_fields,  # parts of the settings
    *("vis", "real", "reshot", "genuine", "impostor"),  # images in the table of quality
    *("untranslated", "reference"),  # their stage, now and in older runs
}


def with_names(values: dict[str, Any]) -> dict[str, Any]:
    """Replace the files in `variants` by translators' names; `translator_files` gets the files.

    Raises UsageError where a file defines no translator, or one whose name is taken.
    """
    chosen, files = values.get("variants"), values.get("translator_files", {})
    if not isinstance(chosen, list) or not isinstance(files, dict):
        return values  # pydantic will find the mistake
    names, files = [], dict(files)
    for given in chosen:
        if isinstance(given, str) and given.endswith(SUFFIX):
            path = with_home(given, "translator").absolute()
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


def _require_free(name: str, source: str) -> None:
    """Raise UsageError, which names the file or option `source`, if the name is taken."""
    if name in TAKEN or name.endswith("-leaky"):
        raise UsageError(
            f"{source}: a translator cannot be called {name}, which means another thing"
        )


def is_table(name: str, values: dict[str, Any]) -> bool:
    """Tell whether a part of the settings is the own table of a translator."""
    files = values.get("translator_files")
    return name in variants.names() or (isinstance(files, dict) and name in files)


def variant_of(settings: RunSettings, name: str) -> Variant[Any]:
    """Return the translator of that name. Raises UsageError where there is none."""
    path = settings.translator_files.get(name)
    if path is None:
        _require_free(name, "--variants")
        return variants.get(name)
    variant = definitions.of_file(path)
    if variant.name != name:
        raise UsageError(f"{path}: defines {variant.name} now, not {name}; add --variants {path}")
    return variant


def own_settings(settings: RunSettings, name: str) -> OwnSettings:
    """Return a translator's own settings. Raises pydantic's ValidationError for wrong ones."""
    model = variant_of(settings, name).settings
    defaults = settings.generator.defaults_of(list(model.model_fields))
    return model.model_validate(defaults | settings.own_tables.get(name, {}))


def complete_table(settings: RunSettings, name: str) -> dict[str, Any]:
    """Return a translator's own table, with the settings that `generator` has no default for."""
    own = own_settings(settings, name)
    defaults = settings.generator.defaults_of(list(type(own).model_fields))
    given = settings.own_tables.get(name, {})
    return {
        key: value
        for key, value in own.model_dump(mode="json").items()
        if value is not None and (key not in defaults or key in given)
    }
