"""Defines a control: its names, and the images that it adds to the real ones.

    CONTROL = Control(
        name="mirrored", training_set="real+mirrored", label="with the VIS images mirrored",
        images_name="mirrored VIS", make=mirrored,
    )

in a file of its own is a control. `controls.sets` accepts its name; plan, tables and answer follow
from the record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from faces.common.errors import DataError
from recognizer.settings import Colour

Make = Callable[[np.ndarray, np.ndarray, int], tuple[np.ndarray, np.ndarray]]


def _unchanged(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images (N, S, S, C) uint8 and labels (N,) int64 as they are."""
    return images, labels


@dataclass(frozen=True)
class Control:
    """A training set that shows which part of a gain is due to fakes as NIR images of a person.

    * `training_set` is its name, `label` describes it in words; both may contain `{translator}`,
      the name of the translator whose fakes it uses. `images_name` is used in the record of a
      training.
    * `beside`: the images that `make` takes: "vis", the VIS images of the training people, or
      "fakes", the fakes of one translator.
    * `make(images, labels, seed)` returns one image and label for each given one, in their order:
      (N, S, S, C) uint8 and (N,) int64 => (N, S, S, 1 or 3) uint8 and (N,) int64. C is 3 for VIS
      and 1 for fakes; a label is a person's number; `seed` is that of the training.
    * `role`: how reports show it: among the controls, or as the ceiling.
    * `shuffled`: `make` gives images the labels of other people.
    * `real`: whether the training set has the real images, too.
    * `always_for`: colours of recognizers with which the control always runs.
    * `seen_as`: by the colour of a recognizer, the control with the same images once converted to
      that colour, so that both are one training; `seen_label` is the label then.
    """

    name: str
    training_set: str
    label: str
    images_name: str
    make: Make = _unchanged
    beside: Literal["vis", "fakes"] = "vis"
    shuffled: bool = False
    real: bool = True
    role: Literal["control", "ceiling"] = "control"
    always_for: tuple[Colour, ...] = ()
    seen_as: Mapping[Colour, str] = field(default_factory=dict)
    seen_label: str = ""

    @property
    def repeats_vis(self) -> bool:
        """Whether it adds only unaltered VIS images.

        Such a control only lowers the share of the other images in a batch, as fakes do, so it is
        run at every amount of the curve over real NIR images.
        """
        return self.real and self.beside == "vis" and self.make is _unchanged

    @property
    def fakes_unaltered(self) -> bool:
        """Whether it has fakes without any change."""
        return self.beside == "fakes" and self.make is _unchanged

    def label_for(self, colour: Colour) -> str:
        """Return the label for a recognizer of images in `colour`."""
        return self.seen_label if colour in self.seen_as else self.label

    def made(
        self, images: np.ndarray, labels: np.ndarray, seed: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the result of `make`, with its shapes.

        Raises DataError unless there is one image and one label for each given one.
        """
        made_images, made_labels = self.make(images, labels, seed)
        if not len(made_images) == len(made_labels) == len(images):
            raise DataError(
                f"control {self.name}: made {len(made_images)} images and {len(made_labels)} names "
                f"of {len(images)} images; it has to make one of each (its function `make`)"
            )
        return made_images, made_labels
