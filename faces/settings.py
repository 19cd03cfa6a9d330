"""Defines the settings of the images: people, numbers, sides, difficulty, held-out images."""

from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    StrictInt,
    field_validator,
    model_validator,
)

from faces import layouts

SYNTHETIC = "synthetic"  # rendered people, who need no layout
Fraction = Annotated[float, Field(gt=0, lt=1)]


class DataSettings(BaseModel):
    """The settings `data.*` of presets, configuration files and `--set`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(SYNTHETIC, description="where faces come from: synthetic, or a layout")
    path: str = Field("", description="folder of a data set on disk; empty for rendered people")
    population: int = Field(0, ge=0, lt=1_000_000, description="seed of the rendered people")
    subjects: PositiveInt = Field(150, description="people, trained on and unseen together")
    unseen_subjects: Annotated[StrictInt, Field(ge=2)] | Fraction = Field(
        60, description="people who are only tested: their number, or their share of all"
    )
    vis_per_subject: PositiveInt = Field(10, description="VIS images of a person")
    nir_per_subject: PositiveInt = Field(10, description="NIR images of a person, other shots")
    held_out_vis: int = Field(2, ge=1, description="VIS images of a training person held out")
    held_out_nir: int = Field(3, ge=1, description="NIR images of a training person held out")
    split_seed: int = Field(0, ge=0, description="seed of who is unseen and what is held out")
    render_side_px: PositiveInt = Field(160, ge=96, description="side of a rendered photograph")
    side_px: PositiveInt = Field(112, ge=32, description="side of an aligned crop")
    identity_strength: float = Field(1.0, gt=0, description="how much people differ")
    pose: float = Field(1.0, ge=0, description="how far heads turn; 1 is 11 degrees yaw (std)")
    lighting: float = Field(1.0, ge=0, description="how much light and exposure vary")
    noise: float = Field(1.0, ge=0, description="sensor noise")

    workers: PositiveInt | None = Field(
        None, exclude=True, description="processes at once; none: one per core. Changes no byte"
    )

    @field_validator("name")
    @classmethod
    def _known_name(cls, name: str) -> str:
        if name != SYNTHETIC and name not in layouts.names():
            raise ValueError(f"no such data set; known: {SYNTHETIC}, {', '.join(layouts.names())}")
        return name

    @model_validator(mode="after")
    def _enough_images_to_train_on(self) -> "DataSettings":
        if self.on_disk:
            return self
        unseen = self.unseen_subjects
        unseen = unseen if isinstance(unseen, int) else round(unseen * self.subjects)
        if self.subjects - unseen < 2:
            raise ValueError("subjects must exceed unseen_subjects by at least 2")
        if self.vis_per_subject <= self.held_out_vis or self.nir_per_subject <= self.held_out_nir:
            raise ValueError("held_out_vis and held_out_nir must leave images to train on")
        return self

    @model_validator(mode="after")
    def _path_if_on_disk(self) -> "DataSettings":
        if self.on_disk and not self.path:
            raise ValueError(f"data set {self.name} needs its folder: --data {self.name}:PATH")
        if not self.on_disk and self.path:
            raise ValueError("rendered people have no folder; write --data synthetic")
        return self

    @property
    def on_disk(self) -> bool:
        """Whether the images are files of the user, not rendered people."""
        return self.name != SYNTHETIC
