"""What a dry run says of the difference that can be detected."""

import re

import pytest

from bench.planning.detectable import detectable, people_and_probes
from bench.settings import loading


def points(**overrides) -> float:
    dotted = {key.replace("__", "."): value for key, value in overrides.items()}
    sentence = detectable(loading.load("demo", overrides=dotted), None)
    return float(re.search(r"of ([\d.]+) points", sentence)[1])


@pytest.mark.parametrize(("unseen", "people"), [(60, 60), (0.2, 30), (0.5, 75)])
def test_who_is_tested_is_counted_as_the_protocol_counts(unseen, people):
    settings = loading.load("demo", overrides={"data.unseen_subjects": unseen})
    assert people_and_probes(settings, None) == (people, 10 * people)


def test_more_people_or_seeds_detect_smaller_differences():
    by_people = [
        points(data__subjects=2 * people, data__unseen_subjects=people, seeds=list(range(8)))
        for people in (20, 60, 200)
    ]
    assert by_people == sorted(by_people, reverse=True)
    by_seeds = [points(seeds=list(range(seeds))) for seeds in (2, 3, 5)]
    assert by_seeds == sorted(by_seeds, reverse=True)
    assert points(seeds=[0, 1, 2], variants=["A"]) < points(seeds=[0, 1, 2])


def test_one_seed_is_said_to_tell_nothing_of_methods():
    sentence = detectable(loading.load("demo"), None)
    assert "one seed says nothing about ways of training" in sentence


def test_the_seeds_that_a_run_needs_for_five_points_are_told_and_are_enough():
    told = detectable(loading.load("demo", overrides={"seeds": [0, 1, 2]}), None)
    seeds = int(re.search(r"To see 5 points takes (\d+) seeds", told)[1])
    assert points(seeds=list(range(seeds))) <= 5.0
    assert points(seeds=list(range(seeds - 1))) > 5.0
