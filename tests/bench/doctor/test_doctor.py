"""`bench doctor` as a person meets it: what it finds in good and in spoilt data sets."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from bench.commands.doctor import doctor
from bench.doctor import sheet
from faces import testbed
from faces.common.errors import DataError, UsageError
from faces.testbed.layouts import names as layouts_written
from faces.testbed.mess import READABLE

PEOPLE, SIDE_PX, SAMPLE = 6, 112, 20
FITTING = ("--set", 'variants=["A", "B"]', "--set", "data.unseen_subjects=2")  # C needs a download
FOLD = ("--protocol", "casia-view2", "--fold", "1")


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    """Keep the read trees in a cache for the next tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def call(cache, tmp_path, monkeypatch) -> Callable[..., Result]:
    """Call the command in an empty folder, without a network."""
    monkeypatch.chdir(tmp_path)
    variables = {"BENCH_CACHE": str(cache), "BENCH_OFFLINE": "1", "COLUMNS": "120", "NO_COLOR": "1"}

    def invoke(*arguments: object, **changed: str) -> Result:
        options = [*FITTING, "--set", "data.workers=1", *map(str, arguments)]
        return CliRunner().invoke(doctor, options, env=variables | changed)

    return invoke


def write(root: Path, layout: str = "casia") -> pd.DataFrame:
    counts = {"vis_per_subject": (4, 5), "nir_per_subject": (4, 5)}
    return testbed.write(root, layout, PEOPLE, **counts, side_px=SIDE_PX)


def write_small(root: Path, layout: str, mess: bool = False) -> pd.DataFrame:
    """Write few faces, as small as can still be found."""
    counts = {"vis_per_subject": (2, 2), "nir_per_subject": (2, 2)}
    return testbed.write(root, layout, 4, **counts, side_px=96, mess=mess)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory) -> tuple[Path, pd.DataFrame]:
    """Return a tree in the CASIA layout without a mistake, and the table of its files."""
    root = tmp_path_factory.mktemp("healthy") / "root"
    return root, write(root)


@pytest.fixture
def spoilt(healthy, tmp_path) -> Path:
    """Return a copy of the tree, to be spoilt."""
    return shutil.copytree(healthy[0], tmp_path / "spoilt", symlinks=True)


def numbers(output: str, label: str) -> list[int]:
    """Return the numbers behind the label of a table's row."""
    [line] = [line for line in output.splitlines() if line.startswith(f"  {label}  ")]
    return list(map(int, re.findall(r"\d+", line.removeprefix(f"  {label}"))))


def advice(output: str) -> str:
    return output.partition("What to do")[2]


def test_without_data_it_describes_machine_packages_and_weights(call):
    done = call()
    assert done.exit_code == 0, done.output
    for words in ("cores usable", "memory", "GPU", "torch 2.", "dlib-face", "free", "all is well"):
        assert words in done.output
    assert not list(Path.cwd().iterdir())


def test_a_healthy_tree(call, healthy):
    root, truth = healthy
    done = call("--data", f"casia:{root}", "--sample", SAMPLE)
    assert done.exit_code == 0, done.output
    counted = [int((truth["spectrum"] == spectrum).sum()) for spectrum in ("VIS", "NIR")]
    assert numbers(done.output, "images") == counted
    assert numbers(done.output, "people") == [PEOPLE, PEOPLE]
    assert numbers(done.output, "images looked at") == [SAMPLE, SAMPLE]
    for session in sorted(set(truth["session"])):
        own = truth[truth["session"] == session]["spectrum"]
        assert numbers(done.output, f"session {session}") == [
            (own == "VIS").sum(),
            (own == "NIR").sum(),
        ]
    shipped = [
        int(root.joinpath(source).with_suffix(".pos").exists()) for source in truth["source"]
    ]
    assert sum(numbers(done.output, "with eye positions")) == sum(shipped)
    for protocol in ("subjects", "casia-view1", *(f"casia-view2 {fold}" for fold in range(1, 11))):
        assert re.search(rf"^  {protocol} .*works *$", done.output, re.MULTILINE)
    assert "all is well" in advice(done.output)


def test_the_contact_sheet_has_32_crops(call, healthy, tmp_path):
    out = tmp_path / "sheets"
    done = call("--data", f"casia:{healthy[0]}", "--sample", SAMPLE, "--out", out, *FOLD)
    assert done.exit_code == 0, done.output
    assert str(out / "doctor-casia.png") in done.output
    picture = np.asarray(Image.open(out / "doctor-casia.png").convert("RGB")).astype(int)
    crops = {
        (spectrum, number): picture[y : y + sheet.CROP_PX, x : x + sheet.CROP_PX]
        for spectrum in ("VIS", "NIR")
        for number in range(sheet.MOST)
        for x, y in [sheet.place(spectrum, number)]
    }
    assert len(crops) == 32
    assert len({crop.tobytes() for crop in crops.values()}) == 32
    for (spectrum, number), crop in crops.items():
        assert crop.shape == (sheet.CROP_PX, sheet.CROP_PX, 3)
        assert crop.std() > 10, (spectrum, number)
        grey = (crop == crop[..., :1]).all()
        assert grey == (spectrum == "NIR")
        picture[crop_of(spectrum, number)] = 255
    ink = (picture.min(axis=2) < 255).mean()
    assert 0 < ink < 0.05  # nothing is left but the labels


