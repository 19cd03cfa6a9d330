"""The paper's protocol at its own size, on rendered people: 560 come, 530 have enough, 520 stay."""

import json
import os
from pathlib import Path

import pytest

from faces import packed, testbed
from recognizer import network
from tests.bench.conftest import run
from tests.bench.test_own_data import TRAINING

PEOPLE, TOO_FEW = 560, 30
KEPT = PEOPLE - TOO_FEW - 10


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """Return people with at least four images per spectrum, so that a missed face drops nobody."""
    root = tmp_path_factory.mktemp("paper") / "casia"
    truth = testbed.write(
        root,
        "casia",
        PEOPLE,
        vis_per_subject=(4, 8),
        nir_per_subject=(4, 6),
        side_px=128,
        workers=os.cpu_count(),
    )
    vis = truth[truth["spectrum"] == "VIS"]
    for subject in sorted(vis["subject"].unique())[:: PEOPLE // TOO_FEW][:TOO_FEW]:
        for source in vis.loc[vis["subject"] == subject, "source"].iloc[2:]:
            (root / source).unlink()
    return root


@pytest.fixture(scope="module")
def finished(tree, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("run") / "runs" / "paper"
    settings = TRAINING | {"variants": '["A"]', "recognizer.nir_per_subject": "all"}
    run(out, "--data", f"casia:{tree}", "--protocol", "paper-520", **settings)
    return out


@pytest.mark.slow
def test_520_people_are_kept_and_the_paper_stands_beside(finished):
    funnel = json.loads((finished / "results.json").read_text())["data"]["funnel"]
    print(json.dumps(funnel, indent=1))
    steps = {step["step"]: step for step in funnel}
    assert steps["readable"]["vis_subjects"] == steps["readable"]["nir_subjects"] == PEOPLE
    assert (
        steps["both kinds"]["vis_subjects"] == steps["both kinds"]["paper"]["vis_subjects"] == 530
    )
    assert steps["kept"]["vis_subjects"] == steps["kept"]["nir_subjects"] == KEPT == 520
    enough = next(step for name, step in steps.items() if name.startswith("at least 3"))
    assert enough["paper"]["nir_subjects"] == 655
    assert "560 here, 655 in the paper" in enough["note"]


@pytest.mark.slow
def test_training_sets_are_composed_as_the_paper_composes_them(finished):
    stages = finished.parent / "stages"
    (split,) = stages.glob("split-*/split.csv")
    parts = packed.read_table(split)
    train = parts[parts["part"] == "train"]
    assert train["subject"].nunique() == KEPT
    assert train.groupby(["subject", "spectrum"]).size().between(1, 8).all()
    vis, nir = (int((train["spectrum"] == spectrum).sum()) for spectrum in ("VIS", "NIR"))
    (folder,) = stages.glob("fakes-A-0-*/")
    fakes = packed.read(folder)
    assert len(fakes.images) == vis
    assert composition(stages, "real") == {"VIS": vis, "NIR": nir}
    assert composition(stages, "real+A") == {"VIS": vis, "NIR": nir, "fake NIR": vis}
    print(f"{nir} real NIR + {vis} real VIS = {nir + vis}, with fakes {nir + 2 * vis}")


def composition(stages: Path, training_set: str) -> dict[str, int]:
    """Return the numbers of training images by kind, from the header of a recognizer's weights."""
    (file,) = stages.glob(f"finetune-{training_set}-0-*/recognizer.safetensors")
    return network.provenance(file)["images"]
