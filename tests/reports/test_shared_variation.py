"""False alarms, power and intervals of the gap closed, over runs simulated here.

Another seed gives all sets with fakes another translator, which moves them alike by far more than
it moves sets without fakes. The simulator is plain and shares nothing with benchmarks/.
"""

from dataclasses import replace

import numpy as np
import pytest

from faces.common.metric import unknown
from reports.cells import Cell
from reports.comparisons import Table
from reports.draws import Draws
from reports.gaps import gaps
from reports.material import TrainingSet
from reports.power import Components, detectable_difference, power_to_find
from reports.statistics import subject_sums

PLAIN, FAKES = ("fine-tuning",), ("fine-tuning", "translator")
SETS = (
    TrainingSet("real", "baseline", "", moved_by=PLAIN),
    *(TrainingSet(f"control {i}", "control", "", moved_by=PLAIN) for i in range(4)),
    TrainingSet("top", "ceiling", "", moved_by=PLAIN),
    *(TrainingSet(name, "fakes", "", images=name, moved_by=FAKES) for name in "ABC"),
)
PEOPLE = np.repeat(np.arange(40), 3)
ONE_CLASS = tuple(replace(one, moved_by=PLAIN) for one in SETS)
PAIRS = {
    "fakes, baseline": ("A", "real"),
    "fakes, control": ("A", "control 0"),
    "control, baseline": ("control 0", "real"),
    "fakes, fakes": ("B", "A"),
}
RUNS = 600
SIZES = Components((0.035**2 + 0.015**2 + 0.007**2) ** 0.5, 0.0, 0.0, 0.1 * 2**0.5)


def table_of(
    rng: np.random.Generator, seeds: int, effects: dict[str, float], draws: Draws
) -> Table:
    """Means over probes vary by 0.7 points without fakes, by 1.5 own and 3.5 shared with them."""
    ease = rng.normal(0.4, 0.3, 40)[PEOPLE]
    translators = rng.normal(0, 0.035, (seeds, 1))
    cells = {}
    for one in SETS:
        own = rng.normal(0, 0.015 if one.with_fakes else 0.007, (seeds, 1))
        noise = rng.normal(0, 0.1, (seeds, len(PEOPLE)))
        values = ease + effects.get(one.role, 0.0) + own + noise + one.with_fakes * translators
        names = tuple(map(str, range(len(PEOPLE))))
        sums = subject_sums(values, PEOPLE)
        cells[one.name] = Cell(tuple(range(seeds)), names, PEOPLE, values, *sums)
    return Table("unseen-subjects", unknown("rank1"), cells, SETS, draws)


@pytest.fixture(scope="module", params=[3, 5], ids=lambda seeds: f"{seeds} seeds")
def false_alarms(request) -> dict[str, float]:
    """The share of runs without any effect in which p is below 5 %, by what is compared.

    "pooled": fakes and baseline, with all sets in one class.
    """
    rng = np.random.default_rng(request.param)
    found = []
    for run in range(RUNS):
        table = table_of(rng, request.param, {}, Draws(run, 300))
        row = {name: table.compare(*pair) for name, pair in PAIRS.items()}
        row["pooled"] = replace(table, sets=ONE_CLASS).compare(*PAIRS["fakes, baseline"])
        found.append({name: comparison.estimate.p < 0.05 for name, comparison in row.items()})
    return {name: float(np.mean([row[name] for row in found])) for name in found[0]}


@pytest.mark.parametrize("family", PAIRS)
def test_of_differences_that_are_none_one_in_twenty_is_found(family, false_alarms):
    assert false_alarms[family] == pytest.approx(0.05, abs=0.02)


def test_pooled_over_all_sets_far_more_would_be_found(false_alarms):
    """So the test above would fail without classes."""
    assert false_alarms["pooled"] > 0.12


@pytest.mark.parametrize("seeds", [3, 5])
def test_gap_closed_contains_the_true_share_as_often_as_it_says(seeds):
    rng = np.random.default_rng(seeds)
    keep = ("real", "top", "A")
    sets = tuple(one for one in SETS if one.name in keep)
    covered = []
    for run in range(200):
        table = table_of(rng, seeds, {"fakes": 0.08, "ceiling": 0.2}, Draws(run, 300))
        (gap,) = gaps(replace(table, sets=sets))
        covered.append(gap.share.low <= 0.4 <= gap.share.high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize(("seeds", "gain"), [(3, 0.1), (5, 0.08), (10, 0.05)])
def test_a_difference_is_found_as_often_as_predicted(seeds, gain):
    rng = np.random.default_rng(seeds)
    found = [
        table_of(rng, seeds, {"fakes": gain}, Draws(run, 300)).compare("A", "real").estimate.p
        for run in range(300)
    ]
    predicted = power_to_find(gain, 40, 3, seeds, components=SIZES)
    assert 0.3 < predicted < 0.95
    assert np.mean(np.array(found) < 0.05) == pytest.approx(predicted, abs=0.08)


@pytest.mark.parametrize("comparisons", [1, 3])
@pytest.mark.parametrize(("subjects", "seeds"), [(8, 3), (60, 5), (360, 10)])
def test_the_detectable_difference_is_found_with_its_power(subjects, seeds, comparisons):
    size = detectable_difference(subjects, 10, seeds, comparisons=comparisons, power=0.7)
    found = power_to_find(size, subjects, 10, seeds, comparisons=comparisons)
    assert found == pytest.approx(0.7, abs=1e-4)
    assert power_to_find(0.0, subjects, 10, seeds) == pytest.approx(0.025, abs=1e-6)
