"""Lists all settings, as pydantic declares them."""

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bench.settings.run_settings import RunSettings
from generators import variants


def run_fields(
    model: type[BaseModel] = RunSettings, prefix: str = ""
) -> Iterator[tuple[str, FieldInfo]]:
    """Yield every setting of a run by its dotted name."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from run_fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def own_fields() -> Iterator[tuple[str, str, FieldInfo]]:
    """Yield translator, name and field of every registered translator's own settings."""
    for name in variants.names():
        for key, field in variants.get(name).settings.model_fields.items():
            yield name, key, field


def known_keys() -> list[str]:
    """Return every setting's dotted name, those of single translators last."""
    own = [f"{name}.{key}" for name, key, _ in own_fields()]
    return [*(key for key, _ in run_fields()), *own]
