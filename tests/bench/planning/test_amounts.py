"""How many images the report says a training set holds: as many as are trained on."""

import numpy as np
import pandas as pd
import pytest

from bench.planning.amounts import amount_of
from bench.planning.training_sets import planned
from bench.stages.mixture import image_sets
from faces import packed
from tests.bench.planning.test_training_sets import load

PEOPLE = {"p1": (4, 9), "p2": (1, 2), "p3": (7, 5)}  # VIS and NIR images
CONTROLS = {
    "controls__sets": ["twice", "grey", "augmented", "shuffled", "alone"],
    "controls__nir_curve": [0, 1, 4, "all"],
    "controls__fakes_curve": [0.25, 0.5],
}


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    """Return a folder of aligned images with fakes, and its table of parts."""
    folder, lines = tmp_path_factory.mktemp("aligned"), []
    for place, spectrum in enumerate(("VIS", "NIR")):
        own = [(who, str(shot)) for who, counts in PEOPLE.items() for shot in range(counts[place])]
        index = pd.DataFrame(own, columns=["subject", "shot"]).assign(
            spectrum=spectrum, found=True, row=range(len(own)), part="train"
        )
        lines.append(index)
        packed.write(folder / spectrum, np.zeros((len(own), 8, 8, 1), np.uint8), index)
        if spectrum == "VIS":
            for name in ("fakes", "NIR-true"):
                packed.write(folder / name, np.zeros((len(own), 8, 8, 1), np.uint8), index)
    return folder, pd.concat(lines, ignore_index=True)


@pytest.mark.parametrize("most", [0, 2, "all"])
def test_amounts_are_those_of_the_images_that_are_trained_on(split, most):
    folder, parts = split
    counted = 0
    for chosen in planned(load(recognizer__nir_per_subject=most, **CONTROLS)):
        amount = amount_of(chosen, parts)
        sets = image_sets(
            chosen.mixture, folder, folder / "fakes", parts, classes=sorted(PEOPLE), seed=0
        )
        images = {image_set.name: len(image_set.images) for image_set in sets}
        if amount is None:
            assert chosen.role in ("control", "ceiling", "untuned")
            continue
        counted += 1
        assert amount.nir_images == images.get("NIR", 0)
        assert amount.fake_images == images.get("fake NIR", 0)
        assert amount.again == ("VIS again" in images)
        assert amount.subjects == len(PEOPLE)
        assert amount.nir_per_subject == chosen.mixture.nir_per_subject
    assert counted >= 12


def test_a_training_by_another_name_lies_on_no_curve(split):
    sets = {chosen.name: chosen for chosen in planned(load(**CONTROLS))}
    assert sets["real+grey"].twin == "real-twice"  # a recognizer that sees no colours
    assert amount_of(sets["real+grey"], split[1]) is None
    assert amount_of(sets["real-twice"], split[1]).again
    assert {chosen.twin for chosen in sets.values()} == {None, "real-twice"}
    assert [name for name in sets if name.startswith("real-twice@")] == [
        "real-twice@nir1", "real-twice@nir4", "real-twice@nirall"
    ]  # fmt: skip
    colours = load(recognizer__colour="rgb", pretrain__colour="rgb", **CONTROLS)
    assert {chosen.twin for chosen in planned(colours)} == {None}
