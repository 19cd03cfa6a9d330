"""A user's own data set: from its files to a report, and the mistakes that stop a run."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from bench.planning.datasets import request_of, try_protocol
from bench.settings import loading
from faces import layouts, packed, protocols
from tests.bench.conftest import TINY, run

ROOT = Path(__file__).parents[2]
SUBJECTS = 24
LISTS = ("vis_train", "nir_train", "vis_gallery", "nir_probe")
TRAINING = {key: value for key, value in TINY.items() if not key.startswith(("data.", "controls."))}
NO_CONTROLS = {key: "[]" for key in TINY if key.startswith("controls.")}


GUARD = """
import os, sys

def hear(event, arguments):
    asks = event.startswith(("socket.getaddrinfo", "socket.gethostby"))
    goes = event in ("socket.connect", "socket.sendto", "socket.sendmsg")
    if asks or goes and isinstance(arguments[1], tuple):  # a path is a socket of this machine
        with open(os.environ["SOCKET_LOG"], "a") as log:
            print(event, *arguments[1:], file=log)
        raise OSError("no network in this test")

sys.addaudithook(hear)
"""


def shell(
    *arguments: object, cwd: Path, cache: Path, guard: Path | None = None
) -> subprocess.CompletedProcess:
    """Run a command with the `bench` of this environment, offline, in one thread.

    With `guard`, a folder, every process that tries to use the network is stopped and logged there.
    """
    watched = {"PYTHONPATH": str(guard), "SOCKET_LOG": str(guard / "log")} if guard else {}
    if guard:
        guard.mkdir(exist_ok=True)
        (guard / "sitecustomize.py").write_text(GUARD)
    apart = watched | {"BENCH_OFFLINE": "1", "BENCH_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    paths = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    plain = {"NO_COLOR": "1", "COLUMNS": "160"}
    return subprocess.run(
        [str(argument) for argument in arguments], cwd=cwd, env=os.environ | apart | paths | plain,
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="session")
def example(tmp_path_factory) -> Path:
    """Return the folder that examples/casia.sh has filled."""
    folder = tmp_path_factory.mktemp("example")
    done = shell(
        ROOT / "examples" / "casia.sh", folder, SUBJECTS,
        cwd=folder, cache=folder / "c", guard=folder / "guard",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def tree(example, tmp_path) -> Path:
    """Return a copy of the example's data set, to be spoilt."""
    shutil.copytree(example / "casia", tmp_path / "casia", symlinks=True)
    return tmp_path / "casia"


def lines_of(tree: Path, name: str) -> list[str]:
    return (tree / "protocols" / f"{name}_1.txt").read_text().split()


def file_of(tree: Path, line: str) -> Path:
    """Return the file of a list's line, which may have another suffix on the disk."""
    stem = tree / Path(line.replace("\\", "/"))
    (found,) = [path for path in stem.parent.iterdir()
                if path.stem == stem.stem and path.suffix != ".pos"]  # fmt: skip
    return found


def append(tree: Path, name: str, line: str) -> None:
    with open(tree / "protocols" / f"{name}_1.txt", "a", newline="") as file:
        file.write(f"\r\n{line}\r\n")


def missing_gallery_file(tree: Path) -> str:
    line = lines_of(tree, "vis_gallery")[0]
    file_of(tree, line).unlink()
    return line


def line_of_the_wrong_spectrum(tree: Path) -> str:
    line = lines_of(tree, "vis_gallery")[1]
    append(tree, "nir_probe", line)
    return line


def subject_in_train_and_test(tree: Path) -> str:
    line = lines_of(tree, "nir_probe")[0]
    append(tree, "nir_train", line.rsplit("\\", 1)[0] + "\\" + spare_shot(tree, line))
    return line.split("\\")[2]


def spare_shot(tree: Path, line: str) -> str:
    """Write another file of the subject, which no list has yet; return its name."""
    first = file_of(tree, line)
    spare = first.with_name(f"990{first.suffix}")
    shutil.copyfile(first, spare)
    with open(spare, "ab") as file:
        file.write(b"\0")  # other bytes, the same picture
    return spare.name


def same_bytes_on_both_sides(tree: Path) -> str:
    trained, probed = lines_of(tree, "nir_train")[0], lines_of(tree, "nir_probe")[0]
    copied = file_of(tree, probed)
    shutil.copyfile(file_of(tree, trained), copied)
    return str(copied.relative_to(tree))


def gallery_image_made_of_a_probe(tree: Path) -> str:
    gallery, probed = lines_of(tree, "vis_gallery")[0], lines_of(tree, "nir_probe")[-1]
    copied, own = file_of(tree, gallery), file_of(tree, probed)
    shutil.copyfile(own, copied)
    names = " = ".join(sorted(str(path.relative_to(tree)) for path in (copied, own)))
    return f"the same bytes are in the gallery and a probe: {names}"


