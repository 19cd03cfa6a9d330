"""Defines the settings that every translator's training shares; defaults are CycleGAN's recipe.

Settings of one translator alone, such as the width of its networks, are in its
`generators.method.OwnSettings`.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from faces.common.precision import Precision
from generators.schedule import steps_of_epochs

Spectra = Literal["vis", "nir", "both", "none"]
EqualizeMethod = Literal["global", "clahe"]


class GeneratorSettings(BaseModel):
    """The settings of a training that all variants share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: PositiveInt | None = Field(None, description="optimizer steps of the training")
    epochs: PositiveInt | None = Field(
        None, description="instead of steps: how often each image of the larger spectrum is met"
    )
    decay_from: float = Field(
        0.5, ge=0, le=1, description="fraction of the steps after which the rate falls linearly"
    )
    side_px: int = Field(256, ge=32, multiple_of=4, description="side of the crops, in pixels")
    batch: PositiveInt = Field(1, description="images of each spectrum in a step")
    learning_rate: float = Field(2e-4, gt=0, description="Adam's rate before the decay")
    beta1: float = Field(0.5, ge=0, lt=1, description="Adam's first decay")
    beta2: float = Field(0.999, ge=0, lt=1, description="Adam's second decay")
    equalize: Literal["variant", "vis", "nir", "both", "none"] = Field(
        "variant", description="spectra whose histograms are equalized; variant: as it says"
    )
    equalize_method: EqualizeMethod = Field(
        "global", description="equalization of the whole image, or of tiles with limited contrast"
    )
    precision: Precision = Field("auto", description="bf16 where the processor has it, or float32")
    log_every_steps: PositiveInt = Field(10, description="steps averaged in a row of losses.csv")
    checkpoint_every_steps: PositiveInt = Field(
        500, exclude=True, description="steps between two checkpoints. Changes no byte"
    )
    sample_every_steps: PositiveInt = Field(500, description="steps between two sets of samples")

    @model_validator(mode="after")
    def _length_is_given_once(self) -> Self:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("give either steps or epochs")
        return self

    def for_images(self, vis_images: int, nir_images: int) -> Self:
        """Return the settings with epochs converted to steps.

        An epoch shows each image of the larger spectrum once.
        """
        if self.epochs is None:
            return self
        steps = steps_of_epochs(self.epochs, vis_images, nir_images, self.batch)
        return self.model_copy(update={"steps": steps, "epochs": None})

    @property
    def counted_steps(self) -> int:
        """Return the steps of the training. Raises ValueError where only epochs are given."""
        if self.steps is None:
            raise ValueError("epochs are not counted in steps yet: use what for_images gives")
        return self.steps

    def equalized(self, of_variant: Spectra) -> Spectra:
        """Return the spectra to equalize; `of_variant` are those of the variant itself."""
        return of_variant if self.equalize == "variant" else self.equalize

    @property
    def load_px(self) -> int:
        """The side of the stored images, from which crops are taken: 286 for 256.

        As in Zhu et al. 2017.
        """
        return round(self.side_px * 286 / 256)
