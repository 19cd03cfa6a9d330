"""Which training sets a run has beside the baseline and the fakes, and which curves it draws."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, field_validator

Control = Literal["twice", "grey", "equalized", "augmented", "shuffled", "alone"]
FewNir = Annotated[int, Field(ge=0)] | Literal["all"]
Share = Annotated[PositiveFloat, Field(lt=1)]


class ControlSettings(BaseModel):
    """Controls tell what of a gain is due to fakes being near-infrared images of the right person.

    `twice`, `grey`, `equalized` and `augmented` put the VIS images themselves in the place of the
    fakes, unaltered or altered; `shuffled` gives the fakes wrong names; `alone` takes away all but
    the fakes. With a recognizer that sees colours, `grey` always runs: much of what looks like a
    gain can be the loss of colour.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sets: list[Control] = Field(
        [], description="control training sets: twice, grey, equalized, augmented, shuffled, alone"
    )
    translator: str | None = Field(
        None,
        description="whose fakes are shuffled, taken alone and counted; none: the last variant's",
    )
    nir_curve: list[FewNir] = Field(
        [], description="few-shot curve: real NIR images per person, with and without fakes"
    )
    fakes_curve: list[Share] = Field(
        [], description="fakes curve: shares of the fakes that are trained on"
    )
    reference: bool = Field(
        True, description="score dlib's frozen face network beside the recognizers"
    )

    @field_validator("sets", "nir_curve", "fakes_curve")
    @classmethod
    def _once_each(cls, values: list) -> list:
        if len(set(values)) != len(values):
            raise ValueError("names each value once")
        return values
