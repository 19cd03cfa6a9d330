"""EER, travelled thresholds and the open set, against plain loops on sets with missing faces."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from faces.common.errors import DataError
from recognizer import curves, metrics, outcomes
from recognizer.comparison import Comparison, Table, Tally, tally
from recognizer.open_set import strangers
from recognizer.thresholds import Thresholds, of_impostors

SETS = 500


class World(NamedTuple):
    """Scores of probes of some people; `missed` says which probes show no found face.

    `calibration` are impostor scores that a threshold is set on; or it is `threshold`, if given.
    """

    scores: np.ndarray
    subjects: np.ndarray
    people: np.ndarray
    missed: np.ndarray
    calibration: np.ndarray
    threshold: float | None

    @property
    def thresholds(self) -> Thresholds:
        if self.threshold is None:
            return of_impostors({"vis": self.calibration})
        return Thresholds({"vis-fmr=0.01": self.threshold})

    @property
    def comparison(self) -> Comparison:
        kept = ~self.missed
        return Comparison(
            Table(self.scores[kept]),
            self.subjects[kept],
            self.people,
            missed_subjects=self.subjects[self.missed],
            strangers=strangers(self.people),
            thresholds=self.thresholds,
        )


def world(seed: int) -> World:
    """Tied or untied scores of 30 to 60 probes; none to half of their faces are missing.

    In every second world the threshold is one of the scores, so that pairs lie exactly on it.
    """
    draw = np.random.default_rng(seed)
    people = np.array([f"p{i:02}" for i in draw.permutation(draw.integers(3, 10))])
    probes = draw.integers(30, 60)
    subjects = draw.choice(people, probes)
    levels = draw.choice([3, 8, 40, 10_000])
    scores = draw.integers(0, levels, (probes, len(people))) / levels
    scores += draw.choice([0, 0.25, 0.5]) * (subjects[:, None] == people)
    missed = draw.random(probes) < draw.choice([0, 0.05, 0.2, 0.5])
    missed[0] = False
    calibration = draw.integers(0, levels, draw.integers(1000, 1200)) / levels
    threshold = float(draw.choice(scores.ravel())) if seed % 2 else None
    return World(scores, subjects, people, missed, calibration, threshold)


@pytest.fixture(scope="module")
def worlds() -> list[tuple[World, Tally]]:
    made = [world(seed) for seed in range(SETS)]
    return [(one, tally(one.comparison, [0.5])) for one in made]


def loop_eer(one: World) -> float:
    """Return where the polyline through (FAR, FRR) at falling thresholds crosses FAR = FRR."""
    genuine, impostor, misses = [], [], 0
    for row, own, missed in zip(one.scores, one.subjects, one.missed, strict=True):
        if missed:
            misses += 1
            continue
        for score, person in zip(row, one.people, strict=True):
            (genuine if person == own else impostor).append(score)
    points = []
    for threshold in [np.inf, *sorted({*genuine, *impostor}, reverse=True)]:
        rejected = sum(score < threshold for score in genuine) + misses
        accepted = sum(score >= threshold for score in impostor)
        points.append((accepted / len(impostor), rejected / (len(genuine) + misses)))
    for (far, frr), (next_far, next_frr) in pairwise(points):
        if next_far >= next_frr:
            gap, next_gap = frr - far, next_frr - next_far
            return far + gap / (gap - next_gap) * (next_far - far)
    raise AssertionError("the lines do not cross")


def mean(found: outcomes.Unseen, name: str) -> float:
    """Return a metric as a run's tables have it: the mean over found probes and misses."""
    everything = np.concatenate([found.values[name], found.misses[name].values])
    return float(np.nanmean(everything))


def test_the_eer_counts_a_missed_face_as_a_rejected_genuine_pair(worlds):
    missing = 0
    for one, counted in worlds:
        found = outcomes.unseen([counted], [0.5])
        assert mean(found, "eer") == pytest.approx(loop_eer(one), abs=1e-12)
        assert (found.misses["eer"].values == 1).all()
        assert ((found.values["eer"] >= 0) & (found.values["eer"] <= 1)).all()
        same = one.subjects[~one.missed, None] == one.people
        alone = metrics.eer(one.scores[~one.missed], same, int(one.missed.sum()))
        assert alone == pytest.approx(loop_eer(one), abs=1e-12)
        missing += one.missed.any()
    assert missing > SETS / 2


def test_the_eer_lies_on_the_roc_of_the_run(worlds):
    """The curve of a run is lowered by misses; without ties it encloses the crossing."""
    for seed, (one, _) in enumerate(worlds[:100]):
        noise = np.random.default_rng(seed).random(one.scores.shape)
        counted = tally(one._replace(scores=one.scores + 1e-3 * noise).comparison)
        x, y = curves.roc([counted], float(1 - one.missed.mean()))
        rate = counted.crossing.rate
        before, after = np.searchsorted(x, rate - 1e-12) - 1, np.searchsorted(x, rate - 1e-12)
        assert y[max(before, 0)] - 1e-9 <= 1 - rate <= y[after] + 1e-9


