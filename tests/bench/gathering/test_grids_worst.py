"""The worst cases: which probes and fakes are shown, and which images beside them."""

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from bench.gathering import grids_worst, tasks
from bench.planning.plan import Plan, Repeat
from bench.running import versions
from bench.running.store import Job, Stage
from faces import packed

PEOPLE = ("001", "002", "003", "004")
UNSEEN = ("101", "102", "103")
SEEDS = (Repeat(0), Repeat(1))
TASK, METRIC = "unseen-subjects", "rank1"


class Nothing(BaseModel):
    pass


@versions.stage(version=1)
def nothing(job: Job) -> None:
    pass


def stage(name: str) -> Stage:
    return Stage(name, nothing, Nothing())


@pytest.fixture
def plan():
    return Plan(
        stage("align"), (0, 0), None, {None: stage("split")}, {},
        fakes={
            (name, repeat): stage(f"fakes:{name}:{repeat}") for name in "AB" for repeat in SEEDS
        },
        scores={
            (name, repeat): stage(f"score:{name}:{repeat}")
            for name in ("real", "real+A", "real+B")
            for repeat in SEEDS
        },
    )  # fmt: skip


@pytest.fixture
def store(plan, tmp_path):
    """Return a store: the grey level of NIR row i is 10 + i, of VIS 100 + i, of true NIR 200."""
    rows = []
    for part, people in (("train", PEOPLE), ("gallery", UNSEEN), ("probe", UNSEEN)):
        spectra = {"train": ("VIS", "NIR"), "gallery": ("VIS",), "probe": ("NIR",)}[part]
        rows += [
            {"part": part, "spectrum": spectrum, "subject": who, "shot": shot, "found": True}
            for spectrum in spectra
            for who in people
            for shot in ("0", "1")
        ]
    table = pd.DataFrame(rows)
    table["row"] = table.groupby("spectrum").cumcount()
    folder = plan.split.folder(tmp_path)
    folder.mkdir()
    table.to_csv(folder / "split.csv", index=False)
    aligned = plan.aligned.folder(tmp_path)
    for spectrum, start in (("NIR", 10), ("VIS", 100)):
        lines = table[table["spectrum"] == spectrum][["subject", "spectrum", "shot"]]
        levels = (start + np.arange(len(lines), dtype=np.uint8))[:, None, None, None]
        packed.write(aligned / spectrum, np.broadcast_to(levels, (len(lines), 8, 8, 1)), lines)
    lines = table[table["spectrum"] == "VIS"][["subject", "spectrum", "shot"]]
    packed.write(aligned / "NIR-true", np.full((len(lines), 8, 8, 1), 200, np.uint8), lines)
    write_fakes(plan, tmp_path, table)
    return tmp_path


def write_fakes(plan, store, table):
    """Write fakes of the training VIS images; fake i is 3 * i grey levels from the truth."""
    vis = table[(table["spectrum"] == "VIS") & (table["part"] == "train")]
    index = vis[["subject", "shot"]].assign(spectrum="NIR", source=vis["row"].astype(str))
    levels = (200 - 3 * np.arange(len(index), dtype=np.uint8))[:, None, None, None]
    for fakes in plan.fakes.values():
        packed.write(
            fakes.folder(store), np.broadcast_to(levels, (len(index), 4, 4, 1)).copy(), index
        )


def write_scores(plan, store, outcomes, others=None):
    """Write the tables of all scores.

    `outcomes`: {training set: {probe: (value of seed 0, of seed 1)}}; `others`: {probe: the most
    similar other person}.
    """
    for (name, repeat), score in plan.scores.items():
        folder = score.folder(store)
        folder.mkdir()
        probes = list(outcomes[name])
        rows = pd.DataFrame(
            {
                "protocol": TASK,
                "metric": METRIC,
                "probe": probes,
                "subject": [probe[:3] for probe in probes],
                "value": [outcomes[name][probe][repeat.seed] for probe in probes],
            }
        )
        rows.to_csv(folder / "outcomes.csv", index=False)
        if others is not None:
            known = rows[rows["probe"].isin(list(others))][["protocol", "probe", "subject"]]
            other = [others[probe] for probe in known["probe"]]
            known.assign(other=other, genuine=0.1, impostor=0.2).to_csv(
                folder / "confusions.csv", index=False
            )


PROBES = [f"{who}/NIR/{shot}" for who in UNSEEN for shot in "01"]
HITS = dict.fromkeys(PROBES, (1.0, 1.0))
# B is best on average; it loses 102/0 in both seeds, 102/1 and 101/1 in one.
BEST = HITS | {"102/NIR/0": (0, 0), "102/NIR/1": (1, 0), "101/NIR/1": (0.5, 1)}
OUTCOMES = {"real": HITS, "real+A": dict.fromkeys(PROBES, (0.0, 0.0)), "real+B": BEST}
OTHERS = dict.fromkeys(PROBES, "103") | {"102/NIR/0": "101"}


