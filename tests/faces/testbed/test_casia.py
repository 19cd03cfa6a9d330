"""Tests the peculiarities of CASIA NIR-VIS 2.0 that its readers have to handle."""

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faces import protocols, testbed
from faces.align import find_eyes
from faces.layouts import read
from faces.synthetic import render_with_truth
from faces.testbed.writer import FIRST_POPULATION
from tests.faces.testbed.conftest import SMALLEST_PX

LISTS = ("vis_train", "nir_train", "vis_gallery", "nir_probe")
VIEWS = ("dev", *map(str, range(1, 11)))


def lines(root: Path, name: str, view: str) -> list[str]:
    return (root / "protocols" / f"{name}_{view}.txt").read_bytes().decode().splitlines()


def subjects(listed: list[str]) -> set[str]:
    return {line.split("\\")[2] for line in listed}


def stem(path: str) -> str:
    return path.replace("\\", "/").rpartition(".")[0]


@pytest.mark.parametrize("messy", [False, True])
@pytest.mark.parametrize("view", VIEWS)
def test_lists_hold_all_images_of_two_halves_that_share_nobody(tree, messy, view):
    written = tree("casia", messy)
    listed = {name: lines(written.root, name, view) for name in LISTS}
    train, test = subjects(listed["nir_train"]), subjects(listed["nir_probe"])
    assert train | test == set(written.truth["subject"])
    assert not train & test
    assert abs(len(train) - len(test)) <= 1
    for name, who in (("vis_train", train), ("nir_train", train), ("nir_probe", test)):
        images = written.named(state="image", spectrum=name[:3].upper())
        expected = images[images["subject"].isin(who)]["source"]
        assert sorted(map(stem, listed[name])) == sorted(map(stem, expected))
    assert sorted(line.split("\\")[2] for line in listed["vis_gallery"]) == sorted(test)
    vis = set(map(stem, written.named(state="image", spectrum="VIS")["source"]))
    assert set(map(stem, listed["vis_gallery"])) <= vis


def test_lines_name_the_files_exactly_unless_there_is_mess(tree):
    for messy in (False, True):
        root = tree("casia", messy).root
        listed = [line for name in LISTS for view in VIEWS for line in lines(root, name, view)]
        there = [(root / line.replace("\\", "/")).exists() for line in listed]
        assert all(there) is not messy
        assert not any("/" in line for line in listed)


def test_lines_end_as_on_both_systems(tree):
    texts = [path.read_bytes() for path in (tree("casia").root / "protocols").iterdir()]
    with_return = [text.count(b"\r\n") / text.count(b"\n") for text in texts]
    assert len(texts) == len(LISTS) * len(VIEWS)
    assert min(with_return) == 0
    assert max(with_return) == 1
    assert any(0 < share < 1 for share in with_return)


def test_view_1_trains_on_people_whom_view_2_tests(tree):
    root = tree("casia").root
    train = subjects(lines(root, "nir_train", "dev"))
    tested = [subjects(lines(root, "nir_probe", view)) for view in VIEWS[1:]]
    assert train & tested[0]
    assert len(set(map(frozenset, tested))) > 1


@pytest.mark.parametrize("fold", range(1, 11))
def test_the_protocol_resolves_every_line_of_a_messy_tree(tree, fold, tmp_path):
    written = tree("casia", True)
    manifest = read("casia", written.root, tmp_path, workers=1)
    order = np.arange(len(manifest.images))
    images = manifest.images.assign(row=order, found=True)
    request = protocols.Request(fold, 0.5, {"VIS": 0, "NIR": 0}, seed=0)
    assignment = protocols.get("casia-view2").assign(images, written.root, request)
    assert assignment.unresolved.empty
    probes = assignment.parts[assignment.parts["part"] == "probe"]
    assert len(probes) == len(lines(written.root, "nir_probe", str(fold)))


def test_sessions_and_who_came_back(tree):
    truth = tree("casia").truth
    assert truth["subject"].str.fullmatch(r"[0-3]\d{4}").all()
    homes = "s" + (truth["subject"].str[0].astype(int) + 1).astype(str)
    assert set(homes) == set(truth["session"]) == {"s1", "s2", "s3", "s4"}
    sessions = truth.groupby("subject")["session"].agg(set)
    assert all(f"s{int(subject[0]) + 1}" in seen for subject, seen in sessions.items())
    assert (homes != truth["session"]).any()
    assert (sessions.map(len) == 1).any()
    assert sessions.map(len).max() == 2


