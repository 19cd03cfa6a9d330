"""Defines the settings of control training sets and of curves over amounts of images."""

from typing import Annotated, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PositiveFloat, field_validator

from faces.common.errors import UsageError
from recognizer import controls

NirPerSubject = Annotated[int, Field(ge=0)] | Literal["all"]
Share = Annotated[PositiveFloat, Field(lt=1)]
T = TypeVar("T")


class ControlSettings(BaseModel):
    """Which control training sets and curves a run has.

    Controls show how much of a gain is due to fakes being near-infrared images of the right person.
    `sets` names files of `recognizer/controls/`; recognizers that see colours have some of them
    always.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sets: list[str] = Field([], description="control training sets, named by `bench list controls`")
    translator: str | None = Field(
        None,
        description="whose fakes are shuffled, taken alone and counted; none: the last variant's",
    )
    nir_curve: list[NirPerSubject] = Field(
        [], description="few-shot curve: real NIR images per person, with and without fakes"
    )
    fakes_curve: list[Share] = Field(
        [], description="fakes curve: shares of the fakes that are trained on"
    )
    nir_statistics: bool = Field(
        True,
        description="score every recognizer a second time, with BatchNorm statistics of the NIR "
        "and VIS images that translators saw",
    )
    pairs: Literal["none", "same-shot"] = Field(
        "none",
        description="data on disk: which VIS and NIR images are pairs; same-shot: those of one "
        "person whose shots have one name",
    )
    external: bool = Field(
        True,
        validation_alias=AliasChoices("external", "reference"),  # the name in older settings.toml
        description="score an external recognizer, dlib's frozen face network, beside the others",
    )

    @field_validator("sets")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        try:
            for name in names:
                controls.get(name)
        except UsageError as error:
            raise ValueError(str(error)) from None
        return names

    @field_validator("sets", "nir_curve", "fakes_curve")
    @classmethod
    def _once_each(cls, values: list[T]) -> list[T]:
        if len(set(values)) != len(values):
            raise ValueError("names each value once")
        return values
