"""Defines control `twice`: the VIS images once more, which makes real images as rare as fakes do.

Kinds of images have equal shares of a batch. What fakes do beyond this control, they do by what is
to be seen on them.
"""

from recognizer.controls.control import Control

CONTROL = Control(
    name="twice",
    training_set="real-twice",
    label="with the VIS images once more",
    images_name="VIS again",
)
