"""Defines every setting of a run, with its type and bounds, and how settings fit together."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    field_validator,
    model_validator,
)

from bench.settings.controls import ControlSettings
from bench.settings.generator_group import GeneratorGroup
from faces import protocols
from faces.common.parallel import usable_cores
from faces.protocols.list_settings import ListSettings
from faces.settings import DataSettings
from recognizer.settings import PretrainSettings, RecognizerSettings

LEAK_PAIR = {"paper-520", "paper-520-as-published"}


class QualitySettings(BaseModel):
    """How image quality is measured."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    images: int = Field(400, ge=10, description="images of each kind compared, where there are")
    side_px: int = Field(96, ge=32, description="side at which all images enter")


class RunSettings(BaseModel):
    """Everything on which a run depends.

    Besides these fields there are the own tables of translators, by their names
    (bench/settings/own_settings.py).
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, dict[str, Any]]

    preset: str = Field(description="the preset the run started from")
    device: str = Field("auto", description="auto, cpu, cuda or cuda:N")
    protocol: str = Field("subjects", description="who is trained on and who is only tested")
    fold: PositiveInt | Literal["all"] | None = Field(
        None, description="fold of a protocol that has folds, or all of them"
    )
    allow_missing: bool = Field(
        False, description="score listed images that are not there as misses, instead of stopping"
    )
    variants: list[str] = Field(["A", "B", "C"], min_length=1, description="translators")
    translator_files: dict[str, Path] = Field(
        {}, description="files that define translators, by name; --variants FILE.py adds one"
    )
    seeds: list[Annotated[int, Field(ge=0)]] = Field(
        [0], min_length=1, description="seeds of translator and recognizer"
    )
    side_by_side: Annotated[int, Field(ge=1)] | None = Field(
        None, exclude=True, description="stages at once; none: data.workers, on a GPU at most 4"
    )
    data: DataSettings
    generator: GeneratorGroup
    pretrain: PretrainSettings
    recognizer: RecognizerSettings
    controls: ControlSettings = ControlSettings()
    quality: QualitySettings = QualitySettings()
    lists: ListSettings = ListSettings()

    @field_validator("protocol")
    @classmethod
    def _known_protocols(cls, names: str) -> str:
        """Allow one protocol, or the paper's with and without its leak, which share their parts."""
        chosen = names.split(",")
        if unknown := [name for name in chosen if name not in protocols.names()]:
            raise ValueError(
                f"no protocol is called {unknown[0]}{nearest(unknown[0], protocols.names())}"
            )
        if len(chosen) > 1 and sorted(chosen) != sorted(LEAK_PAIR):
            raise ValueError(f"together run only {' and '.join(sorted(LEAK_PAIR))}")
        return ",".join(sorted(chosen))

    @field_validator("variants", "seeds")
    @classmethod
    def _once_each(cls, values: list) -> list:
        if len(set(values)) != len(values):
            raise ValueError("names each value once")
        return values

    @model_validator(mode="after")
    def _fold_fits_the_protocol(self) -> "RunSettings":
        known = self.known_folds
        if known and self.fold is None:
            raise ValueError(f"protocol {self.protocol} has folds: add --fold N, or --fold all")
        if self.fold not in (None, "all", *known) or (self.fold == "all" and not known):
            folds = f"{known[0]} to {known[-1]}" if known else "none"
            remedy = "; say how many by lists.folds" * self.chosen_protocols[0].own_lists
            raise ValueError(f"fold = {self.fold}: protocol {self.protocol} has {folds}{remedy}")
        return self

    @model_validator(mode="after")
    def _lists_have_a_folder(self) -> "RunSettings":
        if self.chosen_protocols[0].needs_lists and not self.data.on_disk:
            raise ValueError(
                f"protocol {self.protocol} reads lists in a data set's folder: "
                "add --data casia:PATH, or choose the protocol subjects"
            )
        return self

    @model_validator(mode="after")
    def _parts_fit_together(self) -> "RunSettings":
        if not self.data.on_disk and self.pretrain.population == self.data.population:
            raise ValueError(
                "pretrain.population must differ from data.population: nobody pretrained on "
                "may be trained or tested on again"
            )
        chosen = self.controls.translator
        if chosen is not None and chosen not in self.variants:
            raise ValueError(
                f"controls.translator = {chosen}: not among the variants {', '.join(self.variants)}"
            )
        if self.pretrain.colour != self.recognizer.colour:
            raise ValueError("pretrain.colour and recognizer.colour must agree")
        return self

    @property
    def own_tables(self) -> dict[str, dict[str, Any]]:
        """Return the own tables of translators, by their names."""
        return self.__pydantic_extra__ or {}

    @property
    def chosen_protocols(self) -> list[protocols.Protocol]:
        """Return the chosen protocols; several have the same parts, and the first has no leak."""
        chosen = [protocols.get(name) for name in self.protocol.split(",")]
        return sorted(chosen, key=lambda protocol: protocol.leaky)

    @property
    def folds(self) -> list[int | None]:
        """Return the folds to run; [None] for a protocol without any."""
        return list(self.known_folds) if self.fold == "all" else [self.fold]

    @property
    def known_folds(self) -> tuple[int, ...]:
        """Return the folds that the protocol has; () without any."""
        return self.chosen_protocols[0].folds_of(self.lists)

    @property
    def workers(self) -> int:
        """Return the number of processes at once."""
        if self.data.workers:
            return self.data.workers
        return usable_cores()

    def stages_at_once(self, on_gpu: bool) -> int:
        """Return the number of parallel stages, which is small on a GPU for its memory."""
        return self.side_by_side or (min(4, self.workers) if on_gpu else self.workers)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of an error message: the most similar name, or the known ones."""
    known = list(known)
    if "." not in name:  # a part of the settings, or no setting at all
        known = list(dict.fromkeys(key.partition(".")[0] for key in known))
    alike = [key for key in known if key.rpartition(".")[2] == name.rpartition(".")[2]]
    close = difflib.get_close_matches(name, alike or known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known: {', '.join(known)}" if len(known) <= 12 else "; see `bench list settings`"