def test_without_missed_faces_nothing_changes(worlds):
    for one, counted in worlds:
        if not one.missed.any():
            same = one.subjects[:, None] == one.people
            assert counted.crossing.rate == metrics.eer(one.scores, same)


def test_five_missing_of_a_hundred_by_hand():
    """Half of the scores overlap evenly: EER .1; with 5 % missing it is where .05 + .95 x = FAR."""
    genuine, impostors = np.arange(1000.0) + 800, np.arange(1000.0)
    scores = np.concatenate([genuine, impostors])
    same = np.arange(2000) < 1000
    assert metrics.eer(scores, same) == pytest.approx(0.1, abs=1e-3)
    misses = round(1000 / 19)  # 5 % of all
    share = misses / (1000 + misses)
    # At a threshold t: FRR of found faces x, FAR .2 - x.
    x = (0.2 - share) / (2 - share)
    assert metrics.eer(scores, same, misses) == pytest.approx(0.2 - x, abs=2e-3)
    averaged = share + (1 - share) * 0.1  # a miss as an EER of 1: another number
    assert abs(averaged - (0.2 - x)) > 0.01


def test_a_threshold_is_the_lowest_that_keeps_to_its_target(worlds):
    for one, _ in worlds:
        impostors = one.calibration
        for fmr in (0.01, 0.05, 0.3, 0.999):
            found = metrics.threshold_for(impostors, fmr)
            assert sum(score >= found for score in impostors) <= fmr * len(impostors)
            lower = max(score for score in impostors if score < found)
            assert sum(score >= lower for score in impostors) > fmr * len(impostors)
    assert metrics.threshold_for(np.arange(50.0), 1.0) == -np.inf


def test_a_threshold_on_too_few_pairs_or_none_is_refused_with_its_reason(worlds):
    with pytest.raises(DataError, match=r"999 impostor pairs rests on 9\.99 false matches"):
        metrics.threshold_for(np.arange(999.0), 0.01)
    with pytest.raises(DataError, match="NaN"):
        metrics.threshold_for(np.full(2000, np.nan), 0.01)
    some = of_impostors({"vis": np.arange(1500.0)})
    assert some.at("vis-fmr=0.01") > 1484
    with pytest.raises(DataError, match=r"vis-fmr=0.001 could not be set: .*1500 impostor pairs"):
        some.at("vis-fmr=0.001")
    with pytest.raises(DataError, match="no images to set it on"):
        Thresholds().at("nir-fmr=0.01")
    found = outcomes.unseen([worlds[0][1]], [0.5])
    names = {name for name in found.omitted if "mr=" in name}
    assert len(names) == 8
    assert all("0.001" in name or "nir" in name for name in names)


def test_fmr_and_fnmr_leave_failures_out(worlds):
    for one, counted in worlds:
        threshold = counted.thresholds.at("vis-fmr=0.01")
        rejected, matches = [], []
        for row, own, missed in zip(one.scores, one.subjects, one.missed, strict=True):
            if not missed:
                for score, person in zip(row, one.people, strict=True):
                    if person == own:
                        rejected.append(score < threshold)
                    else:
                        matches.append(score >= threshold)
        found = outcomes.unseen([counted], [0.5])
        assert mean(found, "fnmr@vis-fmr=0.01") == pytest.approx(np.mean(rejected))
        assert mean(found, "fmr@vis-fmr=0.01") == pytest.approx(np.mean(matches))


def test_the_open_set_returns_the_first_enrolled_person_above_the_threshold(worlds):
    for one, counted in worlds:
        threshold = counted.thresholds.at("vis-fmr=0.01")
        unknown = strangers(one.people)
        positive, negative = [], []
        for row, own, missed in zip(one.scores, one.subjects, one.missed, strict=True):
            gallery = {
                person: score
                for person, score in zip(one.people, row, strict=True)
                if person not in unknown
            }
            returned = [] if missed else [p for p, s in gallery.items() if s >= threshold]
            if own in unknown:
                positive.append(bool(returned))
            else:
                first = own in returned and all(
                    gallery[own] > score for p, score in gallery.items() if p != own
                )
                negative.append(not first)
        found = outcomes.unseen([counted], [0.5])
        for name, values in {"fpir": positive, "fnir": negative}.items():
            key = f"{name}@vis-fmr=0.01"
            if values:
                assert mean(found, key) == pytest.approx(np.mean(values)), name
                about = [*found.values[key], *found.misses[key].values]
                assert np.count_nonzero(~np.isnan(about)) == len(values)
            else:
                assert "no probe shows a person" in found.omitted[key]


def test_half_of_the_people_are_strangers_whatever_their_order():
    for count in range(1, 30):
        names = [f"{i:03}" for i in range(count)]
        unknown = strangers(names)
        assert len(unknown) == count // 2
        assert unknown <= set(names)
        assert strangers(reversed(names * 2)) == unknown
    assert strangers(f"{i:03}" for i in range(40)) != frozenset(f"{i:03}" for i in range(20))