def crop_of(spectrum: str, number: int) -> tuple[slice, slice]:
    x, y = sheet.place(spectrum, number)
    return slice(y, y + sheet.CROP_PX), slice(x, x + sheet.CROP_PX)


def list_of(root: Path, name: str) -> tuple[Path, list[str]]:
    path = root / "protocols" / name
    return path, path.read_text().split()


def on_disk(root: Path, line: str) -> Path:
    return root / line.replace("\\", "/")


def check(call, root: Path, *options: object) -> Result:
    return call("--data", f"casia:{root}", "--sample", 1, *options)


def test_a_missing_gallery_image_is_named_once_for_all_folds(call, spoilt):
    _, lines = list_of(spoilt, "vis_gallery_1.txt")
    on_disk(spoilt, lines[0]).unlink()
    done = check(call, spoilt)
    assert done.exit_code == 3, done.output
    [stop] = [line for line in advice(done.output).splitlines() if "stops a run" in line]
    assert stop.count(f"{lines[0]}: no such image (protocols/vis_gallery_") == 1
    assert re.search(r"^  casia-view2 1 .* 1 +fails *$", done.output, re.MULTILINE)
    allowed = check(call, spoilt, *FOLD, "--allow-missing")
    assert allowed.exit_code == 0, allowed.output
    assert lines[0] in advice(allowed.output)


def test_a_missing_training_image_stops_nothing(call, spoilt):
    _, lines = list_of(spoilt, "nir_train_1.txt")
    on_disk(spoilt, lines[0]).unlink()
    done = check(call, spoilt, *FOLD)
    assert done.exit_code == 0, done.output
    assert lines[0] in advice(done.output)


def test_a_list_line_of_the_wrong_spectrum(call, spoilt):
    path, lines = list_of(spoilt, "nir_probe_1.txt")
    culprit = list_of(spoilt, "vis_gallery_1.txt")[1][0]
    path.write_text("\n".join([*lines, culprit]))
    done = check(call, spoilt, *FOLD)
    assert done.exit_code == 3, done.output
    assert f"{culprit}: wrong spectrum (protocols/nir_probe_1.txt)" in advice(done.output)


def test_a_subject_in_training_and_test(call, spoilt):
    path, lines = list_of(spoilt, "vis_train_1.txt")
    culprit = list_of(spoilt, "vis_gallery_1.txt")[1][0]
    path.write_text("\n".join([*lines, culprit]))
    done = check(call, spoilt, *FOLD)
    assert done.exit_code == 3, done.output
    assert re.search(rf"trained on and tested.*{culprit.split(chr(92))[2]}", advice(done.output))


def test_the_same_bytes_on_both_sides(call, spoilt):
    train, gallery = (
        on_disk(spoilt, list_of(spoilt, f"{name}_1.txt")[1][0])
        for name in ("vis_train", "vis_gallery")
    )
    train.write_bytes(gallery.read_bytes())
    done = check(call, spoilt, *FOLD)
    assert done.exit_code == 3, done.output
    stop, note = (
        next(line for line in advice(done.output).splitlines() if words in line)
        for words in ("both trained on and tested", "under different people")
    )
    for line in (stop, note):
        for path in (train, gallery):
            assert path.relative_to(spoilt).as_posix() in line
            assert path.parent.name in line


def test_a_leak_hides_no_missing_image(call, spoilt):
    path, lines = list_of(spoilt, "vis_train_1.txt")
    gallery = list_of(spoilt, "vis_gallery_1.txt")[1]
    path.write_text("\n".join([*lines, gallery[0]]))
    on_disk(spoilt, gallery[1]).unlink()
    done = check(call, spoilt, *FOLD)
    assert done.exit_code == 3, done.output
    assert gallery[1] in advice(done.output)
    assert gallery[0].split("\\")[2] in advice(done.output)


def test_more_unseen_people_than_there_are(call, healthy):
    done = check(call, healthy[0], "--protocol", "subjects", "--set", "data.unseen_subjects=60")
    assert done.exit_code == 3, done.output
    assert f"data.unseen_subjects = 60 of {PEOPLE}" in advice(done.output)


