"""Tests that packed folders have the same bytes with any number of workers or interruptions."""

import numpy as np
import pytest

from faces import packed
from faces.common.errors import UsageError
from faces.synthetic import render
from faces.synthetic.people import render_people

SIDE = 32
SUBJECTS = [4, 0, 17]
NUMBERS = {"vis_per_subject": 2, "nir_per_subject": 1, "side_px": SIDE}


class Killed(BaseException):
    """An error in place of a signal that ends the process."""


def rendered(out, subjects=SUBJECTS, workers=1, pairs=True, **options):
    render_people(out, subjects, pairs=pairs, workers=workers, **NUMBERS | options)
    return {p.relative_to(out): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One uninterrupted rendering: its folder and its files."""
    out = tmp_path_factory.mktemp("people") / "out"
    return out, rendered(out)


def test_rows_are_the_images_of_render(whole):
    for folder, spectrum in {
        "VIS": "VIS",
        "NIR": "NIR",
        "NIR-true": "NIR",
        "NIR-clean": "NIR-clean",
    }.items():
        people = packed.read(whole[0] / folder)
        assert list(people.index.columns) == ["subject", "spectrum", "shot"]
        assert set(people.index.spectrum) == {spectrum[:3]}
        for image, row in zip(people.images, people.index.itertuples(), strict=True):
            np.testing.assert_array_equal(
                image, render(int(row.subject), int(row.shot), spectrum, SIDE)
            )


def test_indexes(whole):
    vis, nir, true, clean = (
        packed.read(whole[0] / name).index for name in ("VIS", "NIR", "NIR-true", "NIR-clean")
    )
    assert list(vis.subject) == ["00004", "00004", "00000", "00000", "00017", "00017"]
    assert list(vis.shot) == ["0", "1"] * 3
    assert list(nir.subject) == ["00004", "00000", "00017"]
    assert set(nir.shot) == {"500"}
    for parallel in (true, clean):
        assert (parallel.subject == vis.subject).all()
        assert (parallel.shot == vis.shot).all()


def test_workers_do_not_change_a_byte(whole, tmp_path):
    counts = []
    files = rendered(tmp_path / "a", workers=2, progress=lambda done, *_: counts.append(done))
    assert files == whole[1]
    assert counts == sorted(counts)
    assert counts[-1] == 21


@pytest.mark.parametrize("images", [7, 14])
def test_a_killed_rendering_goes_on_to_the_same_bytes(whole, tmp_path, images):
    def kill(done, total, values):
        if done >= images:
            raise Killed

    with pytest.raises(Killed):
        rendered(tmp_path / "out", progress=kill)
    assert (tmp_path / "out" / "done").exists()
    assert rendered(tmp_path / "out") == whole[1]


def test_finished_subjects_are_not_rendered_again(tmp_path):
    def kill(done, total, values):
        if done:
            raise Killed

    out = tmp_path / "out"
    with pytest.raises(Killed):
        rendered(out, progress=kill)
    assert sorted(marker.name for marker in (out / "done").iterdir()) == ["00004"]
    packed.open_for_writing(out / "VIS")[0] = 0
    rendered(out)
    images = packed.read(out / "VIS").images
    assert not images[0].any()
    assert images[2].any()


def test_a_finished_rendering_returns_at_once(whole):
    calls = []
    rendered(whole[0], progress=lambda *call: calls.append(call))
    assert calls == [(21, 21, {})]


def test_without_pairs_there_are_two_folders(tmp_path):
    files = rendered(tmp_path / "out", subjects=[1], pairs=False)
    assert {path.parts[0] for path in files} == {"VIS", "NIR", "request.json"}


def test_another_request_in_the_same_folder_is_refused(whole):
    with pytest.raises(UsageError, match="other rendered people"):
        rendered(whole[0], seed=1)


@pytest.mark.parametrize("subjects", [[], [1, 1], [-2]])
def test_impossible_subjects_are_refused(subjects, tmp_path):
    with pytest.raises(UsageError):
        rendered(tmp_path, subjects, pairs=False)
