"""The grids of a report: which people they show, in which order, and the image of each cell."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import BaseModel

from bench.gathering import grids
from bench.planning.datasets import DataSet
from bench.planning.plan import Plan, Repeat
from bench.running import versions
from bench.running.store import Job, Stage
from faces import packed
from faces.common.files import sha256
from faces.equalize import equalize
from faces.manifest import Manifest
from generators.method import Comparison, OwnSettings, Variant
from generators.settings import GeneratorSettings, Spectra
from reports.material import Difference

PEOPLE = tuple(f"{number:03}" for number in range(20))
ONLY_VIS, ONLY_NIR = PEOPLE[3], PEOPLE[19]
VIS, NIR, TRUE, PHOTOGRAPH = 0, 60, 120, 180  # grey levels: these plus the row
FAKE = {"A": 1, "B": 2}  # and of fakes, times ten, plus the place among them


class Nothing(BaseModel):
    pass


@versions.stage(version=1)
def nothing(job: Job) -> None:
    pass


def stage(name: str, **inputs: Stage) -> Stage:
    return Stage(name, nothing, Nothing(), inputs)


def translator(name: str, equalize: Spectra, compare_with: Comparison | None = None) -> Variant:
    """Return a translator with the attributes that the grids need."""
    return Variant(name, "", OwnSettings, print, equalize=equalize, compare_with=compare_with)


@pytest.fixture
def plan() -> Plan:
    seeds = Repeat(4), Repeat(5)
    return Plan(
        stage("align", images=stage("render")), (0, 0), GeneratorSettings(steps=1),
        {None: stage("split")}, {},
        variants={name: translator(name, see) for name, see in (("A", "none"), ("B", "vis"))},
        fakes={(name, seed): stage(f"fakes:{name}:{seed}") for name in "AB" for seed in seeds},
        scores={("real", seed): stage(f"score:{seed}") for seed in seeds},
    )  # fmt: skip


@pytest.fixture
def split() -> pd.DataFrame:
    """Return a split of two images of each person and spectrum, the later shot first.

    Two people lack a spectrum.
    """
    lines = [
        {"part": "train", "spectrum": spectrum, "subject": who, "shot": shot, "found": True,
         "source": f"{spectrum}/{who}-{shot}.png"}
        for spectrum, without in (("VIS", ONLY_NIR), ("NIR", ONLY_VIS))
        for who in PEOPLE
        if who != without
        for shot in ("1", "0")
    ]  # fmt: skip
    table = pd.DataFrame(lines)
    return table.assign(row=table.groupby("spectrum").cumcount())


@pytest.fixture
def store(plan, split, tmp_path) -> Path:
    folder = plan.split.folder(tmp_path)
    folder.mkdir()
    split.to_csv(folder / "split.csv", index=False)
    aligned, rendered = plan.aligned.folder(tmp_path), plan.aligned.inputs["images"]
    vis = split[split["spectrum"] == "VIS"]
    write(aligned / "VIS", VIS, vis, channels=3)
    write(aligned / "NIR", NIR, split[split["spectrum"] == "NIR"])
    write(aligned / "NIR-true", TRUE, vis)
    write(rendered.folder(tmp_path) / "VIS", PHOTOGRAPH, vis, channels=3)
    for score in plan.scores.values():  # nobody was scored, so there are no worst cases
        score.folder(tmp_path).mkdir()
        head = "protocol,metric,probe,subject,value\n"
        (score.folder(tmp_path) / "outcomes.csv").write_text(head)
    for (name, seed), fakes in plan.fakes.items():
        index = vis.assign(source=vis["row"].astype(str)).iloc[::-1]  # in an order of their own
        write(fakes.folder(tmp_path), 10 * FAKE[name] + 100 * (seed.seed - 4), index)
    return tmp_path


def write(folder: Path, start: int, lines: pd.DataFrame, channels: int = 1) -> None:
    """Write a packed folder whose image i has the grey level start + i everywhere."""
    levels = (start + np.arange(len(lines)))[:, None, None, None].astype(np.uint8)
    packed.write(folder, np.broadcast_to(levels, (len(lines), 8, 8, channels)).copy(), lines)


def levels(column: packed.Packed) -> list[int]:
    assert all(len(np.unique(image)) == 1 for image in column.images)
    return [int(image.flat[0]) for image in column.images]


def test_people_with_both_spectra_are_spread_evenly_and_shown_by_their_first_shot(plan, store):
    grid = next(grids.draw(plan, store))
    assert list(grid.columns) == ["VIS", "equalized", "A", "B", "NIR", "NIR-true"]
    known = [who for who in PEOPLE if who not in (ONLY_VIS, ONLY_NIR)]
    wanted = [known[round(place * (len(known) - 1) / 7)] for place in range(grids.PEOPLE)]
    for column in grid.columns.values():
        assert column.index["subject"].tolist() == wanted
        assert set(column.index["shot"].astype(str)) == {"0"}


def test_each_cell_is_the_image_that_its_column_promises(plan, split, store):
    grid = next(grids.draw(plan, store))
    first = split[split["shot"] == "0"].set_index(["spectrum", "subject"])["row"]
    people = grid.columns["VIS"].index["subject"]
    vis, nir = ([first[spectrum, who] for who in people] for spectrum in ("VIS", "NIR"))
    last = (split["spectrum"] == "VIS").sum() - 1  # fakes lie in the reverse order
    assert levels(grid.columns["VIS"]) == [VIS + row for row in vis]
    assert levels(grid.columns["NIR"]) == [NIR + row for row in nir]
    assert levels(grid.columns["NIR-true"]) == [TRUE + row for row in vis]
    for name in "AB":  # of the first seed
        assert levels(grid.columns[name]) == [10 * FAKE[name] + last - row for row in vis]
    for plain, equal in zip(
        grid.columns["VIS"].images, grid.columns["equalized"].images, strict=True
    ):
        assert (equal == equalize(np.asarray(plain))).all()


def test_rendered_photographs_stand_beside_their_crops(plan, store):
    *_, grid = grids.draw(plan, store)
    assert list(grid.columns) == ["photograph", "aligned", "equalized"]
    rows = np.subtract(levels(grid.columns["aligned"]), VIS)
    assert levels(grid.columns["photograph"]) == (PHOTOGRAPH + rows).tolist()


def test_photographs_of_a_data_set_are_shown_while_they_are_what_was_read(plan, split, store):
    root = store / "photographs"
    (root / "VIS").mkdir(parents=True)
    vis = split[split["spectrum"] == "VIS"]
    for source, row in vis[["source", "row"]].itertuples(index=False):
        Image.new("RGB", (30, 20), (int(row), 0, 0)).save(root / source)
    hashes = [sha256(root / source) for source in vis["source"]]
    images = pd.DataFrame({"source": vis["source"], "sha256": hashes})
    data = DataSet(Manifest("folders", root, images, pd.DataFrame()), {})
    *_, grid = grids.draw(plan, store, data)
    reds = [image[grids.PHOTOGRAPH_PX // 2, grids.PHOTOGRAPH_PX // 2, 0]
            for image in grid.columns["photograph"].images]  # fmt: skip
    assert reds == [level - VIS for level in levels(grid.columns["aligned"])]
    (root / vis["source"].iloc[1]).write_bytes(b"another picture")  # of the first person shown
    *_, grid = grids.draw(plan, store, data)
    assert list(grid.columns) == ["aligned", "equalized"]


def test_without_a_person_in_both_spectra_there_is_nothing_to_show(plan, split, store):
    alone = split[split["spectrum"] == "VIS"]
    alone.to_csv(plan.split.folder(store) / "split.csv", index=False)
    assert list(grids.draw(plan, store)) == []


def test_a_translator_is_shown_beside_the_one_it_names_where_that_is_there_too(plan, store):
    assert next(grids.draw(plan, store)).differences == ()
    for other, expected in (("A", [Difference("A", "B", "What is new")]), ("Z", [])):
        later = translator("B", "vis", Comparison(other, "What is new"))
        changed = replace(plan, variants=plan.variants | {"B": later})
        assert list(next(grids.draw(changed, store)).differences) == expected


@pytest.mark.parametrize(
    ("seen", "asked", "words"),
    [
        (("none", "vis"), "variant", "given to B."),
        (("both", "vis"), "variant", "given to A and B."),
        (("none", "none"), "vis", "given to A and B."),
        (("nir", "none"), "variant", None),
        (("none", "vis"), "none", None),
    ],
)
def test_equalized_images_are_shown_where_a_translator_sees_them(
    plan, store, *, seen, asked, words
):
    variants = {name: translator(name, see) for name, see in zip("AB", seen, strict=True)}
    longest = GeneratorSettings(steps=1, equalize=asked)
    first, *_, last = grids.draw(replace(plan, variants=variants, longest=longest), store)
    assert ("equalized" in first.columns) == ("equalized" in last.columns) == (words is not None)
    assert last.caption.endswith(words or "at fixed places.")


@pytest.mark.parametrize("shape", [(10, 40), (40, 10), (33, 33), (1000, 700)])
def test_a_thumbnail_shows_the_whole_photograph_in_the_middle(shape):
    small = grids.thumbnail(np.full((*shape, 3), 250, np.uint8))
    assert small.shape == (grids.PHOTOGRAPH_PX, grids.PHOTOGRAPH_PX, 3)
    shown = (small == 250).all(2)
    height, width = shown.any(1).sum(), shown.any(0).sum()
    assert max(height, width) == grids.PHOTOGRAPH_PX
    assert abs(height / width - shape[0] / shape[1]) < 0.02 * shape[0] / shape[1] + 2 / width
    assert (small[~shown] == 128).all()
    assert np.abs(shown.astype(int) - shown[::-1, ::-1]).sum() <= 2 * grids.PHOTOGRAPH_PX
