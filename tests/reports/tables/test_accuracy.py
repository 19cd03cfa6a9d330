"""The accuracy tables: what they show, mark and leave out; the CSV holds all."""

from dataclasses import replace

import pandas as pd
import pytest

from reports.indistinguishable import best_fakes, indistinguishable
from reports.summary import summarise
from reports.tables.accuracy import accuracy_frame, accuracy_tables, leading
from reports.words import number
from tests.metric_records import record

WHERE = ("unseen-subjects", "rank1")


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["rank1", "auc", "vr@far=0.01", "vr@far=0.001"], ["rank1", "auc", "vr@far=0.01"]),
        (["rank1", "rank5", "vr@far=0.1", "vr@far=0.001"], ["rank1", "vr@far=0.001"]),
        (["accuracy", "accuracy-vis"], ["accuracy", "accuracy-vis"]),
        (["something new"], ["something new"]),
    ],
)
def test_the_leading_metrics(full, names, wanted):
    rows = pd.DataFrame({"protocol": "here", "metric": names})
    assert leading(replace(full, recognition=rows), "here") == wanted


def test_no_table_has_points_of_curves_or_an_external_recognizer_that_was_not_scored(
    full_material,
):
    rows = full_material.outcomes
    unscored = (rows["training_set"] == "dlib-face") & (rows["protocol"] == "seen-subjects")
    summary = summarise(replace(full_material, outcomes=rows[~unscored]), resamples=100)
    unseen, seen = accuracy_tables(summary)
    names = [row[0][0] for row in unseen.rows]
    assert not [name for name in names if "@" in name]
    assert "dlib-face" in names
    assert "dlib-face" not in [row[0][0] for row in seen.rows]
    assert "compared with nothing" in unseen.note
    assert "compared with nothing" not in seen.note


def test_the_note_names_protocol_people_probes_and_seeds(full):
    unseen = accuracy_tables(full)[0]
    assert unseen.note.startswith("Protocol unseen-subjects, 80 probes of 10 people, 2 seeds. ")


def test_cells_hold_number_difference_verdict_and_ties(full):
    unseen = accuracy_tables(full)[0]
    rows = {row[0][0]: row[1] for row in unseen.rows}
    best = best_fakes(full, *WHERE)
    for training_set in full.training_sets:
        if training_set.role in ("curve", "external"):
            continue
        cell = rows[training_set.name]
        mean = full.means[training_set.name, *WHERE]
        assert cell[0].startswith(f"{number(mean.value, record('rank1'))} [")
        found = full.compared(training_set.name, "real", *WHERE)
        words = {"gain": "gain", "loss": "loss", "undecided": "tie"}
        if found:
            assert cell[1].startswith(
                f"{number(found.estimate.value, record('rank1'), signed=True)} ["
            )
            assert cell[2].startswith(f"{words[found.verdict]}, p ")
        tied = indistinguishable(full, training_set.name, best, task=WHERE[0], name=WHERE[1])
        assert cell[-1].endswith(f"= {full.names_in_sentences()[best]}") == tied


def test_ties_are_those_of_the_comparison_whichever_way_round(full):
    best = best_fakes(full, *WHERE)
    for training_set in full.training_sets:
        verdicts = [
            found.verdict
            for found in full.comparisons
            if {found.training_set, found.baseline} == {training_set.name, best}
            and (found.protocol, found.metric) == WHERE
        ]
        tied = indistinguishable(full, training_set.name, best, task=WHERE[0], name=WHERE[1])
        assert tied == ("undecided" in verdicts)


def test_the_best_fakes_are_those_with_the_best_mean(full):
    for task, name in {key[1:] for key in full.means}:
        values = {fakes: full.means[fakes, task, name].value for fakes in full.answer_set_names()}
        assert best_fakes(full, task, name) == max(values, key=values.get)


def test_further_metrics_stand_in_a_plainer_table(full_material):
    rows = full_material.outcomes
    rows = rows.replace({"metric": {"auc": "rank5"}})
    summary = summarise(replace(full_material, outcomes=rows), resamples=100)
    tables = accuracy_tables(summary)
    assert [table.folded for table in tables] == [False, False, True]
    assert tables[2].header == ("training set", "rank5") or "rank-5" in tables[2].header[1]
    assert all(len(cell) == 1 for row in tables[2].rows for cell in row)


def test_the_frame_holds_every_metric_set_and_test(full):
    frame = accuracy_frame(full).set_index(["training_set", "protocol", "metric"])
    assert set(frame.index) == set(full.means)
    row = frame.loc[("real+C", *WHERE)]
    found = full.compared("real+C", "real", *WHERE)
    assert row["verdict"] == found.verdict
    assert row["mcnemar_p"] == found.mcnemar_p
    assert row["difference"] == found.estimate.value
