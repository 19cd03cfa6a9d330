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
    """A folder of aligned images with fakes, and its table of parts."""
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


@pytest.mark.parametrize("few", [0, 2, "all"])
def test_amounts_are_those_of_the_images_that_are_trained_on(split, few):
    folder, parts = split
    counted = 0
    for each in planned(load(recognizer__nir_per_subject=few, **CONTROLS)):
        told = amount_of(each, parts)
        sets = image_sets(each.mixture, folder, folder / "fakes", parts, sorted(PEOPLE), 0)
        images = {one.kind: len(one.images) for one in sets}
        if told is None:
            assert each.role in ("control", "ceiling")
            continue
        counted += 1
        assert told.nir_images == images.get("NIR", 0)
        assert told.fake_images == images.get("fake NIR", 0)
        assert told.again == ("VIS again" in images)
        assert told.subjects == len(PEOPLE)
        assert told.nir_per_subject == each.mixture.nir_per_subject
    assert counted >= 12


def test_a_training_by_another_name_lies_on_no_curve(split):
    sets = {each.name: each for each in planned(load(**CONTROLS))}
    assert sets["real+grey"].twin == "real-twice"  # a recognizer that sees no colours
    assert amount_of(sets["real+grey"], split[1]) is None
    assert amount_of(sets["real-twice"], split[1]).again
    assert {each.twin for each in sets.values()} == {None, "real-twice"}
    assert [name for name in sets if name.startswith("real-twice@")] == [
        "real-twice@nir1", "real-twice@nir4", "real-twice@nirall"
    ]  # fmt: skip
    colours = load(recognizer__colour="rgb", pretrain__colour="rgb", **CONTROLS)
    assert {each.twin for each in planned(colours)} == {None}
