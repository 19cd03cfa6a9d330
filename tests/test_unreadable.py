"""Every file that is read: one that may not be read is neither damaged nor to be deleted."""

import errno
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from bench import weights
from bench.gathering.gather import is_current
from bench.planning import datasets
from bench.running.store import Stage, is_done, materialize
from bench.settings import loading
from faces import layouts, packed, testbed
from faces.common import checkpoint
from faces.common.errors import DataError, MissingError, NirbenchError, StageError, UsageError
from faces.common.progress import silent
from faces.protocols.list_files import find_list, read_bytes
from faces.weights import lookup
from generators import definitions
from generators.origin import Origin
from generators.weights import load_generator, save_generator
from recognizer import network
from reports.material_files import load_material, save_material
from tests.bench.running.test_store import Number, add_inputs, machine, write_number
from tests.bench.weights.test_weights_states import DATA, ROW, put
from tests.permissions import of_an_ordinary_user
from tests.reports.test_material_files import NOTHING


@dataclass(frozen=True)
class Case:
    """A file below a folder that `make` fills, what reads it, and the error of a closed one."""

    make: Callable[[Path], object]
    read: Callable[[Path], object]
    closed: str
    error: type[NirbenchError]


def put_weight(folder: Path) -> None:
    put(folder, "numbers-1.txt", DATA)


def store_weight(folder: Path) -> None:
    put_weight(folder)
    weights.ensure("numbers", folder, (ROW,))


def ensure_weight(folder: Path) -> Path:
    return weights.ensure("numbers", folder, (ROW,))


SOURCE_STAGE = Stage("number", write_number, Number(value=2))
TARGET_STAGE = Stage("sum", add_inputs, Number(value=10), {"left": SOURCE_STAGE})
STAGE_FOLDER = SOURCE_STAGE.folder(Path()).name


def make_stage(folder: Path, stage: Stage = SOURCE_STAGE) -> None:
    materialize(stage, folder, machine(folder), silent)


def use_stage(folder: Path) -> None:
    make_stage(folder, TARGET_STAGE)


def write_packed(folder: Path) -> None:
    index = pd.DataFrame({"subject": ["1"], "spectrum": ["VIS"], "shot": ["1"]})
    packed.write(folder, np.zeros((1, 2, 2, 3), np.uint8), index)


def save_checkpoint(folder: Path) -> None:
    checkpoint.save(folder, 1, {"step": 1})
    checkpoint.save(folder, 2, {"step": 2})


def write_report(folder: Path) -> None:
    (folder / "report.html").touch()
    (folder / "results.json").write_text(json.dumps({"stages": []}))


def read_report(folder: Path) -> bool:
    return is_current(None, None, None, folder)


SETTINGS = loading.load("demo", None, {"data.name": "folders", "data.path": "/nowhere"})
SOURCE = (Path(__file__).parent / "generators" / "data" / "one_way.py").read_bytes()
ORIGIN = Origin(kind="file", name="one_way.py", version=hashlib.sha256(SOURCE).hexdigest())


def keep_definition(folder: Path) -> None:
    (folder / "one_way.py").write_bytes(SOURCE)
    definitions.keep(folder / "one_way.py", folder)


def save_recognizer(folder: Path) -> None:
    network.save(network.Recognizer(2), folder / "weights", {})


def write_images(folder: Path) -> None:
    for spectrum in ("NIR", "VIS"):
        (folder / spectrum / "1").mkdir(parents=True)
        Image.new("RGB", (20, 20)).save(folder / spectrum / "1" / "1.png")


def write_spectra(folder: Path) -> None:
    (folder / "spectra.csv").write_text("number,spectrum\n1,VIS\n")
    write_images(folder)


def write_list(folder: Path) -> None:
    (folder / "protocols").mkdir()
    (folder / "protocols" / "nir_train_1.txt").write_text("s1\\NIR\\00001\\001.bmp\n")


def read_folders(name: str) -> Callable[[Path], object]:
    return lambda folder: layouts.read(name, folder, folder / "cache", workers=1)


def render(folder: Path) -> object:
    ranges = {"vis_per_subject": (1, 1), "nir_per_subject": (1, 1)}
    options = {"layout": "folders", "subjects": 1, "images": None, "side_px": 32, "seed": 0}
    return testbed.write(
        folder / "set", workers=1, progress=silent, mess=False, **options, **ranges
    )


