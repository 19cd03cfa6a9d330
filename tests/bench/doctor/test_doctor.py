"""`bench doctor` as a person meets it: what it finds in good and in spoilt data sets."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.doctor import sheet
from faces.common.errors import DataError, UsageError
from faces.testbed.layouts import names as layouts_written
from faces.testbed.mess import READABLE
from tests.bench.doctor.conftest import (
    FOLD,
    PEOPLE,
    SAMPLE,
    advice,
    check,
    numbers,
    write,
    write_small,
)


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