def test_a_spectrum_without_an_image(call, spoilt):
    for folder in spoilt.glob("s?/NIR"):
        shutil.rmtree(folder)
    done = check(call, spoilt)
    assert done.exit_code == 3, done.output
    assert "no readable NIR image" in advice(done.output)


def spectrum_files(root: Path, spectrum: str) -> list[Path]:
    return sorted(path for path in root.glob(f"s?/{spectrum}/*/*") if path.suffix != ".pos")


def test_exchanged_spectra_are_suspected_and_stop_nothing(call, spoilt):
    for session in spoilt.glob("s?"):
        (session / "NIR").rename(session / "other")
        (session / "VIS").rename(session / "NIR")
        (session / "other").rename(session / "VIS")
    shutil.rmtree(spoilt / "protocols")
    done = call("--data", f"casia:{spoilt}", "--sample", 8, "--protocol", "subjects")
    assert done.exit_code == 0, done.output
    [line] = [line for line in advice(done.output).splitlines() if "look exchanged" in line]
    assert "note: " in line
    assert "8 of 8 NIR images have colours, and 0 of 8 VIS images" in line
    assert re.search(r"^  in colour +0 of 8 +8 of 8 *$", done.output, re.MULTILINE)


def test_single_images_of_the_other_spectrum_are_named(call, spoilt):
    vis, nir = (spectrum_files(spoilt, spectrum)[0] for spectrum in ("VIS", "NIR"))
    vis.write_bytes(nir.read_bytes())
    nir.write_bytes(spectrum_files(spoilt, "VIS")[-1].read_bytes())
    done = call("--data", f"casia:{spoilt}", "--sample", 400, *FOLD)
    lines = advice(done.output).splitlines()
    for words, path in (("NIR images have colours", nir), ("VIS images are grey", vis)):
        [line] = [line for line in lines if words in line]
        assert "1 of " in line
        assert path.relative_to(spoilt).as_posix() in line
    [line] = [line for line in lines if "the same bytes as VIS and as NIR" in line]
    assert nir.relative_to(spoilt).as_posix() in line


def test_a_data_set_with_grey_vis_images_is_in_order(call, spoilt):
    for path in spectrum_files(spoilt, "VIS"):
        Image.open(path).convert("L").convert("RGB").save(path, quality=90)
    done = call("--data", f"casia:{spoilt}", "--sample", 8, *FOLD)
    assert done.exit_code == 0, done.output
    assert "all is well" in advice(done.output)


def test_photographs_with_several_faces_are_counted(call, spoilt):
    crowded = spectrum_files(spoilt, "NIR")[:2]
    for path in crowded:
        image = np.asarray(Image.open(path))
        Image.fromarray(np.hstack([image, image[:, ::-1]])).save(path)
        path.with_suffix(".pos").unlink(missing_ok=True)
    done = call("--data", f"casia:{spoilt}", "--sample", 400, *FOLD)
    assert done.exit_code == 0, done.output
    [line] = [line for line in advice(done.output).splitlines() if "several faces" in line]
    shipped = sum(numbers(done.output, "eyes shipped"))
    assert shipped
    searched = sum(numbers(done.output, "images looked at")) - shipped
    assert f"2 of {searched} searched photographs show several faces" in line
    for path in crowded:
        assert f"{path.relative_to(spoilt).as_posix()} (2)" in line


def test_eye_positions_that_cannot_be_right_are_counted_by_fault(call, spoilt):
    near, outside = spectrum_files(spoilt, "NIR")[:3], spectrum_files(spoilt, "VIS")[:2]
    for path in near:
        path.with_suffix(".pos").write_text("50 50 51 50")
    for path in outside:
        path.with_suffix(".pos").write_text("50 50 5000 50")
    done = check(call, spoilt, *FOLD)
    assert done.exit_code == 0, done.output
    for number, fault, first in ((3, "less than 7 pixels apart", near[0]),
                                 (2, "outside the image", outside[0])):  # fmt: skip
        [line] = [line for line in advice(done.output).splitlines() if fault in line]
        assert f"eye positions of {number} images" in line
        assert first.relative_to(spoilt).as_posix() in line


def test_a_spectrum_without_a_face(call, spoilt):
    for path in spoilt.glob("s?/NIR/*/*.bmp"):
        noise = np.random.default_rng(len(str(path))).integers(0, 256, (40, 40), np.uint8)
        Image.fromarray(noise).save(path)
        path.with_suffix(".pos").unlink(missing_ok=True)
    done = call("--data", f"casia:{spoilt}", "--sample", 2, *FOLD)
    assert done.exit_code == 3, done.output
    assert "no face found in any of 2 NIR images" in advice(done.output)


