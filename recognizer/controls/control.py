"""Defines a control: its names, and which images stand beside the real ones.

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


def _as_they_are(
    images: np.ndarray, labels: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The same images under the same names: (N, S, S, C) uint8 and (N,) int64, both unchanged."""
    return images, labels


@dataclass(frozen=True)
class Control:
    """A training set that tells what of a gain is due to fakes being NIR images of one person.

    * `training_set` is its name, `label` says in words what it holds; both may have `{translator}`,
      whose fakes it takes. `images_name` stands in the record of a training.
    * `beside`: the images that `make` is given, those that other training sets hold beside the real
      ones: the VIS images of the training people once more, or the fakes of one translator.
    * `make(images, labels, seed)` makes one image and label for each that is given, in their order:
      (N, S, S, C) uint8 and (N,) int64 -> (N, S, S, 1 or 3) uint8 and (N,) int64. C is 3 for VIS
      and 1 for fakes; a label is a person's number; `seed` is that of the training.
    * `role`: how reports show it: among the controls, or as the ceiling.
    * `shuffled`: `make` gives images the names of other people.
    * `real`: the real images are there, too; without, what `make` makes is all there is.
    * `always_for`: colours of recognizers with which the control runs unasked.
    * `seen_as`: by the colour of a recognizer, the control whose images it sees in these, so that
      both are one training; `seen_label` is the label then.
    """

    name: str
    training_set: str
    label: str
    images_name: str
    make: Make = _as_they_are
    beside: Literal["vis", "fakes"] = "vis"
    shuffled: bool = False
    real: bool = True
    role: Literal["control", "ceiling"] = "control"
    always_for: tuple[Colour, ...] = ()
    seen_as: Mapping[Colour, str] = field(default_factory=dict)
    seen_label: str = ""

    @property
    def repeats_vis(self) -> bool:
        """Tells whether it adds nothing but unaltered VIS images.

        Such a control only makes the other images rarer in a batch, as fakes do, so it stands at
        every amount of the curve over real NIR images.
        """
        return self.real and self.beside == "vis" and self.make is _as_they_are

    @property
    def fakes_unaltered(self) -> bool:
        """Tells whether it holds fakes just as the training sets with fakes do."""
        return self.beside == "fakes" and self.make is _as_they_are

    def label_for(self, colour: Colour) -> str:
        """Gives what it holds in words, for a recognizer that sees images in `colour`."""
        return self.seen_label if colour in self.seen_as else self.label

    def made(
        self, images: np.ndarray, labels: np.ndarray, seed: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """What `make` makes. Raises DataError unless it is one image and label for each given."""
        made_images, made_labels = self.make(images, labels, seed)
        if not len(made_images) == len(made_labels) == len(images):
            raise DataError(
                f"control {self.name}: made {len(made_images)} images and {len(made_labels)} names "
                f"of {len(images)} images; it has to make one of each (its function `make`)"
            )
        return made_images, made_labels
