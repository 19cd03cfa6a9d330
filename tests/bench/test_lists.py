"""The protocol `lists` as a person meets it: five folds on two data sets of rendered people."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from faces import testbed
from tests.bench.conftest import run
from tests.bench.test_own_data import NO_CONTROLS, shell

FOLDS, PEOPLE = 5, 8
SETS = {"lamp_hq": "{part}_fold{fold}.txt", "oulu": "{part}-{fold:02}.csv"}
FOLDED = ("--protocol", "lists", "--set", f"lists.folds={FOLDS}")


@pytest.fixture(scope="module", params=SETS)
def written(request, tmp_path_factory) -> tuple[str, Path, dict[tuple[str, int], set[str]]]:
    """Return a layout, a data set of it with lists, and what each list names."""
    layout, root = request.param, tmp_path_factory.mktemp(request.param) / "set"
    counts = {"vis_per_subject": (4, 4), "nir_per_subject": (4, 4)}
    images = testbed.write(root, layout, PEOPLE, **counts, side_px=112)
    rng = np.random.default_rng(0)
    listed = {}
    (root / "protocols").mkdir()
    for fold in range(1, FOLDS + 1):
        for part, own in divided(images, rng).items():
            path = root / "protocols" / SETS[layout].format(part=part, fold=fold)
            path.write_text(text_of(own, path.suffix == ".csv"))
            listed[part, fold] = set(own["source"])
    return layout, root, listed


def divided(images: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Divide people by chance: half of them are trained on."""
    trained = images["subject"].isin(rng.permutation(images["subject"].unique())[: PEOPLE // 2])
    vis = images["spectrum"] == "VIS"
    enrolled = images[~trained & vis].groupby("subject").head(1)
    return {"train": images[trained], "gallery": enrolled, "probe": images[~trained & ~vis]}


def text_of(images: pd.DataFrame, as_csv: bool) -> str:
    labels = images["subject"].str.extract(r"(\d+)")[0].astype(int)  # without leading zeros
    pairs = list(zip(images["source"], labels, strict=True))
    if as_csv:
        return "PATH,REFERENCE_ID\n" + "".join(f"{path},{label}\n" for path, label in pairs)
    return "".join(f"/data/faces/{path} {label}\n" for path, label in pairs)


def test_the_doctor_tries_every_fold(written, tmp_path):
    layout, root, listed = written
    done = shell("bench", "doctor", "--data", f"{layout}:{root}", "--variants", "A", *FOLDED,
                 "--sample", 2, cwd=tmp_path, cache=tmp_path / "cache")  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for fold in range(1, FOLDS + 1):
        (row,) = [
            line for line in done.stdout.splitlines() if line.strip().startswith(f"lists {fold}")
        ]
        gallery, probe = len(listed["gallery", fold]), len(listed["probe", fold])
        assert f"{gallery}+{probe}" in row
        assert "works" in row


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--fold", "3"], 2, "lists.folds"),
        ([*FOLDED[2:]], 2, "add --fold N, or --fold all"),
        ([*FOLDED[2:], "--fold", "6"], 2, "has 1 to 5"),
        (["--set", "lists.folds=6", "--fold", "6"], 3, "no list is called"),
    ],
)
def test_mistakes_are_one_line_with_the_remedy(*, written, tmp_path, options, code, words):
    layout, root, _ = written
    done = shell(
        "bench", "run-all", "--data", f"{layout}:{root}", "--protocol", "lists", "--variants", "A",
        *options, "--dry-run", cwd=tmp_path, cache=tmp_path / "cache",
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("bench:")]
    assert words in line


@pytest.mark.slow
def test_all_folds_are_trained_tested_and_reported(written, tmp_path):
    layout, root, listed = written
    out = tmp_path / "runs" / "lists"
    settings = {"variants": '["A"]', "quality.images": 10} | NO_CONTROLS
    run(out, "--data", f"{layout}:{root}", *FOLDED, "--fold", "all", **settings)
    results = json.loads((out / "results.json").read_text())
    assert results["data"]["folds"] == list(range(1, FOLDS + 1))
    for fold in range(1, FOLDS + 1):
        (split,) = (out.parent / "stages").glob(f"split-fold{fold}-*/split.csv")
        parts = pd.read_csv(split, dtype=str)
        for part in ("train", "gallery", "probe"):
            assert set(parts.loc[parts["part"] == part, "source"]) == listed[part, fold]
    assert (out / "tables" / "folds.md").exists()
