"""The pure parts of `bench doctor`, each against an independent reference or a property."""

import io

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from PIL import Image
from rich.console import Console

from bench import weights
from bench.commands.list import list_
from bench.doctor import images, machine, packages, page, storage
from bench.doctor.light import is_coloured
from bench.doctor.page import Problem, Section
from faces import layouts, protocols

NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=4).map(
    lambda numbers: ".".join(map(str, numbers))
)
SIGNS = st.sampled_from([">=", "<=", "==", "<", ">"])


@given(NUMBERS, st.lists(st.tuples(SIGNS, NUMBERS), max_size=3), st.booleans())
def test_versions_compare_as_the_standard_says(version, bounds, local):
    specifiers = ",".join(sign + bound for sign, bound in bounds)
    expected = SpecifierSet(specifiers).contains(version)
    spelt = version + "+cpu" * local
    assert packages.fits(spelt, f"name ({specifiers})") == expected


@pytest.mark.parametrize("requirement", ["pillow (!=8.3.*,>=5.3.0)", "numpy", "numpy ==2.*"])
def test_what_is_not_understood_is_no_conflict(requirement):
    assert packages.fits("13.0.0", requirement)
    assert packages.fits("unknown", requirement)


def test_a_torchvision_for_another_torch_is_told():
    installed = {"torch": "2.14.0+cu130", "torchvision": "0.28.0", "numpy": "2.4"}
    demands = {"torchvision": {"torch": "torch==2.13.0", "numpy": "numpy", "pillow": "pillow>=99"}}
    [problem] = packages.conflicts(installed, demands)
    assert "torchvision 0.28.0 asks for torch==2.13.0, and torch is 2.14.0+cu130" in problem.text
    assert not packages.conflicts(installed | {"torch": "2.13.0+cpu"}, demands)


def test_missing_and_old_packages_are_told_with_a_command():
    wanted = {"dlib-bin": "dlib-bin>=20.0", "facenet-pytorch": "facenet-pytorch<2.6,>=2.5.3"}
    missing, other = packages.lacking(wanted, {"facenet-pytorch": "2.6.0"})
    assert missing.exit_code == 4
    assert 'pip install "dlib-bin>=20.0"' in missing.text
    assert other.exit_code == 0
    assert "facenet-pytorch is 2.6.0" in other.text


def test_this_environment_is_in_order():
    section = packages.section()
    assert not [problem for problem in section.problems if problem.exit_code]
    assert "torch " in " ".join(text for _, text in section.entries)


@pytest.mark.parametrize(
    ("text", "cores"), [("max 100000\n", None), ("250000 100000", 2.5), ("", None), ("x", None)]
)
def test_core_limits(text, cores):
    assert machine.core_limit(text) == cores


def shown(sections: list[Section], width: int, encoding: str = "utf-8") -> tuple[int, str]:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    code = page.show(sections, Console(file=file, width=width, emoji=False))
    file.flush()
    return code, raw.getvalue().decode(encoding)


@given(st.text(max_size=60), st.integers(10, 120), st.sampled_from(["utf-8", "ascii"]))
def test_any_text_is_shown_without_harm(text, width, encoding):
    section = Section(text, [(text, text)], [("a", "b"), (text, text)], [Problem(text)])
    code, output = shown([section], width, encoding)
    assert code == 0
    assert all(letter.isprintable() or letter == "\n" for letter in output)
    if text.isprintable() and text.isascii():
        assert f"note: {text}" in output


@given(st.lists(st.sampled_from([0, 3, 4])))
def test_the_exit_code_is_the_worst_and_what_stops_a_run_comes_first(codes):
    code, output = shown([Section("", problems=[Problem("x", code) for code in codes])], 80)
    assert code == (3 if 3 in codes else 4 if 4 in codes else 0)
    lines = [line for line in output.splitlines() if line.endswith("x")]
    assert len(lines) == len(codes)
    assert sorted(lines, key=lambda line: "stops a run" not in line) == lines


def test_reasons_count_every_file_once():
    reasons = ["truncated"] * 3 + [
        f"the same shot as {k}/x.bmp, with other bytes" for k in range(5)
    ]
    reasons += [f"reason {k}" for k in range(30)]
    refused = pd.DataFrame({"source": map(str, range(len(reasons))), "reason": reasons})
    lines = images.reasons(refused)
    assert lines[:2] == ["5: the same shot as another, with other bytes (3)", "3: truncated (0)"]
    assert sum(int(line.partition(":")[0]) for line in lines) == len(reasons)
    assert not images.reasons(refused[:0])


def test_the_size_of_a_folder(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(bytes(1000))
    (tmp_path / "d").write_bytes(bytes(24))
    (tmp_path / "gone").symlink_to("nowhere")
    assert storage.size_bytes(tmp_path) == 1024 + len("nowhere")
    assert storage.size_bytes(tmp_path / "none") == 0
    assert storage.nearest_existing(tmp_path / "none" / "none") == tmp_path


def listed(topic: str, **environment: str) -> str:
    done = CliRunner().invoke(list_, [topic], env={"COLUMNS": "300"} | environment)
    assert done.exit_code == 0, done.output
    return done.output


def test_lists_name_every_data_set_and_protocol():
    data, tried = listed("data"), listed("protocols")
    assert "synthetic" in data
    for name in layouts.names():
        assert f"{name}:PATH" in data
        assert layouts.get(name).description in data
    for name in protocols.names():
        assert name in tried
        assert protocols.get(name).description in tried


def test_the_list_of_weights_says_how_each_stands(tmp_path):
    lines = listed("weights", BENCH_CACHE=str(tmp_path)).splitlines()
    names = [status.name for status in weights.report(tmp_path)]
    for status in weights.report(tmp_path):
        first = lines.index(status.name)
        entry = []
        for line in lines[first + 1 :]:
            if line in names:
                break
            entry.append(line.strip())
        assert f"state: {status.state}" in entry
        assert any(line.endswith(status.place.name) for line in entry)
        assert status.note in entry or not status.note


@pytest.mark.parametrize("quality", [60, 95])
@pytest.mark.parametrize("level", [12, 60, 200])
def test_grey_has_no_colours_whatever_its_file_is(level, quality):
    """Noise of any brightness, stored as RGB in a JPEG; a face in that light has some."""
    rng = np.random.default_rng(level)
    grey = rng.integers(0, 2 * level if level < 128 else 256, (64, 64)).astype(np.uint8)
    stored = io.BytesIO()
    Image.fromarray(np.dstack([grey] * 3)).save(stored, "JPEG", quality=quality)
    assert not is_coloured(np.asarray(Image.open(stored)))
    assert not is_coloured(grey[..., None])
    dark = (grey // 16)[..., None] + rng.integers(0, 2, (64, 64, 3)).astype(np.uint8)
    assert not is_coloured(dark)  # noise of a colour sensor in the dark
    skin = np.multiply.outer(grey, [1.0, 0.8, 0.65]).astype(np.uint8)
    assert is_coloured(skin)
