"""The order of training sets, and the roles they must have."""

from itertools import permutations

import pytest

from reports.material import TrainingSet, in_order

SETS = tuple(
    TrainingSet(name, role, "")
    for name, role in (
        ("r", "baseline"),
        ("b", "fakes"),
        ("a", "fakes"),
        ("l", "leaky"),
        ("o", "ceiling"),
    )
)


@pytest.mark.parametrize("given", list(permutations(SETS)))
def test_baseline_comes_first_the_ceiling_last_and_the_others_as_given(given):
    ordered = in_order(given)
    assert (ordered[0].name, ordered[3].name, ordered[-1].name) == ("r", "l", "o")
    assert ordered[1:3] == tuple(
        training_set for training_set in given if training_set.role == "fakes"
    )


@pytest.mark.parametrize(
    ("sets", "says"),
    [
        (SETS[1:], "exactly one"),
        ((SETS[0], SETS[0]), "exactly one"),
        ((SETS[0], TrainingSet("x", "y", "")), "role y"),
    ],
)
def test_one_baseline_and_known_roles_are_demanded(sets, says):
    with pytest.raises(ValueError, match=says):
        in_order(sets)
