"""Hardest people and most confused pairs, against plain loops."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reports.tables.subjects import (
    Compared,
    compared_sets,
    confusions,
    hardest,
    pair_frame,
    pairs,
    subject_frame,
    subject_tables,
    taken_for,
)
from tests.metric_records import record

WHERE = ("unseen-subjects", "rank1")
KEYS = [WHERE, ("seen-subjects", "accuracy")]


def test_the_fakes_with_the_best_mean_are_compared_with_the_baseline(full):
    sets = compared_sets(full, *WHERE)
    means = {name: full.means[name, *WHERE].value for name in ("real+A", "real+B", "real+C")}
    assert sets == Compared("real", max(means, key=means.get))
    alone = tuple(
        training_set for training_set in full.training_sets if training_set.role != "fakes"
    )
    assert compared_sets(replace(full, training_sets=alone), *WHERE) == Compared("real", None)


def test_people_stand_by_their_mean_over_both_sets_the_worst_first(full, full_material):
    sets = compared_sets(full, *WHERE)
    outcomes = full_material.outcomes
    found = hardest(outcomes, sets, WHERE[0], record(WHERE[1]))
    rows = outcomes[(outcomes["protocol"] == WHERE[0]) & (outcomes["metric"] == WHERE[1])]
    for row in found.itertuples():
        own = rows[rows["subject"] == row.subject]
        parts = [own["value"][own["training_set"] == name].mean() for name in sets.names]
        assert (row.baseline, row.fakes) == pytest.approx(parts)
        assert row.mean == pytest.approx(np.mean(parts))
        assert row.probes == own["probe"].nunique()
    assert len(found) == rows["subject"].nunique()
    assert (np.diff(found["mean"]) >= 0).all()


def test_a_confusion_is_an_impostor_that_reaches_the_own_score():
    table = pd.DataFrame(
        {
            "training_set": ["real", "real", "real", "other"],
            "protocol": WHERE[0],
            "subject": "a",
            "other": list("bcde"),
            "genuine": [0.5, 0.5, 0.5, 0.1],
            "impostor": [0.5, 0.4, 0.6, 0.9],
        }
    )
    assert list(confusions(table, Compared("real", None), WHERE[0])["other"]) == ["b", "d"]


def test_pairs_are_counted_per_training_set(full, full_material):
    sets = compared_sets(full, *WHERE)
    confused = confusions(full_material.confusions, sets, WHERE[0])
    wanted = Counter(zip(confused["subject"], confused["other"], strict=True))
    by_set = Counter(
        zip(confused["subject"], confused["other"], confused["training_set"], strict=True)
    )
    found = pairs(confused, sets)
    assert len(found) == len(wanted)
    assert (np.diff(found["all"]) <= 0).all()
    for _, row in found.iterrows():
        assert row["all"] == wanted[row["subject"], row["other"]]
        for name in sets.names:
            assert row[name] == by_set[row["subject"], row["other"], name]


def test_whom_a_person_is_taken_for_most():
    confused = pd.DataFrame({"subject": list("aaaaab"), "other": list("cbcbdc")})
    assert taken_for(confused, "a") == "b (2 of 5), c (2 of 5)"
    assert taken_for(confused, "z") == "–"
    assert taken_for(pd.DataFrame(), "a") == "–"


def test_tables_hold_the_first_rows_of_the_frames(full, full_material):
    tables = {table.title: table for table in subject_tables(full_material, full, KEYS)}
    assert list(tables) == [
        "Hardest people: rank-1, %, unseen people",
        "Most confused pairs, unseen people",
        "Hardest people: NIR accuracy, %, seen people",
    ]
    frame = subject_frame(full_material, full, [WHERE])
    first = tables["Hardest people: rank-1, %, unseen people"]
    assert [row[0][0] for row in first.rows] == list(frame["subject"][:10])
    assert [row[2][0] for row in first.rows] == [f"{100 * v:.1f}" for v in frame["value"][:10]]
    both = pair_frame(full_material, full, [WHERE])
    second = tables["Most confused pairs, unseen people"]
    assert [(row[0][0], row[1][0]) for row in second.rows] == list(
        zip(both["subject"][:10], both["other"][:10], strict=True)
    )


def test_without_confusions_or_fakes_the_rest_is_told(full, full_material):
    bare = replace(full_material, confusions=pd.DataFrame())
    tables = subject_tables(bare, full, KEYS)
    assert len(tables) == 2
    assert all(row[-1] == ("–",) for table in tables for row in table.rows)
    assert pair_frame(bare, full, KEYS).empty
    alone = replace(
        full,
        training_sets=tuple(
            training_set for training_set in full.training_sets if training_set.role != "fakes"
        ),
    )
    assert subject_tables(bare, alone, [WHERE])[0].header[2:] == ("real", "most often taken for")
    assert subject_tables(replace(bare, outcomes=bare.outcomes[:0]), full, KEYS) == []
