"""The loop: resumed equals unbroken, fine-tuning starts where it should, failures are named."""

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from faces.common import checkpoint
from faces.common.errors import DataError, StageError, UsageError
from recognizer import network
from recognizer.batches import ImageSet
from recognizer.settings import TrainingSettings
from recognizer.training import learning_rate, train

CPU = torch.device("cpu")


class Killed(Exception):
    pass


def test_a_killed_training_ends_with_the_same_bytes(trained, settings, image_sets, tmp_path):
    def kill(done, total, values):
        if done == 3:
            raise Killed

    with pytest.raises(Killed):
        train(settings, image_sets, 3, None, out=tmp_path, seed=7, device=CPU, progress=kill)
    assert checkpoint.load_newest(tmp_path)["losses"].shape == (2,)
    assert not (tmp_path / "recognizer.safetensors").exists()
    with pytest.raises(UsageError, match="checkpoints of other settings"):
        train(settings, image_sets, 3, None, out=tmp_path, seed=8, device=CPU)
    steps = []
    # Whatever else draws from torch's global generator in between must not matter.
    torch.rand(5)
    train(
        settings, image_sets, 3, None, out=tmp_path, seed=7, device=CPU,
        progress=lambda done, *_: steps.append(done),
    )  # fmt: skip
    assert steps == [3, 4], "it goes on from the checkpoint"
    for name in ("recognizer.safetensors", "losses.csv"):
        assert (tmp_path / name).read_bytes() == (trained.parent / name).read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["losses.csv", "recognizer.safetensors"]


def test_a_finished_training_is_not_repeated(trained, settings, image_sets):
    written = trained.stat().st_mtime_ns
    again = train(settings, image_sets, 3, None, out=trained.parent, seed=7, device=CPU)
    assert again == trained
    assert trained.stat().st_mtime_ns == written


def test_losses_tell_every_step(trained, settings):
    losses = pd.read_csv(trained.parent / "losses.csv")
    assert losses["step"].tolist() == [1, 2, 3, 4]
    expected = [learning_rate(settings, step) for step in range(4)]
    np.testing.assert_allclose(losses["learning_rate"], expected)
    assert np.isfinite(losses["loss"]).all()


def test_training_leaves_the_global_generator_alone_and_learns_two_faces(settings, tmp_path):
    grey = np.full((2, 80, 80, 1), 60, np.uint8)
    grey[1, 20:60] = 200
    faces = [ImageSet("vis", grey, np.arange(2))]
    easy = settings.model_copy(update={"steps": 5, "dropout": 0.0, "learning_rate_drops": ()})
    before = torch.get_rng_state()
    out = train(easy, faces, 2, None, out=tmp_path, seed=1, device=CPU)
    assert torch.equal(before, torch.get_rng_state())
    losses = pd.read_csv(out.parent / "losses.csv")["loss"]
    assert losses.iloc[-1] < losses.iloc[0] / 4


def test_fine_tuning_starts_from_the_given_weights(trained, settings, image_sets, tmp_path):
    gentle = settings.model_copy(update={"steps": 1, "learning_rate": 1e-6})
    weights = train(gentle, image_sets, 3, trained, out=tmp_path, seed=0, device=CPU)
    tuned = load_file(weights)
    for name, first in load_file(trained).items():
        moved = (tuned[name] - first).abs().max()
        if name.startswith("logits"):
            assert moved > 1e-2, "the classifier is new"
        elif "running" not in name and not name.endswith("num_batches_tracked"):
            assert moved < 2e-6, name
    assert network.provenance(tmp_path / "recognizer.safetensors")["initial"]["seed"] == 7


def test_a_loss_that_is_not_finite_stops_the_training(settings, image_sets, tmp_path):
    wild = settings.model_copy(update={"learning_rate": 1e38})
    with pytest.raises(StageError, match="lower recognizer"):
        train(wild, image_sets, 3, None, out=tmp_path, seed=0, device=CPU)
    assert not (tmp_path / "recognizer.safetensors").exists()


def test_labels_beyond_the_classes_are_refused(settings, image_sets, tmp_path):
    with pytest.raises(DataError, match="kind vis: labels beyond 1"):
        train(settings, image_sets, 2, None, out=tmp_path, seed=0, device=CPU)
    with pytest.raises(DataError, match="at least 2 subjects"):
        train(settings, image_sets, 1, None, out=tmp_path, seed=0, device=CPU)


@pytest.mark.parametrize("steps", [8, 10, 1000])
def test_the_rate_falls_to_a_tenth_at_each_drop(steps):
    settings = TrainingSettings(steps=steps, learning_rate=2.0, learning_rate_drops=(0.5, 0.75))
    for step in range(steps):
        expected = 2.0 if step < steps / 2 else 0.2 if step < steps * 0.75 else 0.02
        assert learning_rate(settings, step) == pytest.approx(expected)