SPOILT = [
    missing_gallery_file,
    line_of_the_wrong_spectrum,
    subject_in_train_and_test,
    same_bytes_on_both_sides,
    gallery_image_made_of_a_probe,
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_spoilt_data_set_stops_the_run_and_names_the_culprit(spoil, tree, tmp_path):
    culprit = spoil(tree)
    done = shell(
        "bench", "run-all", "--data", f"casia:{tree}", "--protocol", "casia-view2", "--fold", "1",
        cwd=tmp_path, cache=tmp_path / "cache",
    )  # fmt: skip
    assert done.returncode == 3, done.stdout + done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("bench:")]
    assert culprit in line
    assert not (tmp_path / "runs").exists()


def test_a_held_out_nir_image_made_of_a_vis_image_stops_the_run(tree, tmp_path):
    manifest = layouts.read("casia", tree, tmp_path / "own cache", workers=1)
    chosen = {"data.name": "casia", "data.path": str(tree), "protocol": "subjects"}
    settings, protocol = loading.load("demo", None, chosen, ()), protocols.get("subjects")
    parts = try_protocol(manifest, protocol, request_of(settings, protocol, None)).parts
    vis, nir = (protocols.rows(parts, "held_out", spectrum)["source"].iloc[0]
                for spectrum in ("VIS", "NIR"))  # fmt: skip
    shutil.copyfile(tree / vis, tree / nir)
    done = shell("bench", "run-all", "--data", f"casia:{tree}", "--protocol", "subjects",
                 cwd=tmp_path, cache=tmp_path / "cache")  # fmt: skip
    assert done.returncode == 3, done.stdout + done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("bench:")]
    assert f"held out as VIS and as NIR: {' = '.join(sorted([vis, nir]))} (subjects " in line
    assert not (tmp_path / "runs").exists()


def test_missing_and_odd_lines_are_misses_if_that_is_allowed(tree, tmp_path):
    """A missing probe is scored, each probe has its own name, and a line "NA" stays text."""
    gone, kept = lines_of(tree, "nir_probe")[:2]
    file_of(tree, gone).unlink()
    append(tree, "nir_probe", kept.replace("NIR", "VIS"))
    append(tree, "nir_train", "NA")
    out = tmp_path / "runs" / "missing"
    options = ["--data", f"casia:{tree}", "--protocol", "casia-view2", "--fold", "1"]
    run(out, *options, "--allow-missing", **({"variants": '["A"]'} | NO_CONTROLS))
    unresolved = json.loads((out / "results.json").read_text())["data"]["unresolved"]
    assert {gone, "NA"} <= {row["line"] for row in unresolved}
    (scored,) = (out.parent / "stages").glob("score-real-0-*/outcomes.csv")
    outcomes = packed.read_table(scored)
    assert not outcomes.duplicated(["protocol", "metric", "probe"]).any()
    assert outcomes["probe"].nunique() == len(set(lines_of(tree, "nir_probe")))
    session, _, subject, number = gone.split("\\")
    missed = outcomes[outcomes["probe"] == f"{subject}/NIR/{session}-{number.split('.')[0]}"]
    assert len(missed)
    assert (missed["value"] == (missed["metric"] == "eer")).all()  # of errors 1 is the worst


LEAK = "paper-520-as-published"


@pytest.mark.parametrize(
    "protocol", [LEAK, pytest.param(f"paper-520,{LEAK}", marks=pytest.mark.slow)]
)
def test_leaky_translators_see_what_is_tested_and_are_marked(protocol, example, tmp_path):
    out = tmp_path / "runs" / "leak"
    settings = {"variants": '["A"]', "quality.images": 10} | NO_CONTROLS
    shutil.copytree(example / "runs" / "stages", out.parent / "stages")
    run(out, "--data", f"casia:{example / 'casia'}", "--protocol", protocol, **settings)
    results = json.loads((out / "results.json").read_text())
    sets = results["training_sets"]
    roles = {row["name"]: row["role"] for row in sets if row["role"] != "adapted"}
    both = "," in protocol
    assert roles == {
        "real": "baseline", "untuned": "untuned", "real+A-leaky": "leaky", "real+nir": "ceiling",
        "dlib-face": "external",
    } | ({"real+A": "fakes"} if both else {})  # fmt: skip
    assert {row["counterpart"] for row in sets if row["role"] == "adapted"} == {
        name for name, role in roles.items() if role != "external"
    }
    compared = {(row["training_set"], row["baseline"]) for row in results["comparisons"]}
    assert (("real+A-leaky", "real+A") in compared) == both
    assert "leaky" in (out / "tables" / "accuracy.md").read_text()
    for folder in (out.parent / "stages").glob(f"split-{'?' * 12}"):  # not those of folds
        parts = packed.read_table(folder / "split.csv")
        tested = parts[parts["part"].isin(["gallery", "probe"]) & parts["found"]]
        leaky = json.loads((folder / "protocol.json").read_text())["leaky"]
        assert len(tested)
        assert set(tested["generator"]) == {leaky}


