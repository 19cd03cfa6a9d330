"""`bench faces` as a person meets it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.commands.faces import faces
from faces.common.errors import NirbenchError

SMALL = ("--subjects", "3", "--side-px", "16", "--nir-per-subject", "2-3")
MANY = ("--subjects", "30", "--side-px", "16", "--nir-per-subject", "1", "--vis-per-subject", "1")


def call(*arguments: object, workers: int = 1):
    options = [*map(str, arguments), "--workers", str(workers)]
    return CliRunner().invoke(faces, options, env={"COLUMNS": "120", "NO_COLOR": "1"})


def images(root: Path) -> dict[str, int]:
    suffixes = {"VIS": "*.jpg", "NIR": "*.bmp"}
    return {name: len(list(root.rglob(pattern))) for name, pattern in suffixes.items()}


def row(output: str, name: str) -> list[int]:
    [line] = [line for line in output.splitlines() if re.search(rf"\W{name}\W", line)]
    return list(map(int, re.findall(r"\d+", line.partition(name)[2])))


def test_it_prints_what_it_wrote_and_what_to_do_next(tmp_path):
    out = tmp_path / "twin"
    done = call(out, *SMALL, "--vis-per-subject", "2")
    assert done.exit_code == 0, done.output
    counts = images(out)
    assert counts["VIS"] == 6
    assert 6 <= counts["NIR"] <= 9
    assert row(done.output, "images") == [counts["VIS"], counts["NIR"]]
    assert row(done.output, "subjects") == [3, 3]
    assert done.output.splitlines()[-1] == f"Next: bench doctor --data casia:{out}"


def test_images_in_all(tmp_path):
    done = call(tmp_path, *SMALL, "--vis-per-subject", "1-4", "--images", "13")
    assert done.exit_code == 0, done.output
    assert sum(images(tmp_path).values()) == 13


def test_the_mess_is_counted_by_kind(tmp_path):
    done = call(tmp_path, *SMALL, "--mess", "--layout", "folders")
    assert done.exit_code == 0, done.output
    assert row(done.output, "cmyk") == [2, 0]
    assert row(done.output, "bomb-png") == [0, 2]


@pytest.mark.parametrize("text", ["", "x", "3-", "-3", "1-2-3", "2.5"])
def test_a_wrong_range_is_told(tmp_path, text):
    done = call(tmp_path / "out", f"--vis-per-subject={text}")
    assert done.exit_code == 2
    assert "3-8" in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [("--layout", "casja"), ("--subjects", 0), ("--vis-per-subject", "8-3")]
)
def test_impossible_settings_have_exit_code_2(tmp_path, arguments):
    error = call(tmp_path / "out", *arguments).exception
    assert isinstance(error, NirbenchError)
    assert error.exit_code == 2


def test_a_folder_in_use_is_refused(tmp_path):
    (tmp_path / "mine.txt").touch()
    error = call(tmp_path, *SMALL).exception
    assert isinstance(error, NirbenchError)
    assert error.exit_code == 2
    assert os.listdir(tmp_path) == ["mine.txt"]


HEARS_CTRL_C = """
import signal
from bench.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
main()
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Return the folder that an uninterrupted call writes."""
    out = tmp_path_factory.mktemp("whole")
    assert call(out, *MANY).exit_code == 0
    return out


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_halted_call_goes_on(tmp_path, whole, sent, code):
    command = [sys.executable, "-c", HEARS_CTRL_C, "faces", tmp_path / "out", *MANY]
    process = subprocess.Popen(
        [*command, "--workers", "2"], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not list((tmp_path / "out" / ".testbed" / "done").glob("*")) and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, sent)
    message = process.communicate(timeout=60)[1]
    assert process.returncode == code, message
    assert "Traceback" not in message
    assert not (tmp_path / "out" / "protocols").exists()
    assert call(tmp_path / "out", *MANY).exit_code == 0
    assert contents(tmp_path / "out") == contents(whole)


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
