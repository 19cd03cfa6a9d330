"""The sentences: right words for gains, losses, undecided cases, one seed, rendered people."""

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from faces.common.metric import by_name
from reports.answer.phrases import effect, verdict
from reports.answer.sentences import answer
from reports.comparisons import Comparison
from reports.indistinguishable import best_fakes
from reports.material import Amount, TrainingSet
from reports.statistics import Estimate
from reports.summary import Summary
from reports.words import number
from tests.metric_records import RECORDS, record

WHERE = ("unseen-subjects", "rank1")
NAMES = {"real": "baseline", "real+A": "fakes", "real+B": "fakes", "real+oracle": "ceiling"}
NAMES |= {"real+grey": "control", "real-twice": "control"}


def summary(effects: dict[str, tuple[float, float]], seeds=1, subjects=60) -> Summary:
    """A summary of rank-1 on unseen people; `effects`: training set -> (difference, p)."""
    values = {"real": 0.314} | {name: 0.314 + gain for name, (gain, _) in effects.items()}
    sets = tuple(TrainingSet(name, NAMES[name], "label", name[5:]) for name in values)
    rows = [
        {"training_set": name, "seed": seed, "protocol": "unseen-subjects", "metric": "rank1"}
        | {"value": value, "n": 600}
        for (name, value), seed in product(values.items(), range(seeds))
    ]
    fakes = [name for name in effects if NAMES[name] == "fakes"]
    comparisons = [
        comparison(name, "real", gain, p, seeds=seeds) for name, (gain, p) in effects.items()
    ]
    controls = [name for name in effects if NAMES[name] == "control"]
    for one, other in [*product(fakes, controls), *([fakes[::-1]] if len(fakes) == 2 else [])]:
        gap = effects[one][0] - effects[other][0]
        p = 0.5 if abs(gap) < 0.03 else 0.001
        comparisons.append(comparison(one, other, gap, p, seeds=seeds))
    means = {
        (name, "unseen-subjects", "rank1"): Estimate(v, v - 0.05, v + 0.05, 1, seeds, subjects, 600)
        for name, v in values.items()
    }
    return Summary(sets, pd.DataFrame(rows), means, tuple(comparisons), pd.DataFrame(),
                   records=by_name(RECORDS))  # fmt: skip


def comparison(name: str, baseline: str, gain: float, p: float, *, seeds: int) -> Comparison:
    estimate = Estimate(gain, gain - 0.044, gain + 0.043, p, seeds, 60, 600)
    per_seed = dict.fromkeys(range(seeds), gain)
    return Comparison(name, baseline, "unseen-subjects", record("rank1"), estimate, per_seed, p)


def lines(found) -> str:
    return " ".join(line for _, sentences in found.details for line in sentences)


def test_a_gain():
    found = answer(summary({"real+A": (0.03, 0.3), "real+B": (0.065, 0.004)}), {})
    assert found.headline == (
        "Fakes by B raise rank-1 on unseen people by 6.5 points [2.1, 10.8], from 31.4 to 37.9 %. "
        "B is better than A by 3.5 points [−0.9, 7.8]."
    )
    assert "A +3.0 points [−1.4, 7.3], undecided" in lines(found)
    assert "B is better than A by 3.5 points" in lines(found)


def test_a_loss():
    found = answer(summary({"real+A": (-0.065, 0.004)}), {})
    assert found.headline == (
        "Fakes by A lower rank-1 on unseen people by 6.5 points [2.2, 10.9], from 31.4 to 24.9 %."
    )


def test_nothing_decided():
    one = answer(summary({"real+A": (0.01, 0.6)}), {}).headline
    assert one.startswith("The fakes by A do not change rank-1 on unseen people beyond chance; ")
    two = answer(summary({"real+A": (0.01, 0.6), "real+B": (0.02, 0.4)}), {})
    assert two.headline.startswith(
        "No translator's fakes change rank-1 on unseen people beyond chance; "
    )
    assert "the largest change was by B, from 31.4 to 33.4 %: +2.0 points" in two.headline
    assert two.headline.endswith("]. A and B cannot be told apart.")
    assert "Not to be told apart: A and B (B − A: +1.0 points" in lines(two)


def test_gains_are_named_before_losses_and_both_are_told():
    found = answer(summary({"real+A": (-0.2, 0.001), "real+B": (0.06, 0.01)}), {})
    assert found.headline.startswith("Fakes by B raise")
    assert "A −20.0 points [−24.4, −15.7], a loss" in lines(found)


def test_an_interval_off_zero_that_holm_undoes_is_said_to_be_undecided():
    found = answer(summary({"real+A": (0.05, 0.12), "real+B": (0.06, 0.01)}), {})
    assert "undecided once all comparisons are counted" in lines(found)


def test_the_worse_of_two_is_named_second():
    found = answer(summary({"real+A": (0.2, 0.001), "real+B": (0.06, 0.01)}), {})
    assert "A is better than B by 14.0 points [9.7, 18.4]" in lines(found)
    assert found.headline.endswith("A is better than B by 14.0 points [9.7, 18.4].")


