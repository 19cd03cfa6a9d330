"""Defines control `twice`: the VIS images a second time.

All image sets have equal shares of a batch, so fakes lower the share of the real images, and so
does this control. A difference between both is due to the content of the fakes.
"""

from recognizer.controls.control import Control

CONTROL = Control(
    name="twice",
    training_set="real-twice",
    label="with the VIS images once more",
    images_name="VIS again",
)
