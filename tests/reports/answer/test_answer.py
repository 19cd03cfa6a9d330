"""The sentences: right words for gains, losses, undecided cases, one seed, rendered people."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest

from faces.common.metric import by_name
from reports.answer.phrases import effect, verdict
from reports.answer.sentences import answer
from reports.comparisons import Comparison
from reports.gaps import Gap
from reports.material import TrainingSet, in_order
from reports.ratios import Ratio
from reports.statistics import Estimate
from reports.summary import Summary
from reports.words import number
from tests.metric_records import RECORDS, record

WHERE = ("unseen-subjects", "rank1")
NAMES = {"real": "baseline", "real+A": "fakes", "real+B": "fakes", "real+oracle": "ceiling"}
NAMES |= {"real+grey": "control", "real-twice": "control", "untuned": "untuned"}
AGAIN = "@nir-statistics"


def summary(effects: dict[str, tuple[float, float]], seeds=3, subjects=60) -> Summary:
    """A summary of rank-1 on unseen people; `effects`: training set -> (difference, p).

    Fakes are compared with whatever else there is; a difference below three points is undecided.
    """
    values = {"real": 0.314} | {name: 0.314 + gain for name, (gain, _) in effects.items()}
    rows = [
        {"training_set": name, "seed": seed, "protocol": "unseen-subjects", "metric": "rank1"}
        | {"value": value, "n": 600}
        for (name, value), seed in product(values.items(), range(seeds))
    ]
    comparisons = [
        comparison(name, "real", gain, p, seeds=seeds) for name, (gain, p) in effects.items()
    ]
    for one, other in permutations(effects, 2):
        gap = effects[one][0] - effects[other][0]
        p = 0.5 if abs(gap) < 0.03 else 0.001
        comparisons.append(comparison(one, other, gap, p, seeds=seeds))
    means = {
        (name, "unseen-subjects", "rank1"): Estimate(v, v - 0.05, v + 0.05, 1, seeds, subjects, 600)
        for name, v in values.items()
    }
    return Summary(in_order(tuple(map(training_set, values))), pd.DataFrame(rows), means,
                   tuple(comparisons), pd.DataFrame(), records=by_name(RECORDS))  # fmt: skip


def training_set(name: str) -> TrainingSet:
    """A training set in its role; with NIR statistics it is the second score of another."""
    plain = name.removesuffix(AGAIN)
    fakes = NAMES[plain] == "fakes"
    moved_by = ("fine-tuning", "translator") if fakes else ("fine-tuning",)
    if name != plain:
        return TrainingSet(name, "adapted", "label", None, plain, moved_by=moved_by)
    return TrainingSet(name, NAMES[name], "label", name[5:] if fakes else None, moved_by=moved_by)


def comparison(name: str, baseline: str, gain: float, p: float, *, seeds: int) -> Comparison:
    estimate = Estimate(gain, gain - 0.044, gain + 0.043, p, seeds, 60, 600)
    per_seed = dict.fromkeys(range(seeds), gain)
    return Comparison(name, baseline, "unseen-subjects", record("rank1"), estimate, per_seed, p)


def left_open(found: Summary, *pair: str) -> Summary:
    """The same numbers, but for one comparison that Holm's adjustment leaves undecided."""
    rows = tuple(
        replace(row, p_adjusted=0.3) if (row.training_set, row.baseline) == pair else row
        for row in found.comparisons
    )
    return replace(found, comparisons=rows)


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


def test_the_headline_names_the_strongest_rival_and_what_is_left_beyond_it():
    effects = {"real+A": (0.11, 0.001), f"real+A{AGAIN}": (0.17, 0.001)}
    effects |= {f"real{AGAIN}": (0.1, 0.001), "real+grey": (0.01, 0.6)}
    assert answer(summary(effects), {}).headline == (
        "Fakes by A raise rank-1 on unseen people by 11.0 points [6.6, 15.3] over the baseline; "
        "the strongest rival without a fake, NIR statistics, raises it by 10.0 points [5.6, 14.3]. "
        "Beyond NIR statistics, A with NIR statistics adds +7.0 points [2.6, 11.3]."
    )


def test_that_fakes_are_not_shown_to_beat_a_rival_is_the_headline():
    effects = {"real+A": (0.11, 0.001), f"real+A{AGAIN}": (0.09, 0.001)}
    effects |= {f"real{AGAIN}": (0.1, 0.001), "untuned": (0.02, 0.3)}
    assert answer(summary(effects), {}).headline == (
        "Fakes are not shown to do more than NIR statistics, the strongest rival without a fake: "
        "beyond it, A with NIR statistics adds −1.0 points [−5.4, 3.3] in rank-1 on unseen people. "
        "Over the baseline alone, fakes by A raise it by 11.0 points [6.6, 15.3], and the rival "
        "raises it by 10.0 points [5.6, 14.3]."
    )


