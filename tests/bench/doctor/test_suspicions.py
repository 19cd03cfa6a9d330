"""What the doctor suspects of photographs: exchanged spectra, several faces, odd eye positions."""

import re
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from tests.bench.doctor.conftest import FOLD, advice, check, numbers


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
