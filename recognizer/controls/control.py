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


@dataclass(frozen=True)
class Examples:
    """Images of training people that a control may learn from; translators saw them, too.

    `nir` are (M, S, S, 1) uint8 NIR images without names. `vis` (N, S, S, 3) and `true_nir`
    (N, S, S, 1) uint8 are pairs: the same shot in both spectra, aligned to the pixel; `people`
    (N,) int64 are the labels of whom they show. Without pairs these three are empty.
    """

    nir: np.ndarray
    vis: np.ndarray
    true_nir: np.ndarray
    people: np.ndarray


Learn = Callable[[Examples], Make]


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
    * `learn(examples)` returns the function that takes the place of `make`, for a control that
      needs NIR images first. With `needs_pairs` it is refused where the data has no pairs.
    * `role`: how reports show it: among the controls, as the ceiling, or as "paired": it uses
      pairs of one shot in both spectra, which nobody has who needs fakes.
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
    role: Literal["control", "ceiling", "paired"] = "control"
    always_for: tuple[Colour, ...] = ()
    seen_as: Mapping[Colour, str] = field(default_factory=dict)
    seen_label: str = ""
    learn: Learn | None = None
    needs_pairs: bool = False

    @property
    def alters(self) -> bool:
        """Whether images are altered, or given other names."""
        return self.learn is not None or self.make is not _unchanged

    @property
    def repeats_vis(self) -> bool:
        """Whether it adds only unaltered VIS images.

        Such a control only lowers the share of the other images in a batch, as fakes do, so it is
        run at every amount of the curve over real NIR images.
        """
        return self.real and self.beside == "vis" and not self.alters

    @property
    def fakes_unaltered(self) -> bool:
        """Whether it has fakes without any change."""
        return self.beside == "fakes" and not self.alters

    def label_for(self, colour: Colour) -> str:
        """Return the label for a recognizer of images in `colour`."""
        return self.seen_label if colour in self.seen_as else self.label

    def made(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        seed: int,
        examples: Callable[[], Examples] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the result of `make`, or of what was learned, with its shapes.

        `examples` reads what a control with `learn` learns from. Raises DataError unless there is
        one image and one label for each given one, and where there is nothing to learn from.
        """
        make = self._learned(examples) if self.learn else self.make
        made_images, made_labels = make(images, labels, seed)
        if not len(made_images) == len(made_labels) == len(images):
            raise DataError(
                f"control {self.name}: made {len(made_images)} images and {len(made_labels)} names "
                f"of {len(images)} images; it has to make one of each (its function `make`)"
            )
        return made_images, made_labels

    def _learned(self, examples: Callable[[], Examples] | None) -> Make:
        given = examples() if examples else None
        if given is None or not len(given.nir):
            raise DataError(
                f"control {self.name}: no NIR images of training people to learn from; "
                "leave it out of controls.sets"
            )
        if self.needs_pairs and not len(given.true_nir):
            raise DataError(
                f"control {self.name}: no pairs of VIS and NIR images of one shot among the "
                "training images (controls.pairs); leave it out of controls.sets"
            )
        assert self.learn is not None
        return self.learn(given)
