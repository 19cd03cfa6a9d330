"""Settings of the images: which people, how many, how large, how hard, and who is held out."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator


class DataSettings(BaseModel):
    """What `data.*` means in presets, files and `--set`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["synthetic", "casia"] = Field("synthetic", description="where faces come from")
    path: str = Field("", description="folder of a data set on disk; empty for rendered people")
    population: int = Field(0, ge=0, description="seed of the rendered people")
    subjects: PositiveInt = Field(150, description="people, trained on and unseen together")
    unseen_subjects: int = Field(60, ge=2, description="people who are only tested")
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

    @model_validator(mode="after")
    def _enough_is_left_to_train_on(self) -> "DataSettings":
        if self.subjects - self.unseen_subjects < 2:
            raise ValueError("subjects must exceed unseen_subjects by at least 2")
        if self.vis_per_subject <= self.held_out_vis or self.nir_per_subject <= self.held_out_nir:
            raise ValueError("held_out_vis and held_out_nir must leave images to train on")
        return self