KEPT = ("manifest.csv", "refused.csv", "dataset.json")
CASES = {
    "weight": Case(store_weight, ensure_weight, "weights/numbers.safetensors", MissingError),
    "hash of a weight": Case(
        store_weight, ensure_weight, "weights/numbers.safetensors.sha256", MissingError
    ),
    "folder of weights": Case(store_weight, ensure_weight, "weights", MissingError),
    "weight put there": Case(put_weight, ensure_weight, "weights/numbers-1.txt", MissingError),
    "published file": Case(
        put_weight,
        lambda folder: lookup.checked_file(ROW, folder),
        "weights/numbers-1.txt",
        MissingError,
    ),
    "stage": Case(make_stage, use_stage, f"{STAGE_FOLDER}/number.txt", StageError),
    "folder of a stage": Case(make_stage, use_stage, STAGE_FOLDER, StageError),
    "record of a stage": Case(
        make_stage,
        lambda folder: is_done(SOURCE_STAGE, folder),
        f"{STAGE_FOLDER}/stage.json",
        StageError,
    ),
    "images": Case(write_packed, packed.read, "images.npy", DataError),
    "index of images": Case(write_packed, packed.read, "index.csv", DataError),
    "checkpoint": Case(
        save_checkpoint, checkpoint.load_newest, "checkpoint-00000002.pt", StageError
    ),
    "material": Case(
        lambda folder: save_material(NOTHING, folder / "material"),
        lambda folder: load_material(folder / "material"),
        "material/material.json",
        UsageError,
    ),
    "table of the material": Case(
        lambda folder: save_material(NOTHING, folder / "material"),
        lambda folder: load_material(folder / "material"),
        "material/outcomes.csv.gz",
        UsageError,
    ),
    "results": Case(write_report, read_report, "results.json", UsageError),
    "settings": Case(
        lambda folder: (folder / "settings.toml").write_text(""),
        lambda folder: loading.from_toml(folder / "settings.toml"),
        "settings.toml",
        UsageError,
    ),
    **{
        name: Case(
            lambda folder: [(folder / name).write_text("{}") for name in KEPT],
            lambda folder: datasets.kept(SETTINGS, folder),
            name,
            UsageError,
        )
        for name in ("dataset.json", "manifest.csv")
    },
    "definition": Case(
        keep_definition,
        lambda folder: definitions.find("one_way", ORIGIN, folder),
        f"translators/{ORIGIN.version}.py",
        MissingError,
    ),
    "generator": Case(
        lambda folder: save_generator(folder / "weights", nn.Linear(1, 1), {}),
        lambda folder: load_generator(folder / "weights"),
        "weights",
        MissingError,
    ),
    "recognizer": Case(
        save_recognizer, lambda folder: network.load(folder / "weights"), "weights", MissingError
    ),
    "data set": Case(write_images, read_folders("folders"), "", DataError),
    "folder above a data set": Case(
        lambda folder: write_images(folder / "a/b"),
        lambda folder: read_folders("folders")(folder / "a/b"),
        "a",
        DataError,
    ),
    "spectra": Case(write_spectra, read_folders("buaa"), "spectra.csv", DataError),
    "list": Case(
        write_list,
        lambda folder: read_bytes(find_list(folder, "nir_train_1.txt")),
        "protocols/nir_train_1.txt",
        DataError,
    ),
    "folder of lists": Case(
        write_list,
        lambda folder: read_bytes(find_list(folder, "nir_train_1.txt")),
        "protocols",
        DataError,
    ),
    "record of rendered people": Case(render, render, "set/.testbed/request.json", UsageError),
}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("BENCH_OFFLINE", "1")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_closed_file_is_named_with_whom_to_ask(case, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    case.make(folder)
    closed = folder / case.closed
    before = closed.stat().st_mode
    closed.chmod(0)
    try:
        with of_an_ordinary_user(), pytest.raises(NirbenchError) as caught:
            case.read(folder)
    finally:
        closed.chmod(before)
    text = str(caught.value)
    assert type(caught.value) is case.error, text
    assert str(closed) in text
    assert "(permission denied); ask its owner" in text
    assert "delete" not in text
    assert "\n" not in text


def test_the_state_of_a_closed_weight_is_not_that_of_a_damaged_one(tmp_path):
    store_weight(tmp_path)
    path = tmp_path / "weights" / "numbers.safetensors"
    path.chmod(0)
    with of_an_ordinary_user():
        (status,) = weights.report(tmp_path, (ROW,))
    assert status.state == weights.UNREADABLE
    assert "ask its owner" in status.note


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE])
def test_a_disk_that_fails_for_the_moment_condemns_no_file(tmp_path, monkeypatch, number):
    store_weight(tmp_path)

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(hashlib, "file_digest", fail)
    with pytest.raises(MissingError, match=r"cannot be read \(.*\); check its disk") as caught:
        ensure_weight(tmp_path)
    assert "delete" not in str(caught.value)


def test_a_checkpoint_that_the_disk_cannot_read_leaves_the_one_before(tmp_path, monkeypatch):
    save_checkpoint(tmp_path)
    load = torch.load

    def fail_on_the_newest(path, **options):
        if path.name.endswith("2.pt"):
            raise OSError(errno.EIO, "Input/output error")
        return load(path, **options)

    monkeypatch.setattr(torch, "load", fail_on_the_newest)
    assert checkpoint.load_newest(tmp_path) == {"step": 1}
