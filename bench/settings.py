"""Settings: preset < configuration file < command line, checked before anything starts."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from faces.errors import UsageError
from faces.settings import DataSettings
from generators.settings import GeneratorSettings
from recognizer.settings import PretrainSettings, RecognizerSettings


class QualitySettings(BaseModel):
    """How images are judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    images: int = Field(400, ge=10, description="images of each kind compared, where there are")
    side_px: int = Field(96, ge=32, description="side at which all images enter")


class RunSettings(BaseModel):
    """Everything a run depends on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: str = Field(description="the preset the run started from")
    device: str = Field("auto", description="auto, cpu, cuda or cuda:N")
    protocol: str = Field("subjects", description="who is trained on and who is only tested")
    variants: list[str] = Field(["A", "B", "C"], min_length=1, description="translators")
    seeds: list[Annotated[int, Field(ge=0)]] = Field(
        [0], min_length=1, description="seeds of translator and recognizer"
    )
    side_by_side: Annotated[int, Field(ge=1)] | None = Field(
        None, exclude=True, description="stages at once; none: data.workers, on a GPU at most 4"
    )
    data: DataSettings
    generator: GeneratorSettings
    pretrain: PretrainSettings
    recognizer: RecognizerSettings
    quality: QualitySettings = QualitySettings()

    @field_validator("protocol")
    @classmethod
    def _known_protocol(cls, name: str) -> str:
        if name != "subjects":
            raise ValueError("the protocol of this version is `subjects`")
        return name

    @field_validator("variants", "seeds")
    @classmethod
    def _once_each(cls, values: list) -> list:
        if len(set(values)) != len(values):
            raise ValueError("names each value once")
        return values

    @model_validator(mode="after")
    def _parts_fit_together(self) -> "RunSettings":
        if self.pretrain.population == self.data.population:
            raise ValueError(
                "pretrain.population must differ from data.population: nobody pretrained on "
                "may be trained or tested on again"
            )
        if self.pretrain.colour != self.recognizer.colour:
            raise ValueError("pretrain.colour and recognizer.colour must agree")
        return self

    @property
    def workers(self) -> int:
        """Processes at once."""
        if self.data.workers:
            return self.data.workers
        allowed = getattr(os, "sched_getaffinity", None)  # not on every system
        return len(allowed(0)) if allowed else os.cpu_count() or 1

    def stages_at_once(self, on_gpu: bool) -> int:
        """How many stages run side by side: a GPU's memory has to hold them all."""
        return self.side_by_side or (min(4, self.workers) if on_gpu else self.workers)


def preset_names() -> list[str]:
    """The presets that come with the package."""
    folder = resources.files("bench") / "presets"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir())


def preset_text(name: str) -> str:
    """The TOML of a preset. Raises UsageError naming the nearest one."""
    if name not in preset_names():
        raise UsageError(f"preset {name!r}: unknown{nearest(name, preset_names())}")
    return (resources.files("bench") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def load(
    preset: str,
    config: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    assignments: Iterable[str] = (),
) -> RunSettings:
    """Merges preset, file, options and `--set key=value` in that order, and checks the result.

    `overrides` maps dotted keys to values. Raises UsageError in one line for anything wrong.
    """
    values = tomllib.loads(preset_text(preset)) | {"preset": preset}
    if config is not None:
        _merge(values, _read_toml(config))
    for key, value in (overrides or {}).items():
        _assign(values, key, value)
    for assignment in assignments:
        key, sign, text = assignment.partition("=")
        if not sign:
            raise UsageError(f"--set {assignment}: write --set key=value")
        _assign(values, key.strip(), _parse(text.strip()))
    return check(values)


def check(values: dict[str, Any]) -> RunSettings:
    """Nested plain values to settings. Raises UsageError naming key, value and nearest name."""
    try:
        return RunSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise UsageError(f"setting {key}: unknown{nearest(key, known_keys())}") from None
        if first["type"] == "missing":
            raise UsageError(f"setting {key}: missing; give it a value") from None
        if not key:  # settings that do not fit together
            raise UsageError(f"settings: {first['msg'].removeprefix('Value error, ')}") from None
        message = first["msg"].removeprefix("Value error, ")
        if isinstance(first["input"], dict):  # settings within a group that do not fit together
            raise UsageError(f"settings {key}: {message}") from None
        raise UsageError(f"setting {key} = {first['input']!r}: {message}") from None


def known_keys(model: type[BaseModel] = RunSettings, prefix: str = "") -> list[str]:
    """Every setting's dotted name."""
    keys = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys += known_keys(field.annotation, f"{prefix}{name}.")
        else:
            keys.append(prefix + name)
    return keys


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message: the likeliest meant name, or the known ones."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known: {', '.join(known)}" if len(known) <= 12 else "; see `bench list settings`"


def describe() -> list[tuple[str, str]]:
    """Every setting's dotted name and meaning."""
    described = []
    for key in known_keys():
        model = RunSettings
        for name in key.split("."):
            field = model.model_fields[name]
            model = field.annotation
        described.append((key, field.description or ""))
    return described


def to_toml(settings: RunSettings) -> str:
    """The resolved settings as TOML, which `--config` reads back."""
    return tomli_w.dumps(settings.model_dump(mode="json", exclude_none=True))


def from_toml(path: Path) -> RunSettings:
    """Reads what `to_toml` wrote."""
    return check(_read_toml(path))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
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
            into[key] = value


def _assign(values: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        values = values.setdefault(parent, {})
        if not isinstance(values, dict):
            raise UsageError(f"setting {key}: unknown{nearest(key, known_keys())}")
    values[last] = value


def _parse(text: str) -> Any:
    """A TOML value, or the text itself, so that names need no quotes."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
