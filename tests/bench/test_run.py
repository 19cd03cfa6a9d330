"""A whole run: its files, what the same command does again, kills, and the page in a browser."""

import json
import os
import random
import re
import shutil
import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from safetensors import safe_open

from faces import packed
from tests.added_package import add_package
from tests.bench.conftest import run, start

SETS = [
    "real",
    "untuned",
    "real-twice",
    "real+B-shuffled",
    "B-alone",
    "real+A",
    "real+B",
    "real+oracle",
]
CURVES = ["real@nir1", "real-twice@nir1", "real+B@nir1", "real+B@fakes0.5"]
MIRRORED = '''"""Control `mirrored`: the VIS images as a mirror shows them."""

from recognizer.controls.control import Control


def mirrored(images, labels, seed):
    return images[:, :, ::-1].copy(), labels


CONTROL = Control(
    "mirrored", "real+mirrored", "with the VIS images mirrored", "mirrored VIS", mirrored
)
'''
NUMBERS = ["recognition", "quality", "comparisons", "means", "data"]


def results(out: Path) -> dict:
    return json.loads((out / "results.json").read_text(encoding="utf-8"))


def numbers(out: Path) -> dict:
    """Return all parts of a run's results that must be equal in two equal runs."""
    found = results(out)
    return {name: found[name] for name in NUMBERS} | {
        "keys": [(stage["name"], stage["key"]) for stage in found["stages"]]
    }


