"""Metrics from their files to the report: one rule for all, and new ones found by themselves."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from bench.gathering.metrics import metric_records
from faces.packed import Packed
from recognizer import metrics
from recognizer.matching import match
from recognizer.tables import Tables
from reports.material import Material, TrainingSet
from reports.summary import summarise
from tests.added_package import ROOT, add_package

FARS = (0.1, 0.02)
PEOPLE, PROBES = 30, 4


def matched() -> Tables:
    """Match made-up embeddings to a gallery of one per person."""
    rng = np.random.default_rng(0)
    names = [f"p{person:02}" for person in range(PEOPLE)]
    places = rng.normal(size=(PEOPLE, 16))
    gallery, probes = (
        packed_of(
            np.repeat(places, count, 0),
            np.repeat(names, count),
            noise=noise,
            spectrum=spectrum,
            rng=rng,
        )
        for count, noise, spectrum in ((1, 0.5, "VIS"), (PROBES, 1.2, "NIR"))
    )
    return match(gallery, probes, unit, draws=1, far_targets=FARS)


def reported() -> dict[str, float]:
    """Return each metric of the made-up embeddings as the report has it."""
    material = Material(
        provenance={},
        training_sets=(TrainingSet("real", "baseline", "VIS"),),
        outcomes=matched().outcomes.assign(training_set="real", seed=0),
        curves=pd.DataFrame(),
        quality=pd.DataFrame(),
        metrics=tuple(metric_records(FARS)),
    )
    return {key[2]: mean.value for key, mean in summarise(material, resamples=20).means.items()}


def packed_of(places, names, *, noise, spectrum, rng) -> Packed:
    """Return embeddings in the form of images: (N, 16) => (N, 1, 1, 16)."""
    index = pd.DataFrame({"subject": names, "spectrum": spectrum, "shot": range(len(names))})
    return Packed((places + rng.normal(0, noise, places.shape))[:, None, None], index)


def unit(images: np.ndarray, spectrum: str) -> np.ndarray:
    flat = images.reshape(len(images), -1)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def test_the_rule_of_vr_at_far_is_changed_in_one_place(monkeypatch):
    """With an eighth of the impostors accepted, the report's rates fall; nothing else changes."""
    before = reported()
    whole = metrics.most_accepted
    monkeypatch.setattr(metrics, "most_accepted", lambda number, far: whole(number, far) // 8)
    after = reported()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {f"vr@far={far:g}" for far in FARS}
    assert all(after[f"vr@far={far:g}"] < before[f"vr@far={far:g}"] for far in FARS)


@pytest.mark.parametrize(
    ("rule", "replacement", "changed"),
    [
        ("placements", lambda counts: np.zeros(len(counts.genuine)), {"auc"}),
        ("accepted", lambda counts, far: np.zeros(len(counts.genuine), bool), {"vr@far=0.1"}),
    ],
)
def test_runs_use_the_rules_of_the_module_of_metrics(monkeypatch, rule, replacement, changed):
    before = reported()
    monkeypatch.setattr(metrics, rule, replacement)
    after = reported()
    assert changed <= {name for name in before if before[name] != after[name]}
    assert before["rank1"] == after["rank1"]
    assert all(after[name] == pytest.approx(0, abs=1e-9) for name in changed)


ADDED = '''"""Two metrics outside the project: brightness, and hits of confident probes."""

import numpy as np

from faces.common.metric import Metric, share
from generators.quality_metrics.metric import ImageMetrics
from recognizer.recognition_metrics.metric import MatchingMetric


def brightness(sample):
    return {"brightness": sample.images.double().mean((1, 2, 3)).numpy() / 255}


BRIGHT = ImageMetrics(
    "brightness",
    (Metric("brightness", "mean brightness", unit="of white", digits=2, better="", high=1.0),),
    values=brightness,
)
MARGIN = MatchingMetric(
    share("ahead", "genuine ahead by a tenth"),
    outcomes=lambda tally: tally.counts.genuine > tally.impostor + 0.1,
)
'''
SCRIPT = """
import json, sys
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from torch import nn

from bench.gathering.metrics import metric_records
from faces.networks.efficientnet_lite0 import EfficientNetLite0
from generators import quality_metrics
from generators.quality import FeatureNetworks, ImageSample, measure
from recognizer import recognition_metrics
from reports.material import Material, TrainingSet
from reports.records import results
from reports.answer.sentences import answer
from reports.summary import summarise
from reports.tables.accuracy import accuracy_tables
from reports.tables.quality import quality_tables
from tests.bench.gathering import test_metrics as made

rng = np.random.default_rng(0)
face = nn.Sequential(nn.AvgPool2d(25), nn.Flatten())
networks = FeatureNetworks(EfficientNetLite0().eval(), face, torch.device("cpu"))
images = rng.integers(0, 256, (30, 32, 32, 1), np.uint8)
people = np.array([f"p{i % 6}" for i in range(30)])
measured = measure(
    networks, {"A": ImageSample(images[:10], people=people[:10])},
    ImageSample(images, people=people), count=10, side_px=32, lite0_px=32, rng=rng,
)
tables = made.matched()
material = Material(
    provenance={}, training_sets=(TrainingSet("real", "baseline", "VIS"),),
    outcomes=tables.outcomes.assign(training_set="real", seed=0), curves=pd.DataFrame(),
    quality=pd.DataFrame(measured.rows).assign(seed=0), metrics=tuple(metric_records(made.FARS)),
)
summary = summarise(material, resamples=20)
print(json.dumps({
    "quality": [row[0][0] for row in quality_tables(summary)[0].rows],
    "recognition": [head for table in accuracy_tables(summary) for head in table.header],
    "records": [row["name"] for row in results(summary, {}, answer(summary, {}))["metrics"]],
    "keys": [*quality_metrics.added(), *recognition_metrics.added()],
}))
"""


def test_a_metric_in_a_file_outside_the_project_is_measured_and_printed(tmp_path):
    path = add_package(
        tmp_path, "more_metrics", ADDED, quality_metrics="brightness = more_metrics:BRIGHT",
        recognition_metrics="ahead = more_metrics:MARGIN",
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=os.environ | {"PYTHONPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["quality"][-1] == "mean brightness, of white"
    assert any(head.startswith("genuine ahead by a tenth, %") for head in report["recognition"])
    assert {"brightness", "ahead"} <= set(report["records"])
    assert report["keys"] == ["brightness (more_metrics 1.0)", "ahead (more_metrics 1.0)"]
