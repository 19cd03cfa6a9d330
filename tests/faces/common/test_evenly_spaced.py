"""Tests the choice of a few of many against plain loops."""

from itertools import pairwise

import pytest

from faces.common.evenly_spaced import evenly, first_few


@pytest.mark.parametrize("most", [1, 2, 3, 8, 50])
@pytest.mark.parametrize("total", [0, 1, 2, 3, 7, 8, 9, 100])
def test_chosen_rows_are_apart_and_hold_both_ends(total, most):
    chosen = evenly(total, most).tolist()
    assert len(chosen) == min(total, most)
    assert chosen == sorted(set(chosen))
    assert set(chosen) <= set(range(total))
    if len(chosen) > 1:
        assert (chosen[0], chosen[-1]) == (0, total - 1)
        gaps = [b - a for a, b in pairwise(chosen)]
        assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("total", range(15))
def test_all_names_are_told_or_counted(total):
    names = [f"n{number}" for number in range(total)]
    text, _, more = first_few(names, 4, "; ").partition(" and ")
    told = text.split("; ") if text else []
    assert told == names[:4]
    assert len(told) + int(more.removesuffix(" more") or 0) == total
