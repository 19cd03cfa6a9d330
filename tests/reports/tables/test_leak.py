"""Leaky training sets: marked, compared with their counterparts, told as what they are."""

from dataclasses import replace

import numpy as np
import pytest

from reports.answer.sentences import answer
from reports.material import TrainingSet, answer_sets, leak_pairs
from reports.plots.differences import plots
from reports.plots.figure import looks
from reports.statistics import holm
from reports.summary import summarise
from reports.tables.accuracy import accuracy_frame, accuracy_tables
from reports.tables.leak import leak_frame, leak_tables
from reports.tables.quality import quality_table

REAL = TrainingSet("real", "baseline", "VIS and real NIR, no fakes")
CLEAN = tuple(TrainingSet(f"real+{name}", "fakes", "fakes", name) for name in "AC")
LEAKY = tuple(
    TrainingSet(f"real+{name}-leaky", "leaky", "fakes", f"{name}-leaky", f"real+{name}")
    for name in "AC"
)
WHERE = ("unseen-subjects", "rank1")


@pytest.fixture(scope="module")
def make(make_material):
    def made(*sets, seeds=(0, 1), **more):
        material = make_material(sets=(REAL, *sets), seeds=seeds, images=False, **more)
        return summarise(material, resamples=500)

    return made


@pytest.fixture(scope="module")
def both(make):
    return make(*CLEAN, *LEAKY)


@pytest.fixture(scope="module")
def only_leaky(make):
    return make(*LEAKY)


def test_the_gap_is_that_of_plain_means_and_holm_runs_over_the_leaks_alone(both):
    found = both.leaks(*WHERE)
    assert [(leak.training_set, leak.baseline) for leak in found] == [
        ("real+A-leaky", "real+A"),
        ("real+C-leaky", "real+C"),
    ]
    for leak in found:
        leaky, clean = both.means[leak.training_set, *WHERE], both.means[leak.baseline, *WHERE]
        assert leak.estimate.value == pytest.approx(leaky.value - clean.value)
    wanted = holm(np.array([leak.estimate.p for leak in found]))
    np.testing.assert_allclose([leak.p_adjusted for leak in found], wanted)
    assert found[0].verdict == "gain"


def test_leaks_change_no_adjusted_p_between_the_clean(make):
    """With one seed; with several they help to estimate the training variation."""
    both, alone = make(*CLEAN, *LEAKY, seeds=(0,)), make(*CLEAN, seeds=(0,))
    for summary in (both, alone):
        pairs = [
            (comparison.training_set, comparison.baseline)
            for comparison in summary.comparisons
            if "real" not in (comparison.training_set, comparison.baseline)
            and (comparison.protocol, comparison.metric) == WHERE
        ]
        assert [pair for pair in pairs if "leaky" not in "".join(pair)] == [("real+C", "real+A")]
    pair = [summary.compared("real+C", "real+A", *WHERE) for summary in (both, alone)]
    assert pair[0] == pair[1]


def test_only_pairs_that_are_there_are_compared(make):
    assert leak_pairs((REAL, *CLEAN, *LEAKY)) == [
        ("real+A-leaky", "real+A"),
        ("real+C-leaky", "real+C"),
    ]
    assert leak_pairs((REAL, CLEAN[1], *LEAKY)) == [("real+C-leaky", "real+C")]
    assert leak_pairs((REAL, *CLEAN, replace(LEAKY[0], counterpart=None))) == []
    lonely = make(CLEAN[1], LEAKY[0])
    assert lonely.leaks(*WHERE) == []
    assert leak_tables(lonely) == []
    text = details_of(lonely)
    assert "Leaky, by translators that saw what is tested: A-leaky +" in text
    assert "worth" not in text


def details_of(summary) -> str:
    return " ".join(line for _, lines in answer(summary, {}).details for line in lines)


