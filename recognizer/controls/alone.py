"""Defines control `alone`: fakes and nothing else, in the place of real images."""

from recognizer.controls.control import Control

CONTROL = Control(
    name="alone",
    training_set="{translator}-alone",
    label="fake NIR by {translator} and nothing else",
    images_name="fake NIR",
    beside="fakes",
    real=False,
)
