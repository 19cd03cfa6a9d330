"""The external recognizer: dlib's frozen network on a few rendered people, from files to files."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn import functional

from bench import weights
from bench.running.store import Job, Machine
from bench.stages import external_recognizer
from faces import packed
from faces.align import align_face
from faces.common.progress import silent
from faces.eye_places import EYE_PLACES
from faces.luminance import luminance
from faces.networks.dlib_resnet import DlibFaceNet, chips
from faces.protocols.parts import arrange
from faces.synthetic.renderer import render_with_truth
from recognizer.tables import COLUMNS

PEOPLE, SHOTS, SIDE_PX = range(5), 2, 64
CPU = torch.device("cpu")


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def folder(path, spectrum: str, first_shot: int) -> pd.DataFrame:
    """Write aligned crops of everybody; returns their table."""
    rows, crops = [], []
    for person in PEOPLE:
        for shot in range(first_shot, first_shot + SHOTS):
            image, eyes = render_with_truth(person, shot, spectrum, 96)
            crops.append(align_face(image, eyes, SIDE_PX))
            rows.append((f"{person:03}", spectrum, str(shot)))
    index = pd.DataFrame(rows, columns=["subject", "spectrum", "shot"]).assign(found=True)
    packed.write(path / spectrum, np.stack(crops), index)
    return index.assign(row=range(len(index)))


@pytest.fixture(scope="module")
def aligned(tmp_path_factory):
    path = tmp_path_factory.mktemp("aligned")
    tables = [folder(path, "VIS", 0), folder(path, "NIR", 500)]
    return path, pd.concat(tables, ignore_index=True)


def split(path, images: pd.DataFrame, unseen: bool):
    """Write a split: of unseen people as gallery and probes, or of one training person."""
    trained = images["subject"] == "000"
    part = np.where(images["spectrum"] == "VIS", "gallery", "probe")
    if not unseen:
        images = images[trained]
        trained = images["shot"].isin(["0", "500"])
        part = "held_out"
    lines = images.assign(part=np.where(trained, "train", part), source=images.index.astype(str))
    missed = (lines["subject"] == "004") & (lines["shot"] == "501")
    path.mkdir()
    arrange(lines.assign(found=~missed)).to_csv(path / "split.csv", index=False)
    (path / "protocol.json").write_text(json.dumps({"leaky": False}))
    return path


def scored(aligned, tmp_path, unseen: bool) -> dict[str, pd.DataFrame]:
    crops, images = aligned
    inputs = {"aligned": crops, "split": split(tmp_path / "split", images, unseen)}
    settings = external_recognizer.ExternalSettings(
        network_sha256=weights.sha256_of("dlib-face"), gallery_draws=2, far_targets=(0.5, 0.01)
    )
    machine = Machine("cpu", 1, tmp_path / "cache")
    external_recognizer.score(Job(settings, tmp_path / "out", inputs, machine, silent))
    return {name: packed.read_table(tmp_path / "out" / f"{name}.csv") for name in COLUMNS}


def test_it_knows_rendered_people_it_never_saw(aligned, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_OFFLINE", "1")
    tables = scored(aligned, tmp_path, unseen=True)
    for name, columns in COLUMNS.items():
        assert tuple(tables[name].columns) == columns
    outcomes = tables["outcomes"]
    assert set(outcomes["protocol"]) == {"unseen-subjects"}
    means = outcomes.groupby("metric")["value"].mean()
    closed = {"rank1", "auc", "eer", "vr@far=0.5"}
    assert {name for name in means.index if "mr=" not in name} == closed
    assert means["auc"] > 0.75
    missed = outcomes[(outcomes["probe"] == "004/NIR/501") & outcomes["metric"].isin(closed)]
    assert (missed["value"] == (missed["metric"] == "eer")).all()
    assert len(tables["confusions"]) == 7
    assert {"rank5", "rank10", "vr@far=0.01"} <= set(tables["omitted"]["metric"])


def test_a_protocol_without_unseen_people_gives_empty_tables(aligned, tmp_path):
    for name, table in scored(aligned, tmp_path, unseen=False).items():
        assert tuple(table.columns) == COLUMNS[name]
        assert not len(table)


def test_embeddings_are_those_of_the_plain_network_on_luminance():
    torch.manual_seed(0)
    network = DlibFaceNet()
    embed = external_recognizer.embedder(
        external_recognizer.ready(network.state_dict(), CPU), CPU, silent
    )
    images = np.random.default_rng(0).integers(0, 256, (11, 60, 60, 3), np.uint8)
    embeddings = embed(images, "VIS")
    np.testing.assert_array_equal(embed(luminance(images), "NIR"), embeddings)
    assert embeddings.shape == (11, 128)
    assert embeddings.dtype == np.float32
    grey = torch.from_numpy(luminance(images)).permute(0, 3, 1, 2)
    with torch.inference_mode():
        expected = functional.normalize(network.eval()(chips(grey, EYE_PLACES * 60 - 0.5)))
    np.testing.assert_allclose(embeddings, expected, atol=1e-5)
    np.testing.assert_allclose(embed(images[:3], "VIS"), embeddings[:3], atol=1e-5)
    assert embed(images[:0], "VIS").shape == (0, 128)