def test_the_answer_is_about_clean_fakes_and_tells_the_gap(both):
    found = answer(both, {})
    assert not found.leaky
    assert "by C" in found.headline
    assert "leaky" not in found.headline
    gap_size = both.leaks(*WHERE)[0].estimate
    gap = (
        f"+{100 * gap_size.value:.1f} points [{100 * gap_size.low:.1f}, {100 * gap_size.high:.1f}]"
    )
    assert f"What the leak is worth: {gap} from A to A-leaky, a gain; " in details_of(both)
    assert "Leaky:" not in " ".join(found.caveats)


def test_without_clean_fakes_the_answer_says_that_it_is_leaky(only_leaky):
    found = answer(only_leaky, {})
    assert found.leaky
    assert found.headline.startswith("Leaky fakes by A-leaky raise rank-1 on unseen people by ")
    assert found.caveats[0].startswith("Leaky: the translators were trained on")
    assert "A-leaky is better than C-leaky" in details_of(only_leaky)
    assert "worth" not in details_of(only_leaky)


def test_without_an_effect_too(make):
    undecided = replace(LEAKY[0], name="real+none", images="Z")
    found = answer(make(undecided, seeds=(0,), subjects=5), {}).headline
    assert "what leaky fakes change in rank-1 on unseen people: Z (leaky) " in found
    several = make(undecided, replace(undecided, name="real+no", images="Y"), subjects=5)
    assert answer(several, {}).headline.startswith(
        ("No translator's leaky fakes change", "Leaky fakes by")
    )


def test_which_sets_the_answer_is_about():
    assert answer_sets((REAL, *LEAKY, *CLEAN)) == list(CLEAN)
    assert answer_sets((REAL, *LEAKY)) == list(LEAKY)
    assert answer_sets((REAL,)) == []


@pytest.mark.parametrize(
    ("role", "text", "marked"),
    [
        ("leaky", "A-leaky", "A-leaky"),
        ("leaky", "A", "A (leaky)"),
        ("leaky", "leakyrelu", "leakyrelu (leaky)"),
        ("fakes", "A", "A"),
    ],
)
def test_leaky_names_say_so_once(role, text, marked):
    assert TrainingSet("n", role, "").marked(text) == marked


def test_every_table_marks_what_is_leaky(make_material):
    hidden = replace(LEAKY[0], name="real+Q", images="Q", counterpart="real+A")
    material = make_material(sets=(REAL, *CLEAN, hidden), images=False)
    summary = summarise(material, resamples=100)
    for table in accuracy_tables(summary):
        for row in table.rows:
            assert ("leaky" in row[0]) == (row[0][0] == "real+Q")
    frame = accuracy_frame(summary)
    assert set(frame["training_set"][frame["role"] == "leaky"]) == {"real+Q"}
    assert "fakes by Q (leaky)" in quality_table(summary).header
    assert "fakes by A" in quality_table(summary).header
    for table in leak_tables(summary):
        assert [row[0] for row in table.rows] == [("real+Q", "leaky, against real+A")]
    for plot in plots(summary, [WHERE]):
        ticks = [label.get_text() for label in plot.figure.axes[0].get_yticklabels()]
        assert ticks == ["real+A", "real+C", "real+Q (leaky)"]


def test_the_leak_table_prints_the_frame(both):
    frame = leak_frame(both).set_index(["metric", "leaky_set"])
    row = frame.loc["rank1", "real+A-leaky"]
    assert row["leaky"] - row["clean"] == pytest.approx(row["difference"])
    unseen = leak_tables(both)[0]
    cell = unseen.rows[0][1]
    assert cell[0] == f"clean {100 * row['clean']:.1f}, leaky {100 * row['leaky']:.1f}"
    assert cell[1].startswith(f"+{100 * row['difference']:.1f} [")


def test_a_leaky_set_is_drawn_in_its_counterparts_colour_but_dashed():
    look = looks((REAL, *CLEAN, *LEAKY))
    for leaky in LEAKY:
        own, clean = look[leaky.name], look[leaky.counterpart]
        assert (own.colour, own.line, clean.line) == (clean.colour, "--", "-")
        assert own.marker != clean.marker
    alone = looks((REAL, *LEAKY))
    assert len({one.colour for one in alone.values()}) == 3