def test_refused_files_are_counted_by_reason_and_stop_nothing(call, tmp_path):
    truth = write_small(tmp_path / "mess", "casia", mess=True)
    done = check(call, tmp_path / "mess", *FOLD)
    assert done.exit_code == 0, done.output
    spoilt = truth[~truth["state"].isin(READABLE)]
    refused = re.findall(r"^  refused +(\d+): (.*)$", done.output, re.MULTILINE)
    assert sum(int(number) for number, _ in refused) == len(spoilt)
    assert any("truncated" in reason for _, reason in refused)
    assert f"{len(spoilt)} files are not used" in advice(done.output)
    assert f"{len(truth)} found, {len(truth) - len(spoilt)} readable" in done.output


@pytest.mark.parametrize("layout", [name for name in layouts_written() if name != "casia"])
def test_every_other_layout(call, tmp_path, layout):
    write_small(tmp_path / "root", layout)
    done = call("--data", f"{layout}:{tmp_path / 'root'}", "--sample", 1)
    assert done.exit_code == 0, done.output
    assert (tmp_path / f"doctor-{layout}.png").exists()


ODD = ("[bold red]x[/]", "a\u202eb", "ü 人")


def test_names_are_shown_as_they_are_or_escaped(call, healthy, tmp_path):
    """One photograph under several odd names: each name is listed among the copies."""
    photograph = on_disk(healthy[0], list_of(healthy[0], "vis_gallery_1.txt")[1][0])
    for spectrum in ("VIS", "NIR"):
        for name in ODD:
            path = tmp_path / "root" / spectrum / name / "1.jpg"
            path.parent.mkdir(parents=True)
            shutil.copy(photograph, path)
    (tmp_path / "root" / "VIS" / "new\nline.jpg").touch()
    done = call("--data", f"folders:{tmp_path / 'root'}", "--sample", 1, COLUMNS="20")
    assert done.exit_code == 3, done.output
    assert "VIS/[bold red]x[/]/1.jpg" in done.output
    assert "a\\u202eb" in done.output
    assert "VIS/ü 人/1.jpg" in done.output
    assert all(letter.isprintable() or letter == "\n" for letter in done.output)


def test_likely_twins_are_named_once_beside_whom_the_protocol_leaves_out(call, tmp_path):
    write(tmp_path / "root", "folders")
    for spectrum, name in {"VIS": "Zo\u00e9", "NIR": "Zoe\u0301"}.items():
        (tmp_path / "root" / spectrum / "person 01").rename(tmp_path / "root" / spectrum / name)
    done = call("--data", f"folders:{tmp_path / 'root'}", "--sample", 1)
    told = "VIS/Zo\u00e9 and NIR/Zoe\u0301 (other accents) look like one person"
    assert f"note: {told}; spell the names alike" in advice(done.output)
    assert re.search(
        f"left out for want of a face in one spectrum: .*; {re.escape(told)}", done.output
    )
    assert done.output.count(told) == 2


def test_a_needed_weight_that_cannot_be_fetched(call):
    wanted = ("--set", "recognizer.weights=casia-webface")
    offline, online = call(*wanted), call(*wanted, BENCH_OFFLINE="")
    assert (offline.exit_code, online.exit_code) == (4, 0), offline.output
    for done in (offline, online):
        assert "bench fetch casia-webface" in advice(done.output)
        assert "20180408-102900-casia-webface.pt from https://" in advice(done.output)
        assert "weights/20180408-102900-casia-webface.pt" in advice(done.output)


def test_of_data_and_weights_the_data_decide(call, healthy):
    wrong = ("--set", "recognizer.weights=casia-webface", "--set", "data.unseen_subjects=60")
    done = check(call, healthy[0], *wrong)
    assert done.exit_code == 3, done.output
    assert advice(done.output).count("stops a run") == 2


def test_a_preset_whose_data_set_is_not_given(call):
    done = call("--preset", "paper")
    assert done.exit_code == 4, done.output
    assert "needed by paper" in done.output
    assert "Data set" not in done.output


@pytest.mark.parametrize(
    ("arguments", "error_class", "words"),
    [
        (("--data", "casia:nowhere"), DataError, "nowhere: no such folder"),
        (("--data", "casja:."), UsageError, "casja"),
        (("--data", "casia:.", "--protocol", "casia-view3"), UsageError, "casia-view"),
        (("--data", "casia:.", "--out", "/dev/null/x"), UsageError, "--out /dev/null/x"),
        (("--protocol", "casia-view2"), UsageError, "--data casia:PATH"),
        (("--fold", "x"), UsageError, "--fold x"),
    ],
)
def test_errors_are_one_line(call, arguments, error_class, words):
    error = call(*arguments).exception
    assert isinstance(error, error_class)
    assert words in str(error)
    assert "\n" not in str(error)