def grids_by_name(plan, store):
    return {grid.name: grid for grid in grids_worst.draw(plan, store)}


def levels(grid, column):
    return [int(image.flat[0]) for image in grid.columns[column].images]


def test_the_costliest_probe_of_each_person_stands_beside_whom_it_is_and_is_taken_for(plan, store):
    write_scores(plan, store, OUTCOMES, OTHERS)
    grid = grids_by_name(plan, store)["worst-probes"]
    assert list(grid.columns["probe"].index["subject"]) == ["102 as 101", "101 as 103"]
    # NIR rows: 8 of training people, then probes; VIS rows: 8 of training people, then the gallery.
    assert levels(grid, "probe") == [10 + 8 + 2, 10 + 8 + 1]
    assert levels(grid, "own") == [100 + 8 + 2, 100 + 8]
    assert levels(grid, "other") == [100 + 8, 100 + 8 + 4]
    assert "real to real+B" in grid.caption


def test_tasks_are_shown_by_their_headline_metrics():
    shown = [(task.name, task.metric) for task in tasks.tasks()]
    assert shown == [("unseen-subjects", "rank1"), ("seen-subjects", "accuracy")]


def test_losses_are_means_over_seeds_and_only_losses_count():
    rng = np.random.default_rng(0)
    for _ in range(50):
        probes = [f"p{i:02d}" for i in range(12)]
        a, b = (
            pd.DataFrame(rng.integers(0, 3, (12, 3)) / 2, index=probes, columns=[0, 1, 2])
            for _ in range(2)
        )
        found = grids_worst.costliest(a, b.sample(frac=1, random_state=1))
        wanted = sorted(
            (-np.mean([a.loc[p, s] - b.loc[p, s] for s in a]), p)
            for p in probes
            if np.mean([a.loc[p, s] - b.loc[p, s] for s in a]) > 1e-12
        )
        assert list(found["probe"]) == [p for _, p in wanted]
        np.testing.assert_allclose(found["loss"], [-loss for loss, _ in wanted])
        for row in found.itertuples():
            gaps = a.loc[row.probe] - b.loc[row.probe]
            assert gaps[row.seed] == gaps.max()


def test_fakes_stand_by_their_distance_from_the_truth_one_per_person(plan, store):
    write_scores(plan, store, OUTCOMES, OTHERS)
    grid = grids_by_name(plan, store)["worst-fakes"]
    assert list(grid.columns["fake"].index["subject"]) == list(PEOPLE[::-1])
    assert levels(grid, "fake") == [200 - 3 * i for i in (7, 5, 3, 1)]
    assert levels(grid, "VIS") == [100 + i for i in (7, 5, 3, 1)]
    assert grid.title == "Fakes by B that are farthest from the truth"


def test_truth_of_another_size_is_compared_at_the_fakes_size():
    rng = np.random.default_rng(3)
    small = rng.integers(0, 256, (3, 4, 4, 1), dtype=np.uint8)
    large = np.repeat(np.repeat(small, 8, 1), 8, 2)
    np.testing.assert_allclose(
        grids_worst.distances(np.full_like(small, 7), np.full_like(large, 9), np.arange(3)), 2
    )
    np.testing.assert_array_equal(grids_worst.distances(small, small[::-1], [2, 1, 0]), 0)


def test_the_fakes_nearest_to_a_training_image_stand_beside_it(plan, store):
    write_scores(plan, store, OUTCOMES | {"real+B": HITS}, OTHERS)
    plan.qualities["B", Repeat(0)] = quality = stage("quality:B:0")
    quality.folder(store).mkdir()
    columns = ["images", "subject", "shot", "training_subject", "training_shot"]
    rows = [
        ("B", "003", "1", "002", "0", 0.4),
        ("B", "001", "0", "004", "1", 0.1),
        ("B", "001", "1", "004", "0", 0.2),
        ("vis", "002", "0", "002", "0", 0.0),
    ]
    table = pd.DataFrame(rows, columns=[*columns, "distance"]).assign(allowed=0.15)
    table.to_csv(quality.folder(store) / "copies.csv", index=False)
    grid = grids_by_name(plan, store)["worst-copies"]
    assert list(grid.columns["fake"].index["subject"]) == ["001 by 004", "003 by 002"]
    assert levels(grid, "fake") == [200, 200 - 3 * 5]
    assert levels(grid, "NIR") == [10 + 7, 10 + 2]
    assert "1 of these 2 lie nearer" in grid.caption


def test_where_nothing_was_lost_or_scored_only_fakes_are_shown(plan, store):
    write_scores(plan, store, OUTCOMES | {"real+B": HITS}, OTHERS)
    assert set(grids_by_name(plan, store)) == {"worst-fakes"}


def test_without_confusions_or_truth_there_is_nothing_to_show(plan, store):
    write_scores(plan, store, OUTCOMES)
    truth = plan.aligned.folder(store) / "NIR-true"
    for path in truth.iterdir():
        path.unlink()
    truth.rmdir()
    assert grids_by_name(plan, store) == {}