def test_some_people_of_s2_have_lettered_nir_shots():
    place = testbed.layouts.get("casia").place
    shots = product(range(60), ("VIS", "NIR"), range(25))
    photos = [place(person, spectrum, number) for person, spectrum, number in shots]
    assert len({photo.source for photo in photos}) == len(photos)
    lettered = [photo for photo in photos if photo.shot.endswith("-B")]
    assert {(photo.spectrum, photo.session) for photo in lettered} == {("NIR", "s2")}
    assert all(re.fullmatch(r"s2-\d\d-B", photo.shot) for photo in lettered)
    others = [photo for photo in photos if photo not in lettered]
    assert all(re.fullmatch(r"s[1-4]-\d{3}", photo.shot) for photo in others)
    both = {photo.subject for photo in lettered} & {
        photo.subject
        for photo in others
        if (photo.spectrum, photo.session) == ("NIR", "s2") and photo.subject.startswith("1")
    }
    assert len(both) == 1  # as 10197
    assert 2 < len({photo.subject for photo in lettered}) < 10


def test_eye_files_tell_where_the_renderer_put_the_eyes(tree):
    """The rendered square is in the middle of the wider image, pixel by pixel."""
    root, truth = tree("casia").root, tree("casia").truth
    visits = truth.groupby("subject")["session"].nunique()
    left_first = set()
    for path in sorted(root.rglob("*.pos")):
        if visits[path.parent.name] > 1 or path.stem.endswith("-B"):
            continue  # whose shots are not counted in one row
        source = next(path.parent.glob(f"{path.stem}.[bj]*"))
        with Image.open(source) as image:
            pixels = np.asarray(image).reshape(image.height, image.width, -1)
        margin = (pixels.shape[1] - SMALLEST_PX) // 2
        square = pixels[:, margin : margin + SMALLEST_PX].astype(float)
        expected, rendered = self_rendered(path)
        if source.suffix == ".bmp":
            assert (rendered == square).all()
        else:
            assert np.abs(rendered - square).mean() < 12  # JPEG at so few pixels
        written = np.array(path.read_text().split(), float).reshape(2, 2)
        left_first.add(written[0, 0] < written[1, 0])
        by_x = written[written[:, 0].argsort()].ravel()  # too near to each other for the reader
        assert np.abs(by_x - expected - [margin, 0] * 2).max() < 0.06
    assert left_first == {True, False}


def self_rendered(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Render a subject's n-th shot: => eyes, pixels. Near-infrared shots are counted from 500."""
    person, spectrum = int(path.parent.name[1:]) - 1, path.parent.parent.name
    shot = int(path.stem) - 1 + (500 if spectrum == "NIR" else 0)
    image, eyes = render_with_truth(person, shot, spectrum, SMALLEST_PX, seed=FIRST_POPULATION)
    return eyes.reshape(-1), image


def test_eye_files_lie_beside_a_part_of_the_images(tree):
    written = tree("casia")
    stems = {stem(source) for source in written.truth["source"]}
    shipped = {stem(str(path.relative_to(written.root))) for path in written.root.rglob("*.pos")}
    assert shipped < stems
    assert len(shipped) > len(stems) / 10


def test_faces_are_found_at_the_eyes_that_are_shipped(tmp_path):
    testbed.write(tmp_path, "casia", 3, vis_per_subject=(2, 2), nir_per_subject=(2, 2), side_px=200)
    shipped = sorted(tmp_path.rglob("*.pos"))
    assert shipped
    for path in shipped:
        with Image.open(next(path.parent.glob(f"{path.stem}.[bj]*"))) as image:
            found = find_eyes(np.asarray(image).reshape(image.height, image.width, -1))
        eyes = np.array(path.read_text().split(), float).reshape(2, 2)
        eyes = eyes[eyes[:, 0].argsort()]
        assert found is not None
        assert np.abs(found - eyes).max() < 0.15 * np.hypot(*(eyes[1] - eyes[0]))


def test_who_lacks_a_spectrum_is_in_no_list(tmp_path):
    truth = testbed.write(
        tmp_path,
        "casia",
        8,
        vis_per_subject=(0, 1),
        nir_per_subject=(0, 2),
        side_px=SMALLEST_PX,
        seed=3,
    )
    both = truth.groupby("subject")["spectrum"].nunique() == 2
    assert both.nunique() == 2  # some have both, some lack one
    for view in VIEWS:
        listed = set().union(*(subjects(lines(tmp_path, name, view)) for name in LISTS))
        assert listed == set(both[both].index)
