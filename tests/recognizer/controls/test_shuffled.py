"""Shuffled labels: the same labels, none in its own place."""

import numpy as np

from recognizer.controls.shuffled import under_other_names


def test_no_image_keeps_its_name_whatever_the_people_have():
    for seed in range(200):
        rng = np.random.default_rng(seed)
        labels = np.repeat(np.arange(6), rng.integers(1, 9, 6))
        if 2 * np.bincount(labels).max() > len(labels):  # nobody has more than all others
            continue
        before = labels.copy()
        found = under_other_names(labels, np.random.default_rng(seed))
        assert (found != labels).all()
        assert (np.bincount(found) == np.bincount(labels)).all()
        assert (labels == before).all()


def test_where_there_is_no_other_name_images_keep_theirs():
    assert (under_other_names(np.zeros(3, int), np.random.default_rng(0)) == 0).all()
