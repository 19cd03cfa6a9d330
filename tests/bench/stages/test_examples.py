"""Images that may be learned from: those of training people that translators saw, and pairs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.stages.examples import examples, for_thresholds, unlabelled
from faces import packed

SIDE_PX = 8


def written(folder: Path, lines: list[tuple], channels: int) -> np.ndarray:
    """Write a packed folder whose image in row r has the grey value r in every pixel."""
    index = pd.DataFrame(lines, columns=["subject", "shot"]).assign(
        spectrum=folder.name, found=True
    )
    values = np.arange(len(index), dtype=np.uint8)[:, None, None, None]
    images = np.broadcast_to(values, (len(index), SIDE_PX, SIDE_PX, channels))
    packed.write(folder, images, index)
    return images


VIS = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "3"), ("c", "1"), ("t", "1")]
NIR = [("b", "3"), ("a", "2"), ("a", "9"), ("c", "1"), ("t", "1"), ("b", "1")]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """People a, b, c are trained on, t is tested; c's VIS image has no found face."""
    aligned = tmp_path_factory.mktemp("aligned")
    for name, lines, channels in (("VIS", VIS, 3), ("NIR", NIR, 1), ("NIR-true", VIS, 1)):
        written(aligned / name, lines, channels)
    rows = [
        (subject, shot, spectrum, row, "train" if subject != "t" else "probe",
         (subject, spectrum) != ("c", "VIS"))
        for spectrum, lines in (("VIS", VIS), ("NIR", NIR))
        for row, (subject, shot) in enumerate(lines)
    ]  # fmt: skip
    columns = ["subject", "shot", "spectrum", "row", "part", "found"]
    parts = pd.DataFrame(rows, columns=columns)
    return aligned, parts.assign(generator=parts["found"])  # leaky: t is seen, too


def rows_of(images: np.ndarray) -> list[int]:
    return images[:, 0, 0, 0].tolist()


def test_nobody_who_is_tested_is_among_unlabelled_images_though_translators_saw_them(made):
    assert rows_of(unlabelled(*made, "NIR")) == [0, 1, 2, 3, 5]
    assert rows_of(unlabelled(*made, "VIS")) == [0, 1, 2, 3]


def test_thresholds_are_set_on_found_faces_of_training_people_alone(made):
    images = for_thresholds(*made)
    assert rows_of(images.vis.images) == [0, 1, 2, 3]
    assert rows_of(images.nir.images) == [0, 1, 2, 3, 5]
    assert images.nir.index["subject"].tolist() == ["b", "a", "a", "c", "b"]


def test_of_many_images_a_few_are_chosen_evenly_for_thresholds(made, monkeypatch):
    monkeypatch.setattr("bench.stages.examples.MOST_TRAINING_IMAGES", 3)
    images = for_thresholds(*made)
    assert rows_of(images.vis.images) == [0, 2, 3]
    assert rows_of(images.nir.images) == [0, 2, 5]


def test_without_images_of_a_spectrum_no_threshold_is_set_on_training_people(made):
    aligned, parts = made
    assert for_thresholds(aligned, parts[parts["spectrum"] == "VIS"]) is None


def test_images_that_translators_did_not_see_are_not_learned_from(made):
    aligned, parts = made
    fewer = parts.assign(generator=parts["generator"] & (parts["subject"] != "a"))
    assert rows_of(unlabelled(aligned, fewer, "NIR")) == [0, 3, 5]


def test_true_pairs_are_row_by_row_those_of_the_vis_images(made):
    found = examples(*made, ["a", "b", "c"], "true")
    assert rows_of(found.vis) == rows_of(found.true_nir) == [0, 1, 2, 3]
    assert found.people.tolist() == [0, 0, 1, 1]
    assert found.true_nir.shape[3] == 1


def test_pairs_by_shot_are_of_one_person_and_one_name_in_one_order(made):
    found = examples(*made, ["a", "b", "c"], "same-shot")
    pairs = [(VIS[v], NIR[n]) for v, n in zip(rows_of(found.vis), rows_of(found.true_nir),
                                              strict=True)]  # fmt: skip
    assert pairs == [(("a", "2"),) * 2, (("b", "1"),) * 2, (("b", "3"),) * 2]
    assert found.people.tolist() == [0, 1, 1]


def test_without_pairs_there_are_still_nir_images(made):
    found = examples(*made, ["a", "b", "c"], "")
    assert len(found.nir) == 5
    assert len(found.vis) == len(found.true_nir) == len(found.people) == 0