def stage_bytes(out: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of every stage."""
    records = sorted((out.parent / "stages").glob("*/stage.json"))
    return {
        f"{path.parent.name}/{name}": digest
        for path in records
        for name, (_, digest) in json.loads(path.read_text())["files"].items()
    }


def test_every_file_of_the_design_is_there(tiny):
    names = {str(path.relative_to(tiny)) for path in tiny.rglob("*")}
    assert {
        "settings.toml", "results.json", "results.csv", "report.html", "events.jsonl",
        "tables/accuracy.csv", "tables/accuracy.md", "tables/accuracy.tex", "tables/quality.csv",
        "generators/A-0.safetensors", "generators/B-0.safetensors", "failures.csv",
    } <= names  # fmt: skip
    assert {Path(name).suffix for name in names if name.startswith("plots/")} >= {".svg", ".png"}
    assert not list(tiny.parent.rglob("*.partial"))
    assert not list(tiny.parent.rglob("*.aside"))


def test_results_hold_every_training_set_protocol_and_kind_of_image(tiny):
    found = results(tiny)
    assert found["schema"] == 1
    rows = pd.DataFrame(found["recognition"])
    again = [f"{name}@nir-statistics" for name in SETS]
    assert sorted(rows["training_set"].unique()) == sorted([*SETS, *again, *CURVES, "dlib-face"])
    assert {"accuracy", "rank1", "auc"} <= set(rows["metric"])
    assert set(rows["protocol"]) == {"seen-subjects", "unseen-subjects"}
    assert rows["value"].between(0, 1).all()
    assert set(pd.DataFrame(found["quality"])["images"]) >= {"A", "B", "vis", "real", "reshot"}
    assert {row["training_set"] for row in found["comparisons"]} >= set(SETS[1:])
    roles = {weight["role"]: weight["name"] for weight in found["weights"]}
    assert roles["recognizer before fine-tuning"] == "pretrain-rendered, seed 0"


def test_fakes_are_one_per_training_image_of_training_subjects_only(tiny):
    stages = tiny.parent / "stages"
    (split,) = stages.glob("split-*/split.csv")
    parts = pd.read_csv(split, dtype={"subject": str})
    train = parts[(parts["part"] == "train") & (parts["spectrum"] == "VIS") & parts["found"]]
    folders = sorted(stages.glob("fakes-*"))
    assert len(folders) == 2
    for folder in folders:
        fakes = packed.read(folder)
        assert fakes.index["source"].astype(int).to_list() == train["row"].to_list()
        assert fakes.index["subject"].to_list() == train["subject"].to_list()
        assert fakes.images.shape[3] == 1


def test_a_control_of_another_package_is_trained_and_shown(tiny, tmp_path, monkeypatch):
    """One file, an entry point and a name in `controls.sets`: three more stages and a table row."""
    path = add_package(tmp_path, "mirror", MIRRORED, controls="mirrored = mirror:CONTROL")
    monkeypatch.setenv("PYTHONPATH", path)
    out = tmp_path / "runs" / "whole"
    shutil.copytree(tiny.parent / "stages", out.parent / "stages")
    run(out, controls__sets='["twice", "shuffled", "alone", "mirrored"]')
    found = results(out)
    made = [stage["name"] for stage in found["stages"] if not stage["cached"]]
    assert sorted(made) == [
        "finetune:real+mirrored:0", "score:real+mirrored:0",
        "score:real+mirrored@nir-statistics:0",
    ]  # fmt: skip
    (row,) = [row for row in found["training_sets"] if row["name"] == "real+mirrored"]
    assert (row["role"], row["label"]) == ("control", "with the VIS images mirrored")
    table = pd.read_csv(out / "tables" / "accuracy.csv").query("training_set == 'real+mirrored'")
    assert set(table["protocol"]) == {"seen-subjects", "unseen-subjects"}
    assert set(table["role"]) == {"control"}
    assert table["difference"].notna().all()
    assert "real+mirrored" in (out / "tables" / "accuracy.md").read_text(encoding="utf-8")
    assert any("real+mirrored" in line for part in found["answer"]["details"]
               for line in part["sentences"])  # fmt: skip
    (record,) = (out.parent / "stages").glob("finetune-real+mirrored-*/stage.json")
    mixture = json.loads(record.read_text())["settings"]["mixture"]
    assert (mixture["extra"], mixture["origin"]) == ("mirrored", "mirror 1.0")


def test_weights_say_what_they_are(tiny):
    with safe_open(tiny / "generators" / "B-0.safetensors", "np") as file:
        header = " ".join(f"{key} {value}" for key, value in file.metadata().items())
    for word in ("ResnetGenerator", "B", "vis", "32"):
        assert word in header


def test_the_same_command_again_does_nothing(tiny):
    before = {path: path.stat().st_mtime_ns for path in tiny.rglob("*") if path.is_file()}
    text = run(tiny)
    assert "All is done" in text
    after = {path: path.stat().st_mtime_ns for path in tiny.rglob("*") if path.is_file()}
    assert {path for path in after if after[path] != before.get(path)} <= {tiny / "settings.toml"}


def test_no_request_leaves_the_page(tiny):
    page = (tiny / "report.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page
    loaded = re.findall(r"""(?:src|url)\s*[=(]\s*["']?([^"')\s>]+)""", page)
    assert [link for link in loaded if not link.startswith(("#", "data:"))] == []


@pytest.mark.slow
def test_another_folder_and_another_number_of_workers_give_the_same_bytes(with_c, tmp_path):
    out = tmp_path / "runs" / "whole"
    run(out, "--variants", "A,B,C", offline=False, data__workers=1)
    assert numbers(out) == numbers(with_c)
    assert stage_bytes(out) == stage_bytes(with_c)


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_again_and_again_a_run_ends_as_if_nothing_had_happened(with_c, tmp_path, sent):
    out = tmp_path / "runs" / "whole"
    rng = random.Random(sent.value)
    for _ in range(10):
        process = start(out, "--variants", "A,B,C", offline=False)
        time.sleep(rng.uniform(2, 25))
        if process.poll() is None:
            os.killpg(process.pid, sent)
        process.communicate(timeout=60)
    run(out, "--variants", "A,B,C", offline=False)
    assert numbers(out) == numbers(with_c)
    assert stage_bytes(out) == stage_bytes(with_c)
    assert not list(out.parent.rglob("*.partial"))
