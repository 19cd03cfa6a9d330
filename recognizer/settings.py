"""Defines the settings of the recognizer: pretraining, fine-tuning, scoring. Imports no torch.

The defaults of a fine-tuning are those of facenet-pytorch's example `examples/finetune.ipynb`:
Adam 1e-3, batches of 32, 8 epochs, a tenth of the learning rate after the fifth (its second drop,
after the tenth, is never reached). Since all training sets get the same number of steps here,
the drop is given as a fraction of the steps: 5 / 8.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from faces.common.precision import Precision

Colour = Literal["grey", "rgb"]
Weights = Literal["pretrain-rendered", "casia-webface", "vggface2"]
Mixing = Literal["equal-kinds", "proportional"]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class TrainingSettings(BaseModel):
    """The settings that pretraining and fine-tuning share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: PositiveInt = Field(2400, description="optimizer steps, equal for every training set")
    batch: int = Field(32, ge=2, description="images per step")
    mixing: Mixing = Field(
        "equal-kinds",
        description="shares of real VIS, real NIR and further images in a batch: equal, or those "
        "of all images in one list",
    )
    side_px: int = Field(160, ge=80, le=1024, description="side of the network's input, pixels")
    colour: Colour = Field("grey", description="input: luminance in all three channels, or colours")
    learning_rate: float = Field(1e-3, gt=0, description="of Adam, before the first drop")
    learning_rate_drops: tuple[Fraction, ...] = Field(
        (0.625,), description="fractions of the steps after which the rate is divided by ten"
    )
    weight_decay: float = Field(0.0, ge=0, description="L2 penalty added to Adam's gradients")
    dropout: float = Field(0.6, ge=0, lt=1, description="share of the 1792 features dropped")
    precision: Precision = Field("auto", description="of the training; scores are always float32")

    flip: float = Field(0.5, ge=0, le=1, description="share of training images that are mirrored")
    crop: float = Field(0.05, ge=0, le=0.5, description="largest shift, as a share of the side")
    contrast: float = Field(0.1, ge=0, lt=1, description="largest relative change of contrast")
    brightness: float = Field(
        0.05, ge=0, lt=1, description="largest change of brightness, as a share of full scale"
    )

    checkpoint_every_steps: PositiveInt = Field(
        200, exclude=True, description="steps between checkpoints. Changes no byte of the result"
    )


class PretrainSettings(TrainingSettings):
    """Pretraining from scratch on VIS images of rendered people that are used for nothing else."""

    steps: PositiveInt = Field(600, description="optimizer steps")
    weight_decay: float = Field(5e-4, ge=0, description="L2 penalty, as in the original training")
    learning_rate_drops: tuple[Fraction, ...] = Field(
        (0.8,), description="fractions of the steps after which the rate is divided by ten"
    )
    subjects: int = Field(120, ge=2, description="rendered people to learn from")
    images_per_subject: PositiveInt = Field(12, description="VIS images of each of them")
    population: int = Field(1, ge=0, lt=1_000_000, description="seed of these rendered people")
    seed: Annotated[int, Field(ge=0)] | None = Field(
        None, description="seed of first weights, batches and dropout; none: that of the run"
    )


class RecognizerSettings(TrainingSettings):
    """Fine-tuning on a training set, and scoring."""

    weights: Weights = Field(
        "pretrain-rendered", description="first weights: pretrained here, or published ones"
    )
    nir_per_subject: Annotated[int, Field(ge=0)] | Literal["all"] = Field(
        "all", description="real NIR images of a training subject that are trained on"
    )
    gallery_draws: PositiveInt = Field(
        5, description="choices of the one VIS image per unseen person that scores average over"
    )
    far_targets: tuple[Fraction, ...] = Field(
        (0.1, 0.01, 0.001, 0.0001, 0.00001),
        description="false acceptance rates at which VR is reported",
    )
