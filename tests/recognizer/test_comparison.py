"""Tallies in blocks, against plain loops over the whole matrix, for any size of block."""

import numpy as np
import pytest

from faces.common.errors import DataError
from recognizer import metrics
from recognizer.comparison import Comparison, Table, Tally, tally
from recognizer.cosines import Cosines
from recognizer.impostors import Pairs

SEEDS = range(10)
FARS = (0.5, 0.1)


def compared(seed: int, probes: int = 30, people: int = 9) -> Comparison:
    """Return tied scores of probes against one image of each of some people."""
    draw = np.random.default_rng(seed)
    gallery = draw.permutation([f"p{i}" for i in range(people)])
    subjects = draw.choice(gallery, probes)
    scores = draw.integers(0, draw.choice([2, 4, 30, 1000]), (probes, people)) / 4
    scores += draw.choice([0, 0.25]) * (subjects[:, None] == gallery)
    return Comparison(Table(scores), subjects, gallery)


def embedded(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return probe and gallery embeddings, many of whose scores tie, and their subjects."""
    draw = np.random.default_rng(seed)
    people = np.array([f"p{i:02}" for i in range(12)])
    subjects = draw.choice(people, 40)
    embeddings = draw.integers(-1, 2, (52, 5)) + np.eye(52, 5)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True) + 1e-3
    return embeddings[:40].astype(np.float32), embeddings[40:].astype(np.float32), subjects, people


def whole(comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """Return all scores at once, and which pairs show one person."""
    names = comparison.probe_subjects[:, None] == comparison.gallery_subjects
    return comparison.scores.block(slice(0, len(names))), names


def assert_equal(one: Tally, other: Tally) -> None:
    for name, value in numbers(one).items():
        np.testing.assert_array_equal(value, numbers(other)[name], err_msg=name)


def numbers(value: object, name: str = "") -> dict[str, object]:
    """Return all numbers and arrays in a dataclass, its tuples and dictionaries, by path."""
    if isinstance(value, tuple):
        value = dict(enumerate(value))
    parts = value if isinstance(value, dict) else getattr(value, "__dict__", None)
    if parts is None:
        return {name: value}
    return {k: v for key, part in parts.items() for k, v in numbers(part, f"{name}/{key}").items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tally_is_what_loops_over_the_whole_matrix_find(seed):
    comparison = compared(seed)
    scores, same = whole(comparison)
    result = tally(comparison)
    genuine, impostors = metrics.split(scores, same)
    assert result.counts.genuine.tolist() == genuine.tolist()
    assert result.counts.impostors == len(impostors)
    assert result.counts.above.tolist() == [(impostors > score).sum() for score in genuine]
    assert result.counts.reaching.tolist() == [(impostors >= score).sum() for score in genuine]
    names = comparison.probe_subjects, comparison.gallery_subjects
    assert result.ranks.tolist() == metrics.ranks(scores, *names).tolist()
    for row, own in enumerate(same.argmax(1)):
        others = [column for column in range(result.people) if column != own]
        assert result.other[row] == max(others, key=lambda column: scores[row, column])
        assert result.impostor[row] == max(scores[row, others])


@pytest.mark.parametrize("seed", SEEDS)
def test_false_accepts_are_those_at_the_crossing_and_their_mean_is_the_eer(seed):
    comparison = compared(seed)
    scores, same = whole(comparison)
    result = tally(comparison)
    shares = []
    for threshold in result.crossing.thresholds:
        accepted = (scores >= threshold) & ~same
        shares.append(accepted.sum(1) / (result.people - 1))
    found = result.crossing.mixed(*(pairs.by_probe for pairs in result.at_crossing))
    expected = result.crossing.mixed(*shares) * (result.people - 1)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.mean(found) / (result.people - 1) == pytest.approx(metrics.eer(scores, same))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("block_rows", [1, 2, 7, 64])
def test_blocks_change_nothing(seed, block_rows):
    assert_equal(tally(compared(seed), FARS, block_rows), tally(compared(seed), FARS))


@pytest.mark.parametrize("seed", SEEDS)
def test_blocks_and_order_change_nothing_of_embeddings(seed):
    probe, gallery, subjects, people = embedded(seed)
    straight = tally(Comparison(Cosines(probe, gallery), subjects, people), FARS)
    rows = np.random.default_rng(seed).permutation(len(probe))
    columns = np.arange(len(gallery))[::-1]
    moved = Comparison(Cosines(probe[rows], gallery[columns]), subjects[rows], people[columns])
    for block_rows in (None, 1, 6):
        result = tally(moved, FARS, block_rows)
        assert result.crossing == straight.crossing
        np.testing.assert_array_equal(result.ranks, straight.ranks[rows])
        np.testing.assert_array_equal(result.impostor, straight.impostor[rows])
        np.testing.assert_array_equal(result.rival, straight.rival[rows])
        np.testing.assert_array_equal(result.counts.reaching, straight.counts.reaching[rows])
        np.testing.assert_array_equal(result.counts.above, straight.counts.above[rows])
        for ours, theirs in zip(pairs_of(result), pairs_of(straight), strict=True):
            np.testing.assert_array_equal(ours.by_probe, theirs.by_probe[rows])
            np.testing.assert_array_equal(ours.by_person, theirs.by_person[columns])


def pairs_of(tally: Tally) -> list[Pairs]:
    return [*tally.at_crossing, *tally.at_far.values(), tally.outscored]


@pytest.mark.parametrize("seed", SEEDS)
def test_impostor_pairs_are_counted_by_probe_and_by_person(seed):
    comparison = compared(seed)
    scores, same = whole(comparison)
    result, impostors = tally(comparison, FARS), np.where(same, -np.inf, scores)
    genuine = result.counts.genuine
    thresholds = dict(enumerate(result.crossing.thresholds))
    for far in FARS:  # the lowest genuine score that the conservative rule accepts
        kept = [score for score in genuine if (impostors >= score).sum() <= far * (~same).sum()]
        thresholds[far] = min(kept, default=np.inf)
    for key, threshold in thresholds.items():
        found = result.at_far[key] if key in result.at_far else result.at_crossing[key]
        assert found.by_probe.tolist() == (impostors >= threshold).sum(1).tolist()
        assert found.by_person.tolist() == (impostors >= threshold).sum(0).tolist()
    lower = np.array([[(genuine < score).sum() for score in row] for row in impostors])
    assert result.outscored.by_probe.tolist() == lower.sum(1).tolist()
    assert result.outscored.by_person.tolist() == lower.sum(0).tolist()


def test_a_twin_in_the_gallery_is_a_tie_wherever_it_stands():
    """The same picture under two names: a matrix product that rounds by place would prefer one."""
    draw = np.random.default_rng(0)
    gallery = draw.normal(size=(33, 100))
    gallery[17] = gallery[3]
    probe = gallery[[3] * 40] + draw.normal(size=(40, 100)) / 20
    probe, gallery = (
        (embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)).astype(np.float32)
        for embeddings in (probe, gallery)
    )
    people = np.array([f"p{i:02}" for i in range(33)])
    for block_rows in (1, 7, 64):
        result = tally(
            Comparison(Cosines(probe, gallery), people[[3] * 40], people), FARS, block_rows
        )
        assert result.ranks.tolist() == [2] * 40
        assert result.other.tolist() == [17] * 40


def test_no_more_than_a_block_is_asked_for_at_once():
    comparison = compared(0)
    block_sizes = []

    class Watched(Table):
        def block(self, rows: slice) -> np.ndarray:
            block_sizes.append(rows.stop - rows.start)
            return super().block(rows)

    scores = whole(comparison)[0]
    tally(Comparison(Watched(scores), *list(vars(comparison).values())[1:]), block_rows=3)
    assert max(block_sizes) == 3
    assert sum(block_sizes) == 2 * len(scores)


def test_scores_that_are_no_numbers_and_strangers_are_refused():
    with pytest.raises(DataError, match="NaN"):
        Table(np.array([[1.0, np.inf]]))
    people = np.array(["a", "b"])
    with pytest.raises(DataError, match="without a gallery image: c"):
        Comparison(Table(np.zeros((1, 2))), np.array(["c"]), people)
    with pytest.raises(DataError, match="too few found faces"):
        Comparison(Table(np.zeros((1, 1))), people[:1], people[:1])
