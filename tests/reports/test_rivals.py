"""Who is a rival, which is the strongest, and what a table, a gap and a page say of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reports.material import Material, TrainingSet, in_order
from reports.plots import differences
from reports.rivals import as_scored, rival_name, rivals, strongest
from reports.summary import summarise
from reports.tables.accuracy import accuracy_tables
from reports.words import number
from tests.metric_records import RECORDS, record

WHERE = ("unseen-subjects", "rank1")
TUNED, FAKED = ("fine-tuning",), ("fine-tuning", "translator")


def plain(name: str, role: str, by: tuple[str, ...], twin: str | None = None) -> TrainingSet:
    images = name.removeprefix("real+") if role == "fakes" else None
    return TrainingSet(name, role, f"label of {name}", images, twin=twin, moved_by=by)


def again(one: TrainingSet) -> TrainingSet:
    """The second score of a recognizer."""
    twin = f"{one.twin}*" if one.twin else None
    by = (*(one.moved_by or ()), "statistics")
    return TrainingSet(f"{one.name}*", "adapted", "", None, one.name, twin=twin, moved_by=by)


PLAIN = (
    plain("real", "baseline", TUNED),
    plain("untuned", "untuned", ()),
    plain("twice", "control", TUNED),
    plain("grey", "control", TUNED, twin="twice"),
    plain("shuffled", "control", FAKED),
    plain("real+A", "fakes", FAKED),
    plain("real+B", "fakes", FAKED),
    plain("pairs", "paired", TUNED),
    plain("top", "ceiling", TUNED),
)
SETS = in_order((*PLAIN, *map(again, PLAIN), TrainingSet("dlib", "external", "")))
BY_NAME = {one.name: one for one in SETS}


def test_a_rival_uses_no_fake_no_pair_and_no_named_nir():
    assert [one.name for one in rivals(SETS)] == ["untuned", "twice", "real*", "untuned*", "twice*"]


def test_what_a_rival_is_called():
    called = {one.name: rival_name(one, SETS) for one in rivals(SETS)}
    assert called == {
        "untuned": "the untuned recognizer",
        "twice": "twice",
        "real*": "NIR statistics",
        "untuned*": "the untuned recognizer with NIR statistics",
        "twice*": "twice with NIR statistics",
    }


@pytest.mark.parametrize("sign", [1, -1])
def test_the_strongest_rival_is_the_best_of_those_that_were_scored(sign):
    rng = np.random.default_rng(0)
    for _ in range(50):
        names = [one.name for one in SETS if rng.random() < 0.7]
        values = dict(zip(names, rng.random(len(names)), strict=True))
        found = strongest(SETS, values, sign)
        left = {name: sign * values[name] for name in values
                if name in {one.name for one in rivals(SETS)}}  # fmt: skip
        assert (found.name if found else None) == max(left, key=left.get, default=None)


def test_fakes_have_nir_statistics_where_the_rival_has_them():
    assert as_scored("real+A", BY_NAME["real*"], SETS) == "real+A*"
    assert as_scored("real+A", BY_NAME["untuned"], SETS) == "real+A"
    fewer = tuple(one for one in SETS if one.name != "real+A*")
    assert as_scored("real+A", BY_NAME["real*"], fewer) is None


def scored(seeds: int = 3) -> Material:
    """Outcomes of every set, each better than the one before."""
    rng = np.random.default_rng(4)
    ease = rng.normal(size=(20, 6))
    tables = []
    for place, one in enumerate(SETS):
        for seed in range(seeds):
            hits = ease + 0.1 * place + rng.normal(0, 0.5, ease.shape) + rng.normal(0, 0.05) > 0.8
            table = pd.DataFrame({"training_set": one.name, "seed": seed, "subject":
                                  np.repeat(np.arange(20), 6).astype(str),
                                  "probe": np.arange(120).astype(str), "value": hits.ravel() * 1.0,
                                  "protocol": WHERE[0], "metric": WHERE[1]})  # fmt: skip
            tables.append(table)
    none = pd.DataFrame(columns=["images", "metric", "seed", "value", "n"])
    return Material({}, SETS, pd.concat(tables), pd.DataFrame(), none, metrics=RECORDS)


@pytest.fixture(scope="module")
def summary():
    return summarise(scored(), 400)


def mean(material: Material, name: str) -> float:
    rows = material.outcomes
    return float(rows.loc[rows["training_set"] == name, "value"].mean())


def test_the_gap_closed_is_the_share_of_the_ceilings_gain(summary):
    material = scored()
    found = {(gap.training_set, gap.baseline): gap for gap in summary.gaps}
    rival = summary.strongest_rival(*WHERE).name
    assert rival == "twice*"
    assert set(found) == {("real+A", "real"), ("real+B", "real"), ("real+A*", "twice*"),
                          ("real+B*", "twice*")}  # fmt: skip
    for (name, baseline), gap in found.items():
        assert gap.ceiling == ("top" if baseline == "real" else "top*")
        base, top = mean(material, baseline), mean(material, gap.ceiling)
        assert gap.share.value == pytest.approx((mean(material, name) - base) / (top - base))
        assert gap.share.low < gap.share.value < gap.share.high


def test_fakes_that_are_the_ceiling_close_the_gap_and_those_that_are_the_baseline_none_of_it():
    material = scored()
    rows = material.outcomes
    for source, share in (("top", 1.0), ("real", 0.0)):
        same = rows[rows["training_set"] == source].assign(training_set="real+A")
        changed = pd.concat([rows[rows["training_set"] != "real+A"], same])
        gaps = summarise(replace(material, outcomes=changed), 300).gaps
        (gap,) = [gap for gap in gaps if (gap.training_set, gap.baseline) == ("real+A", "real")]
        for value in (gap.share.value, gap.share.low, gap.share.high):
            assert value == pytest.approx(share, abs=1e-3)


def test_an_end_of_the_gaps_interval_is_where_the_contrast_is_just_told_from_zero(summary):
    """The share of a set that goes exactly that way, made of two others, has its interval at 0."""
    material = scored()
    wide = material.outcomes.pivot_table(
        index=["seed", "probe", "subject"], columns="training_set", values="value"
    )
    (gap,) = [gap for gap in summary.gaps if (gap.training_set, gap.baseline) == ("real+A", "real")]
    for end in (gap.share.low, gap.share.high):
        contrast = wide["real+A"] - wide["real"] - end * (wide["top"] - wide["real"])
        mixed = (wide["real"] + contrast).rename("value").reset_index()
        mixed = mixed.assign(training_set="real+A", protocol=WHERE[0], metric=WHERE[1])
        rows = material.outcomes[material.outcomes["training_set"] != "real+A"]
        sets = tuple(replace(one, moved_by=("own",)) if one.name == "real+A" else one
                     for one in SETS)  # fmt: skip
        found = summarise(replace(material, outcomes=pd.concat([rows, mixed]),
                                  training_sets=sets), 400)  # fmt: skip
        estimate = found.compared("real+A", "real", *WHERE).estimate
        assert min(abs(estimate.low), abs(estimate.high)) == pytest.approx(0, abs=2e-3)


def test_a_second_column_shows_every_row_with_nir_statistics(summary):
    (table,) = accuracy_tables(summary)
    assert table.header[1].startswith("rank-1, %")
    assert table.header[2].startswith("rank-1 with NIR statistics, %")
    rows = {row[0][0]: row for row in table.rows}
    assert list(rows) == [one.name for one in SETS if one.role != "adapted"]
    assert rows.pop("dlib")[2] == ("no BatchNorm",)
    for name, row in rows.items():
        value = summary.means[f"{name}*", *WHERE].value
        assert row[2][0].startswith(f"{number(value, record('rank1'))} [")
        if name != "real":
            found = summary.compared(f"{name}*", "real*", *WHERE).estimate.value
            assert row[2][1].startswith(number(found, record("rank1"), signed=True))
    assert "estimated again" in table.note


def test_without_second_scores_there_is_no_such_column():
    material = scored()
    fewer = tuple(one for one in SETS if one.role != "adapted")
    rows = material.outcomes[material.outcomes["training_set"].isin([one.name for one in fewer])]
    (table,) = accuracy_tables(summarise(replace(material, training_sets=fewer, outcomes=rows), 99))
    assert len(table.header) == 2
    assert "NIR statistics" not in table.note


def test_one_seed_shows_no_verdict_and_no_ties():
    (table,) = accuracy_tables(summarise(scored(seeds=1), 200))
    text = " ".join(line for row in table.rows for cell in row[1:] for line in cell)
    for word in ("gain", "loss", "tie", "= "):
        assert word not in text
    assert "(one training, p" in text
    assert "one training of each allows no verdict" in table.note


def test_a_second_plot_shows_the_differences_with_nir_statistics(summary):
    first, second = differences.plots(summary, [WHERE])
    assert first.name == "difference-unseen-subjects-rank1"
    assert second.name == "difference-unseen-subjects-rank1-nir-statistics"
    assert "with NIR statistics" in second.title
    means = second.data[second.data["seed"] == "mean"].set_index("training_set")
    assert set(means["baseline"]) == {"real*"}
    for name, row in means.iterrows():
        assert row["difference"] == summary.compared(name, "real*", *WHERE).estimate.value
    marks = [text.get_text() for text in second.figure.axes[0].get_yticklabels()]
    assert marks == [one.name for one in SETS if one.role in differences.GROUPS]
