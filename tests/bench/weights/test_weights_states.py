"""How weights stand: what a network's must look like, what is reported, what offline forbids."""

import hashlib
import os
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bench import weights
from bench.weights.table import TABLE
from faces.common import torchvision_cpu
from faces.common.errors import MissingError, TamperedError
from faces.weights import lookup, structure
from faces.weights.weight import Weight

DATA = b"1 2 3"


def read_numbers(path: Path) -> dict[str, torch.Tensor]:
    return {"numbers": torch.tensor([float(word) for word in path.read_text().split()])}


ROW = Weight(
    "numbers", "test", "https://example.org/w/numbers-1.txt", "CC0-1.0", "imagenet",
    hashlib.sha256(DATA).hexdigest(), size_bytes=len(DATA), read=read_numbers,
)  # fmt: skip


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("BENCH_OFFLINE", "1")


def put(cache: Path, name: str, data: bytes) -> Path:
    path = cache / "weights" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("weight", TABLE, ids=lambda weight: weight.name)
def test_offline_opens_no_socket_and_starts_no_pip(weight, tmp_path, monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("a network was asked for")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, forbidden)
    for name in ("run", "Popen"):
        monkeypatch.setattr(subprocess, name, forbidden)
    monkeypatch.setattr(lookup, "file_in_package", lambda file: None)
    with pytest.raises(MissingError) as caught:
        weights.ensure(weight.name, tmp_path)
    text, place = str(caught.value), tmp_path / "weights" / weight.original_name
    source = weight.packaged.requirement if weight.packaged else weight.origin
    assert weight.original_name in text.replace(source, "").replace(str(place), "")
    assert source in text
    assert f"put it at {place}" in text
    assert "\n" not in text


def test_the_socket_guard_would_notice(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setenv("BENCH_OFFLINE", "0")
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: asked.append(a) or 1 / 0)
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(ZeroDivisionError):
        weights.ensure("numbers", tmp_path, (ROW,))
    assert asked[0][0] == ("example.org", 443)


def test_a_report_names_every_weight_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(lookup, "file_in_package", lambda file: None)
    found = weights.report(tmp_path / "nowhere")
    assert [status.name for status in found] == [weight.name for weight in TABLE]
    assert {status.state for status in found} == {weights.MISSING}
    assert all(str(status.place) in status.note for status in found)
    assert not (tmp_path / "nowhere").exists()


def one(cache: Path) -> weights.Status:
    return weights.report(cache, (ROW,))[0]


def test_a_report_follows_a_weight_from_missing_to_ready(tmp_path):
    assert one(tmp_path).state == weights.MISSING
    by_hand = put(tmp_path, "numbers-1.txt", DATA)
    assert (one(tmp_path).state, one(tmp_path).place) == (weights.UNCONVERTED, by_hand)
    stored = weights.ensure("numbers", tmp_path, (ROW,))
    assert (one(tmp_path).state, one(tmp_path).place) == (weights.READY, stored)
    stored.write_bytes(stored.read_bytes()[:-1])
    assert one(tmp_path).state == weights.FAILS
    assert "SHA-256" in one(tmp_path).note


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"1 2", "3 bytes instead of 5"), (b"<html>", "a web page"), (b"1 2 4", "SHA")],
)
def test_a_report_says_what_is_wrong_with_a_file_put_there(tmp_path, data, words):
    put(tmp_path, "numbers-1.txt", data)
    assert one(tmp_path).state == weights.FAILS
    assert words in one(tmp_path).note


def test_an_unreadable_file_is_reported(tmp_path):
    (tmp_path / "weights" / "numbers-1.txt").mkdir(parents=True)
    assert one(tmp_path).state == weights.FAILS
    with pytest.raises(TamperedError, match="cannot be read"):
        weights.ensure("numbers", tmp_path, (ROW,))


def test_what_killed_processes_left_is_swept(tmp_path):
    put(tmp_path, "numbers-1.txt", DATA)
    put(tmp_path, ".fetch-dead/archives/x.whl", b"")
    put(tmp_path, ".numbers.safetensors.99999.aside", b"half")
    weights.ensure("numbers", tmp_path, (ROW,))
    assert {path.name for path in (tmp_path / "weights").iterdir()} == {
        "numbers-1.txt", "numbers.safetensors", "numbers.safetensors.sha256", ".lock",
    }  # fmt: skip


def test_an_emptied_note_of_the_first_copy_lets_nothing_pass(tmp_path):
    unpinned = replace(ROW, sha256="")
    put(tmp_path, "numbers-1.txt", DATA)
    weights.ensure("numbers", tmp_path, (unpinned,)).unlink()
    put(tmp_path, "numbers-1.txt.sha256", b"")
    with pytest.raises(TamperedError, match=r"numbers-1\.txt\.sha256"):
        weights.ensure("numbers", tmp_path, (unpinned,))


@pytest.mark.parametrize("name", ["dlib-face", "efficientnet-lite0"])
def test_packaged_networks_have_the_shapes_of_ours(tmp_path, name):
    weight = weights.find(name)
    path = lookup.file_in_package(weight.packaged)
    assert structure.compare(structure.shapes(weight.read(path)), weight.shapes()) == ""


def test_vgg16_has_the_shapes_of_torchvisions():
    torchvision_cpu.ensure()
    from torchvision.models import vgg16

    with torch.device("meta"):
        state = vgg16().state_dict()
    convolutions = {name: t for name, t in state.items() if name.startswith("features.")}
    assert structure.shapes(convolutions) == structure.vgg16_convolutions()


@pytest.mark.parametrize("name", ["casia-webface", "vggface2"])
def test_recognizers_fill_their_published_size(name):
    """Besides its values, a file has names and format, a few hundred bytes per tensor."""
    weight = weights.find(name)
    shapes = weight.shapes()
    values = sum(
        torch.Size(shape).numel() * (8 if key.endswith(structure.UNUSED) else 4)
        for key, shape in shapes.items()
    )
    assert 0 < weight.size_bytes - values < 400 * len(shapes)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"a": (2,), "b": (3, 4)}, ""),
        ({"a": (2,), "b": (3, 4), "n.num_batches_tracked": ()}, ""),
        ({"a": (2,)}, "lacks b"),
        ({"a": (2,), "b": (3, 4), "c": (1,)}, "adds c"),
        ({"a": (2,), "b": (4, 3)}, "misshapes b (4, 3) for (3, 4)"),
        ({f"x{n}": () for n in range(6)}, "lacks a, b; adds x0, x1, x2 and 3 more"),
    ],
)
def test_structures_are_compared_by_name_and_shape(found, words):
    wanted = {"a": (2,), "b": (3, 4), "n.num_batches_tracked": ()}
    assert structure.compare(found, wanted) == words


@pytest.mark.parametrize("weight", TABLE, ids=lambda weight: weight.name)
def test_every_row_says_its_size_and_its_images(weight):
    assert weight.size_bytes
    assert any(word in weight.images for word in ("RGB", "BGR"))
    assert "255" in weight.images or "0..1" in weight.images
    if not weight.packaged and weight.is_pinned:
        stem = os.path.splitext(weight.original_name)[0]
        digits = stem.rpartition("-")[2]
        assert weight.sha256.startswith(digits) or weight.name == "vggface2"
