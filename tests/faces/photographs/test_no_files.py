"""What is no ordinary file, or cannot be read, is refused with a reason."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from faces.photographs import Refused, decode
from tests.faces.photographs.helpers import random_image, reason_of


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_what_is_no_file(tmp_path):
    (tmp_path / "folder.bmp").mkdir()
    (tmp_path / "dangling.bmp").symlink_to(tmp_path / "nowhere.bmp")
    (tmp_path / "ring.bmp").symlink_to(tmp_path / "ring.bmp")
    os.mkfifo(tmp_path / "pipe.bmp")
    assert reason_of(tmp_path / "folder.bmp") == "a folder, not a file"
    assert reason_of(tmp_path / "dangling.bmp") == "dangling link"
    assert reason_of(tmp_path / "ring.bmp") == "cannot be read: too many levels of symbolic links"
    assert reason_of(tmp_path / "pipe.bmp") == "not an ordinary file"
    assert reason_of(Path("/dev/zero")) == "not an ordinary file"
    assert reason_of(tmp_path / "absent.bmp") == "no such file"


def test_the_error_names_the_file(tmp_path):
    with pytest.raises(Refused, match=r"absent\.bmp: no such file"):
        decode(tmp_path / "absent.bmp")


def test_a_file_that_must_not_be_read(rng):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "secret.png"
        random_image(rng, "L").save(path)
        path.chmod(0)
        superuser = os.geteuid() == 0
        if superuser:
            os.seteuid(65534)
        try:
            reason = reason_of(path)
        finally:
            if superuser:
                os.seteuid(0)
    assert reason == "cannot be read: permission denied"


def test_an_error_of_the_disk_is_a_refusal():
    if not Path("/proc/self/mem").exists():
        pytest.skip("needs a file that opens and cannot be read")
    with pytest.raises(Refused, match="cannot be read") as caught:
        decode(Path("/proc/self/mem"))
    assert not caught.value.lasting