def test_a_rival_that_does_better_is_the_headline_whatever_it_is_called():
    effects = {"real+A": (0.11, 0.001), f"real+A{AGAIN}": (0.12, 0.001)}
    for name, called in {
        "untuned": "the untuned recognizer",
        f"untuned{AGAIN}": "the untuned recognizer with NIR statistics",
        "real+grey": "real+grey",
        f"real+grey{AGAIN}": "real+grey with NIR statistics",
    }.items():
        plain = {name.removesuffix(AGAIN): (0.0, 0.9)}
        found = answer(summary(effects | plain | {name: (0.3, 0.001)}), {}).headline
        start = f"Fakes do worse than {called}, the strongest rival without a fake: beyond it, A"
        assert found.startswith(start), found
        assert (" with NIR statistics adds" in found) == name.endswith(AGAIN)


def test_a_weaker_rival_that_is_not_beaten_is_named_too():
    effects = {"real+A": (0.11, 0.001), "real+grey": (0.01, 0.6), "real-twice": (0.0, 0.9)}
    found = summary(effects)
    headline = answer(left_open(found, "real+A", "real-twice"), {}).headline
    assert headline.endswith("That it does more than real-twice (+11.0 points [6.6, 15.3]) is not "
                             "shown.")  # fmt: skip
    assert "That it does more than" not in answer(found, {}).headline


def test_the_best_fakes_are_those_that_lead_by_most_where_both_have_nir_statistics():
    effects = {"real+A": (0.15, 0.001), f"real+A{AGAIN}": (0.16, 0.001)}
    effects |= {"real+B": (0.1, 0.001), f"real+B{AGAIN}": (0.25, 0.001)}
    found = answer(summary(effects | {f"real{AGAIN}": (0.1, 0.001)}), {}).headline
    assert found.startswith("Fakes by B raise rank-1 on unseen people by 10.0 points")
    assert "Beyond NIR statistics, B with NIR statistics adds +15.0 points" in found


def test_a_gain_over_the_rival_comes_before_a_larger_lead_that_is_not_shown():
    effects = {"real+A": (0.14, 0.001), "real+B": (0.15, 0.2), "untuned": (0.1, 0.001)}
    headline = answer(left_open(summary(effects), "real+B", "untuned"), {}).headline
    assert headline.startswith("Fakes by A raise rank-1 on unseen people by 14.0 points")
    assert "Beyond the untuned recognizer, A adds +4.0 points" in headline


@pytest.mark.parametrize("seeds", [1, 3])
def test_where_no_rival_beats_the_baseline_harm_is_no_win(seeds):
    found = answer(summary({"real+A": (-0.05, 0.001), "untuned": (-0.12, 0.001)}, seeds), {})
    if seeds > 1:
        assert found.headline.startswith("Fakes by A lower rank-1 on unseen people by 5.0 points")
    assert "Beyond" not in found.headline
    assert "o rival without a fake does better than the baseline." in found.headline


@pytest.mark.parametrize("few", ["real+A", "untuned", "real"])
def test_a_set_with_one_seed_makes_the_answer_one_of_one_training(few):
    found = summary({"real+A": (0.11, 0.001), "real+B": (0.2, 0.001), "untuned": (0.1, 0.001)})
    rows = tuple(
        replace(row, estimate=replace(row.estimate, seeds=1), per_seed={0: 0.1})
        if few in (row.training_set, row.baseline) else row
        for row in found.comparisons
    )  # fmt: skip
    means = {key: replace(mean, seeds=1) if key[0] == few else mean
             for key, mean in found.means.items()}  # fmt: skip
    headline = answer(replace(found, comparisons=rows, means=means), {}).headline
    assert headline.startswith("In this one training, fakes by A and B change")


def test_one_translator_in_one_training_is_told_in_the_singular():
    found = answer(summary({"real+A": (0.11, 0.001), "untuned": (0.1, 0.001)}, seeds=1), {})
    assert "what A adds beyond the untuned recognizer is +1.0 points" in found.headline