def test_a_control_that_does_as_well_is_told_at_once():
    effects = {"real+A": (0.01, 0.5), "real+B": (0.065, 0.004), "real+grey": (0.055, 0.01)}
    found = answer(summary(effects | {"real-twice": (-0.01, 0.7)}), {})
    assert (
        "But fakes may not be what helps: real+grey cannot be told apart from B (B − real+grey: "
        "+1.0 points [−3.4, 5.3])."
    ) in found.headline
    assert "real-twice" not in found.headline
    assert "real+grey +5.5 points [1.1, 9.8], a gain; real-twice −1.0" in lines(found)
    assert "B is better than real-twice, by 7.5 points [3.1, 11.8]." in lines(found)


def test_a_control_that_does_better_is_told_at_once():
    found = answer(summary({"real+A": (0.06, 0.01), "real+grey": (0.2, 0.001)}), {})
    assert "real+grey is better than A (A − real+grey: −14.0 points" in found.headline


def test_controls_that_do_nothing_are_told_below():
    effects = {"real+A": (0.2, 0.001), "real+grey": (0.01, 0.5), "real-twice": (0.0, 0.9)}
    found = answer(summary(effects), {})
    assert "But" not in found.headline
    assert "A is better than each control, by at least 19.0 points [14.6, 23.3]" in lines(found)
    assert "(against real+grey)" in lines(found)


def test_without_a_gain_no_control_is_held_against_it():
    found = answer(summary({"real+A": (0.01, 0.5), "real+grey": (0.01, 0.5)}), {})
    assert "But" not in found.headline
    assert "Controls, in the place of fakes: real+grey" in lines(found)


def test_real_images_that_make_fakes_superfluous(full):
    text = lines(answer(full, {}))
    assert "What fakes by C add, by real NIR images of each training person: with none " in text
    for amount, name in {"none": "real+C", "1": "real+C@nir1", "2": "real+C@nir2"}.items():
        other = "real" if name == "real+C" else name.replace("+C", "")
        gain = full.compared(name, other, "unseen-subjects", "rank1").estimate
        assert f"with {amount} {number(gain.value, record('rank1'), signed=True)} points" in text


def test_what_fakes_do_to_visible_light_is_a_side_effect_with_its_verdict(full):
    task = ("seen-subjects", "accuracy-vis")
    (said,) = [texts for about, texts in answer(full, {}).details if about.startswith("VIS acc")]
    assert said[0].startswith("The side effect of fakes: ")
    for name in ("A", "B", "C"):
        gain = full.compared(f"real+{name}", "real", *task)
        assert f"{name} {effect(gain)}{verdict(gain)}" in said[0]
    without = answer(summary({"real+A": (0.1, 0.01)}), {}).details
    assert not any(about.startswith("VIS") for about, _ in without)


def test_controls_that_the_best_fakes_are_not_shown_to_beat_are_named(full):
    """Fakes alone explain nothing, so the headline does not speak of them; the details must."""
    best, holds = best_fakes(full, *WHERE), Amount(0, 40, 0, 400, "C")
    sets = tuple(
        replace(one, amount=holds) if one.name == "C-alone" else one for one in full.training_sets
    )
    full = replace(full, training_sets=sets)
    rows = [row for row in full.comparisons
            if (row.training_set, row.baseline, row.protocol, row.metric)
            != (best, "C-alone", *WHERE)]  # fmt: skip
    tied = replace(full.compared(best, "C-alone", *WHERE), p_adjusted=0.4)
    text = lines(answer(replace(full, comparisons=(*rows, tied)), {}))
    assert f"That it is better than C-alone ({effect(tied)}" in text
    assert "That it is better than" not in lines(answer(full, {}))


def test_the_ceiling_and_the_part_of_it_that_fakes_reach():
    found = answer(summary({"real+B": (0.0625, 0.004), "real+oracle": (0.25, 0.001)}), {})
    assert "+25.0 points" in lines(found)
    assert "the fakes by B reach 25 % of that" in lines(found)
    undecided = answer(summary({"real+B": (0.01, 0.4), "real+oracle": (0.25, 0.001)}), {})
    assert "reach" not in lines(undecided)


@pytest.mark.parametrize(
    ("seeds", "says"), [(1, "Only one seed"), (3, "3 seeds show only roughly"), (5, "")]
)
def test_seeds_bound_the_answer(seeds, says):
    caveats = " ".join(answer(summary({"real+A": (0.1, 0.01)}, seeds), {}).caveats)
    assert says in caveats
    assert ("not in the interval" in caveats) == (seeds == 1)
    assert (f"for the variation between {seeds} seeds" in caveats) == (seeds > 1)


def test_few_people_weights_and_rendered_people_are_told():
    provenance = {
        "data": {"name": "synthetic"},
        "weights": [
            {"role": "recognizer", "name": "w1", "trained_on": "pretrained on rendered people"},
            {"role": "perceptual", "name": "w2"},
        ],
    }
    caveats = " ".join(answer(summary({"real+A": (0.1, 0.01)}, subjects=20), provenance).caveats)
    assert "w1 (pretrained on rendered people)" in caveats
    assert "w2" not in caveats
    assert "no evidence about real faces" in caveats
    assert "Only 20 people" in caveats
    photographs = answer(summary({"real+A": (0.1, 0.01)}), {"data": {"name": "casia"}})
    assert "rendered" not in " ".join(photographs.caveats)


def test_nothing_scored_is_said():
    nothing = Summary(
        (TrainingSet("real", "baseline", ""),), pd.DataFrame(), {}, (), pd.DataFrame()
    )
    assert "no answer" in answer(nothing, {}).headline
    assert "No training set with fakes" in answer(summary({}), {}).headline
