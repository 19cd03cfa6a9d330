"""What must hold for every registered control; new ones are tested without a change here."""

from dataclasses import replace

import numpy as np
import pytest

from faces.common.errors import DataError, UsageError
from recognizer import controls
from recognizer.controls.control import Control, Examples

every_control = pytest.mark.parametrize("name", controls.names())
LABELS = np.repeat(np.arange(4), 3)
TAKEN = ("", "fakes", "oracle")  # what a mixture may hold besides a control


def given(control: Control) -> np.ndarray:
    """Return twelve small images such as the control takes: (12, 16, 16, 3 or 1) uint8."""
    channels = 3 if control.beside == "vis" else 1
    return np.random.default_rng(0).integers(0, 256, (12, 16, 16, channels), np.uint8)


def examples() -> Examples:
    """Twelve pairs of the same people, and as many NIR images."""
    vis = np.random.default_rng(1).integers(0, 256, (12, 16, 16, 3), np.uint8)
    nir = 255 - vis[..., :1]
    return Examples(nir, vis, nir, LABELS)


def none_of(empty: str) -> Examples:
    """The same without NIR images, or without pairs."""
    nothing = {"nir": ("nir",), "pairs": ("vis", "true_nir", "people")}[empty]
    return replace(examples(), **{name: getattr(examples(), name)[:0] for name in nothing})


@every_control
def test_one_image_and_one_name_for_each_that_is_given(name):
    control = controls.get(name)
    images = given(control)
    before, names = images.copy(), LABELS.copy()
    made, labels = control.made(images, LABELS, 0, examples)
    assert made.shape[:3] == images.shape[:3]
    assert made.shape[3] in (1, 3)
    assert (made.dtype, labels.dtype) == (np.uint8, LABELS.dtype)
    assert sorted(labels) == sorted(LABELS)
    assert (images == before).all()  # other image sets use the same images
    assert (names == LABELS).all()


@every_control
def test_the_same_seed_makes_the_same_and_names_change_only_where_that_is_said(name):
    control = controls.get(name)
    images = given(control)
    first, again = (control.made(images, LABELS, 7, examples) for _ in range(2))
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()
    assert (first[1] != LABELS).any() == control.shuffled


@every_control
def test_names_and_words(name):
    control = controls.get(name)
    assert control.name == name
    assert name not in TAKEN
    for text in (control.training_set, control.label):
        assert text.format(translator="A")
        assert "\n" not in text
    assert ("{translator}" in control.training_set) == (control.beside == "fakes")
    assert bool(control.seen_label) == bool(control.seen_as)
    assert all(seen in controls.names() for seen in control.seen_as.values())


def test_no_two_controls_make_a_training_set_of_one_name():
    training_sets = [controls.get(name).training_set for name in controls.names()]
    assert len(set(training_sets)) == len(training_sets)


def test_a_typing_error_is_told_the_nearest_name():
    with pytest.raises(UsageError, match="control 'grye' is not known; did you mean grey"):
        controls.get("grye")


@pytest.mark.parametrize(
    "make",
    [lambda images, labels, seed: (images[1:], labels[1:]),
     lambda images, labels, seed: (images, labels[1:]),
     lambda images, labels, seed: (np.concatenate([images, images]), labels)],
)  # fmt: skip
def test_a_control_that_loses_or_adds_images_is_refused_by_name(make):
    control = Control("half", "real+half", "with half of the VIS images", "half of VIS", make)
    with pytest.raises(DataError, match=r"control half: made .* of 12 images"):
        control.made(given(control), LABELS, 0)


@every_control
def test_a_control_that_learns_is_refused_where_there_is_nothing_to_learn_from(name):
    control = controls.get(name)
    if control.learn:
        for given_examples in (None, lambda: none_of("nir")):
            with pytest.raises(DataError, match=f"control {name}: no NIR images"):
                control.made(given(control), LABELS, 0, given_examples)
    if control.needs_pairs:
        with pytest.raises(DataError, match=rf"control {name}: no pairs .*controls\.pairs"):
            control.made(given(control), LABELS, 0, lambda: none_of("pairs"))