def test_one_training_ranks_nobody_and_gives_no_verdict():
    effects = {"real+A": (0.11, 0.001), f"real+A{AGAIN}": (0.2, 0.001)}
    effects |= {"real+B": (0.01, 0.6), f"real+B{AGAIN}": (0.01, 0.6), "real+oracle": (0.3, 0.001)}
    effects |= {"real+grey": (0.0, 0.9)}
    found = answer(summary(effects | {f"real{AGAIN}": (0.1, 0.001)}, seeds=1), {})
    assert found.headline == (
        "In this one training, fakes by A and B change rank-1 on unseen people by +11.0 points "
        "[6.6, 15.3] and +1.0 points [−3.4, 5.3] over the baseline; the strongest rival without a "
        "fake, NIR statistics, changes it by +10.0 points [5.6, 14.3]. In this one training, what "
        "A and B with NIR statistics add beyond NIR statistics is +10.0 points [5.6, 14.3] and "
        "−9.0 points [−13.4, −4.7]; another training may say otherwise."
    )
    said = [line for _, texts in found.details for line in texts]
    assert said
    assert all(line.startswith("In this one training, ") for line in said)
    assert said[0].endswith("people: A +11.0 points [6.6, 15.3]; B +1.0 points [−3.4, 5.3].")
    text = " ".join([found.headline, *said])
    for word in ("better than", "told apart", "a gain", "a loss", "undecided", "best", "largest",
                 "beyond chance"):  # fmt: skip
        assert word not in text


def test_controls_that_do_nothing_are_told_below():
    effects = {"real+A": (0.2, 0.001), "real+grey": (0.01, 0.5), "real-twice": (0.0, 0.9)}
    found = answer(summary(effects), {})
    assert "Beyond real+grey, A adds +19.0 points [14.6, 23.3]." in found.headline
    assert "A is better than each control, by at least 19.0 points [14.6, 23.3]" in lines(found)
    assert "(against real+grey)" in lines(found)


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


def test_controls_that_the_best_fakes_are_not_shown_to_beat_are_named():
    found = summary({"real+A": (0.2, 0.001), "real+grey": (0.01, 0.5), "real-twice": (0.0, 0.9)})
    open_case = left_open(found, "real+A", "real-twice")
    tied = open_case.compared("real+A", "real-twice", *WHERE)
    text = lines(answer(open_case, {}))
    assert "A is better than real+grey, by 19.0 points" in text
    assert f"That it is better than real-twice ({effect(tied)}" in text
    assert "That it is better than" not in lines(answer(found, {}))


def test_the_ceiling_is_told_with_its_verdict():
    found = answer(summary({"real+B": (0.0625, 0.004), "real+oracle": (0.25, 0.001)}), {})
    assert "The ceiling, label: +25.0 points [20.6, 29.3], a gain." in lines(found)


def test_the_gap_closed_is_told_over_the_baseline_and_over_the_best_rival():
    effects = {"real+B": (0.0625, 0.004), f"real+B{AGAIN}": (0.1, 0.001)}
    effects |= {f"real{AGAIN}": (0.08, 0.001), "real+oracle": (0.25, 0.001)}
    names = (("real+B", "real"), (f"real+B{AGAIN}", f"real{AGAIN}"))
    shares = (Ratio(0.25, 0.094, 0.411), Ratio(-0.13, -np.inf, np.inf))
    found = tuple(
        Gap(name, baseline, "real+oracle", *WHERE[:1], record("rank1"), share)
        for (name, baseline), share in zip(names, shares, strict=True)
    )
    text = lines(answer(replace(summary(effects), gaps=found), {}))
    assert (
        "Gap closed from the baseline to real+oracle in rank-1 on unseen people: B 25 % [9, 41]."
    ) in text
    assert (
        "Gap closed from NIR statistics to real+oracle in rank-1 on unseen people: not known, "
        "since the ceiling's own gain there cannot be told from zero."
    ) in text


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
    assert "All seeds start" not in caveats
    assert "w1 (pretrained on rendered people)" in caveats
    assert "w2" not in caveats
    assert "no evidence about real faces" in caveats
    assert "Only 20 people" in caveats
    photographs = answer(summary({"real+A": (0.1, 0.01)}), {"data": {"name": "casia"}})
    assert "rendered" not in " ".join(photographs.caveats)


def test_what_seeds_share_before_fine_tuning_is_told():
    weights = [{"role": "recognizer", "name": f"w{seed}", "trained_on": "faces"} for seed in (0, 1)]
    settings = {"seeds": [0, 1]}
    for found, shared in ((weights, False), (weights[:1], True)):
        provenance = {"weights": found, "settings": settings}
        caveats = " ".join(answer(summary({"real+A": (0.1, 0.01)}), provenance).caveats)
        assert ("how much another pretraining would change is in no interval" in caveats) == shared
        names = "w0 (faces)" if shared else "w0 and w1 (faces)"
        assert f"The recognizer starts from the weights {names}." in caveats


def test_nothing_scored_is_said():
    nothing = Summary(
        (TrainingSet("real", "baseline", ""),), pd.DataFrame(), {}, (), pd.DataFrame()
    )
    assert "no answer" in answer(nothing, {}).headline
    assert "No training set with fakes" in answer(summary({}), {}).headline
    assert answer(summary({}, seeds=1), {}).headline.startswith("In this one training, no training")