def test_neither_the_place_nor_what_else_lies_there_changes_a_stage(example, tree, tmp_path):
    """A copy of the tree, with a stray file, gives the keys of the stages that are there."""
    (tree / "notes.png").write_text("no image")
    shutil.copytree(example / "runs" / "stages", tmp_path / "runs" / "stages")
    done = shell(
        "bench", "run-all", "--config", example / "runs" / "casia" / "settings.toml",
        "--data", f"casia:{tree}", "--out", "runs/again", cwd=tmp_path, cache=tmp_path / "cache",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "runs" / "again" / "results.json").read_text())
    assert all(stage["cached"] for stage in results["stages"])
    assert "notes.png" in {row["source"] for row in results["data"]["refused"]}


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--out", "{tree}/runs/x"], 2, "lies inside the data set"),
        (["--variants", "A,Q"], 2, "variant 'Q' is not known"),
    ],
)
def test_a_mistake_is_told_before_anything_is_read_or_written(
    *, options, code, words, example, tmp_path
):
    tree = example / "casia"
    chosen = [option.format(tree=tree) for option in options]
    done = shell("bench", "run-all", "--data", f"casia:{tree}", *chosen,
                 cwd=tmp_path, cache=tmp_path / "cache")  # fmt: skip
    assert done.returncode == code
    assert words in done.stderr
    assert not (tmp_path / "cache").exists()
    assert not (tmp_path / "runs").exists()


def test_offline_nothing_reaches_for_the_network(example, tmp_path):
    """The whole example ran under a guard, which is shown to notice an opened connection.

    It allows urllib3, which a dependency imports, to bind to this machine's own address, as a test
    for IPv6.
    """
    assert not (example / "guard" / "log").exists()
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = shell(sys.executable, "-c", code, cwd=tmp_path, cache=tmp_path, guard=tmp_path / "guard")
    assert "no network in this test" in done.stderr
    assert (tmp_path / "guard" / "log").read_text()


def test_the_example_ends_with_a_report_of_everything(example):
    results = json.loads((example / "runs" / "casia" / "results.json").read_text())
    rows = pd.DataFrame(results["recognition"])
    assert {name for name in rows["training_set"] if "@" not in name} == {
        "real", "untuned", "real+A", "real+B", "real+nir", "dlib-face"
    }  # fmt: skip
    assert set(rows["protocol"]) == {"unseen-subjects"}  # View 2 holds nothing out
    assert set(rows["fold"]) == {1}
    assert len(results["data"]["refused"]) > 20
    page = (example / "runs" / "casia" / "report.html").read_text()
    refused = pd.read_csv(example / "runs" / "casia" / "refused.csv", dtype=str)
    assert len(refused) == len(results["data"]["refused"])
    assert all(reason in page for reason in refused["reason"].head(5))
    sheet = list(example.glob("*.png"))
    assert len(sheet) == 1


def test_the_example_trains_and_tests_whom_the_lists_name(example):
    (split,) = (example / "runs" / "stages").glob("split-fold1-*/split.csv")
    parts = packed.read_table(split)
    for name in LISTS:
        part, spectrum = (
            {"train": "train", "gallery": "gallery", "probe": "probe"}[name.split("_")[1]],
            name.split("_")[0].upper(),
        )
        listed = {line.replace("\\", "/").rsplit(".", 1)[0]
                  for line in lines_of(example / "casia", name)}  # fmt: skip
        chosen = parts[(parts["part"] == part) & (parts["spectrum"] == spectrum)]
        assert {source.rsplit(".", 1)[0] for source in chosen["source"]} == listed


def test_the_report_is_drawn_again_without_the_data_set(example, tmp_path):
    shutil.copytree(example / "runs", tmp_path / "runs")
    settings = tmp_path / "runs" / "casia" / "settings.toml"
    settings.write_text(re.sub(r'path = ".*"', 'path = "/gone"', settings.read_text()))
    before = json.loads((tmp_path / "runs" / "casia" / "results.json").read_text())
    done = shell("bench", "report", "runs/casia", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    after = json.loads((tmp_path / "runs" / "casia" / "results.json").read_text())
    assert after["recognition"] == before["recognition"]
