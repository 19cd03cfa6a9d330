"""The doctor suspects aloud that dark images hold fewer bits than their files."""

import re

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from bench.commands.doctor import doctor
from bench.doctor import brightness
from bench.doctor.light import Light
from bench.doctor.sample import Seen


def seen(spectrum: str, *brightest: int) -> list[Seen]:
    return [shot(spectrum, str(number), value) for number, value in enumerate(brightest)]


def shot(spectrum: str, name: str, brightest: int) -> Seen:
    source, light = f"{spectrum}/anna/{name}.png", Light(brightest, 0.0, False)
    return Seen(spectrum, "anna", name, source, "none", crop=None, faces=0, light=light)


@pytest.mark.parametrize("bits", range(8, 15))
def test_the_bits_are_told_from_the_largest_value(bits):
    brightest = round((2**bits - 1) * 255 / 65535)
    [problem] = brightness.section(seen("NIR", brightest) + seen("VIS", 255)).problems
    assert f"the brightest NIR value among 1 sampled image is {brightest} of 255" in problem.text
    assert f"{bits}-bit values in 16-bit files" in problem.text
    assert "NIR/anna/0.png" in problem.text
    assert problem.exit_code == 0


def test_the_spectra_are_judged_apart_and_one_bright_image_hides_no_dark_one():
    section = brightness.section(seen("VIS", 12, 9, 200) + seen("NIR", 255, 190))
    [problem] = section.problems
    assert "brightest VIS value among 2 of 3 sampled images is 12 of 255" in problem.text
    assert section.entries == [
        ("VIS", "the brightest value is 200 of 255"),
        ("NIR", "the brightest value is 255 of 255"),
    ]


@pytest.mark.parametrize("values", [(), (255,), (65, 100)])
def test_nothing_is_suspected_of_other_images(values):
    assert not brightness.section(seen("NIR", *values)).problems


@pytest.mark.parametrize("dark_spectrum", ["VIS", "NIR"])
def test_twelve_bits_in_files_of_sixteen_are_suspected_on_the_page(
    tmp_path, monkeypatch, dark_spectrum
):
    rng = np.random.default_rng(0)
    for spectrum in ("VIS", "NIR"):
        largest = 4095 if spectrum == dark_spectrum else 65535
        for subject in ("anna", "bert", "cleo"):
            path = tmp_path / "set" / spectrum / subject / "1.png"
            path.parent.mkdir(parents=True)
            pixels = rng.integers(0, largest, (40, 40), endpoint=True).astype(np.uint16)
            pixels[0, 0] = largest
            Image.fromarray(pixels).save(path)
    monkeypatch.chdir(tmp_path)
    variables = {"BENCH_CACHE": str(tmp_path / "cache"), "BENCH_OFFLINE": "1", "COLUMNS": "120"}
    arguments = ["--data", f"folders:{tmp_path / 'set'}", "--set", "data.workers=1"]
    done = CliRunner().invoke(doctor, arguments, env=variables)
    notes = re.findall(r"note: (the brightest .*)", done.output)
    [note] = notes
    expected = f"the brightest {dark_spectrum} value among 3 sampled images is 16 of 255: "
    assert note.startswith(expected)
    assert "12-bit values" in note
