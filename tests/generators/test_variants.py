"""What must hold for every registered variant; new ones are tested without a change here."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors import safe_open
from torch import nn

from faces import packed
from faces.common import checkpoint
from faces.common.errors import StageError, UsageError
from faces.packed import Packed
from generators import variants
from generators.architectures import OURS
from generators.fakes import make_fakes, translate
from generators.settings import GeneratorSettings
from generators.training import train
from generators.weights import load_generator

SETTINGS = GeneratorSettings(
    steps=7, side_px=32, log_every_steps=2, checkpoint_every_steps=3, sample_every_steps=2
)
SMALL = {"width": 8, "blocks": 1, "pool_size": 2}  # as far as a variant has such settings


class SmallTaps(nn.Module):
    """Four feature maps of a small random network, in place of any that a variant needs."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            widths = (3, 4, 4, 4)
            self.convs = nn.ModuleList(nn.Conv2d(width, 4, 3, padding=1) for width in widths)

    def forward(self, images):
        taps = []
        for conv in self.convs:
            images = torch.relu(conv(images))
            taps.append(images)
        return taps


class Killed(Exception):
    """The end of a training by a signal."""


def kill_at(step: int):
    def progress(done, total, values):
        if done == step:
            raise Killed

    return progress


def pictures(number: int, channels: int, seed: int) -> np.ndarray:
    shape = (number, 40, 40, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


VIS = Packed(
    pictures(9, 3, 0),
    pd.DataFrame(
        {"subject": [f"s{row}" for row in range(9)], "spectrum": "VIS", "shot": [*"012345678"]}
    ),
)
NIR = pictures(5, 1, 1)


def small(name: str):
    """Return a variant's own settings, with small networks."""
    own_settings = variants.get(name).settings
    known = {key: value for key, value in SMALL.items() if key in own_settings.model_fields}
    return own_settings(**known)


def run(name: str, out: Path, settings=SETTINGS, seed: int = 3, **options: Any) -> Path:
    variant = variants.get(name)
    own = options.pop("own", small(name))
    fixed = {network: SmallTaps() for network in variant.needs(own)}
    nir = pictures(9, 1, 1) if variant.needs_pairs else NIR
    train(variant, settings, VIS, nir, out=out, seed=seed, own=own, fixed=fixed, **options)
    return out


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The output folder of each variant's unbroken training."""
    root = tmp_path_factory.mktemp("trained")
    return {name: run(name, root / name) for name in variants.names()}


every_variant = pytest.mark.parametrize("name", variants.names())


def test_the_three_of_the_paper_are_registered():
    assert {"A", "B", "C"} <= set(variants.names())
    assert [variants.get(name).equalize for name in "ABC"] == ["none", "vis", "vis"]


@pytest.mark.parametrize(("name", "nearest"), [("a", "A"), ("b", "B"), ("CC", "C")])
def test_an_unknown_name_is_told_its_nearest(name, nearest):
    with pytest.raises(UsageError, match=f"did you mean {nearest}"):
        variants.get(name)


@every_variant
def test_terms_are_named_and_finite(trained, name):
    table = pd.read_csv(trained[name] / "losses.csv")
    assert table["step"].tolist() == [2, 4, 6, 7]
    assert np.isfinite(table.to_numpy()).all()
    assert set(table.columns[1:]) <= set(variants.get(name).terms)


@every_variant
@pytest.mark.parametrize("step", [1, 3, 5, 7])
def test_a_killed_training_ends_with_the_same_bytes(trained, name, step, tmp_path):
    with pytest.raises(Killed):
        run(name, tmp_path, progress=kill_at(step))
    run(name, tmp_path)
    assert contents(tmp_path) == contents(trained[name])


@every_variant
def test_another_seed_gives_other_weights(trained, name, tmp_path):
    run(name, tmp_path, seed=4)
    other = (tmp_path / "generator.safetensors").read_bytes()
    assert other != (trained[name] / "generator.safetensors").read_bytes()


@every_variant
def test_weights_say_what_they_are(trained, name):
    directions = {"generator": "vis_to_nir", "backward": "nir_to_vis"}
    files = sorted(trained[name].glob("*.safetensors"))
    assert "generator" in [file.stem for file in files]
    for file in files:
        with safe_open(file, "pt") as stored:
            header = stored.metadata()
        assert header["architecture"] in {*OURS} or header["architecture"].startswith(f"{name}.")
        expected = {
            "direction": directions[file.stem], "variant": name, "side_px": "32", "seed": "3",
            "steps": "7", "equalize": variants.get(name).equalize, "equalize_method": "global",
            "torch": torch.__version__,
        }  # fmt: skip
        assert expected.items() <= header.items()


@every_variant
def test_one_fake_for_each_image_with_its_subject_and_shot(trained, name, tmp_path):
    rows = [7, 2, 2, 0]
    weights = trained[name] / "generator.safetensors"
    make_fakes(weights, VIS, rows, tmp_path / "fakes")
    fakes = packed.read(tmp_path / "fakes")
    assert fakes.images.shape == (4, 32, 32, 1)
    assert fakes.index["subject"].tolist() == ["s7", "s2", "s2", "s0"]
    assert fakes.index["shot"].tolist() == [str(row) for row in rows]
    assert fakes.index["source"].tolist() == ["7", "2", "2", "0"]
    assert set(fakes.index["spectrum"]) == {"NIR"}
    alone = [translate(weights, VIS.images[row : row + 1])[0] for row in rows]
    assert np.array_equal(fakes.images, np.stack(alone))


@every_variant
def test_fakes_do_not_depend_on_the_batch(trained, name):
    weights = trained[name] / "generator.safetensors"
    images = pictures(33, 3, 5)
    one, seven, many = (translate(weights, images, batch=batch) for batch in (1, 7, 32))
    assert np.array_equal(one, seven)
    assert np.array_equal(one, many)


@every_variant
def test_samples_show_fixed_training_images_over_time(trained, name):
    samples = packed.read(trained[name] / "samples")
    assert sorted(set(samples.index["step"])) == [2, 4, 6, 7]
    assert len(samples.index) == 4 * 6
    for _, at_step in samples.index.groupby("step"):
        assert at_step["source"].nunique() == 6
        assert (at_step["subject"] == "s" + at_step["source"]).all()
    network, _ = load_generator(trained[name] / "generator.safetensors")
    assert network.training is False
    last = samples.images[samples.index["step"] == 7]
    assert last.std() > 0
    assert not np.array_equal(last, samples.images[samples.index["step"] == 2])


@every_variant
def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_checkpoint(name, tmp_path):
    wild = SETTINGS.model_copy(update={"learning_rate": 1e30, "checkpoint_every_steps": 1})
    with pytest.raises(StageError, match=f"variant {name}, seed 3: .* not finite at step"):
        run(name, tmp_path, wild)
    state = checkpoint.load_newest(tmp_path / "checkpoints")
    weights = [] if state is None else state["stepper"]["networks"].values()
    assert all(tensor.isfinite().all() for network in weights for tensor in network.values())


@every_variant
def test_a_checkpoint_of_other_settings_is_refused(name, tmp_path):
    with pytest.raises(Killed):
        run(name, tmp_path, progress=kill_at(4))
    with pytest.raises(UsageError, match="other settings"):
        run(name, tmp_path, SETTINGS.model_copy(update={"decay_from": 0.25}))


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_a_checkpoint_of_other_own_settings_is_refused(name, tmp_path):
    with pytest.raises(Killed):
        run(name, tmp_path, progress=kill_at(4))
    with pytest.raises(UsageError, match="other settings"):
        run(name, tmp_path, own=small(name).model_copy(update={"cycle_weight": 3.0}))


@every_variant
def test_own_settings_have_defaults_descriptions_and_names_of_their_own(name):
    own_settings = variants.get(name).settings
    defaults = own_settings()
    assert defaults == own_settings.model_validate(defaults.model_dump(mode="json"))
    assert all(field.description for field in own_settings.model_fields.values())
    assert not own_settings.model_fields.keys() & GeneratorSettings.model_fields.keys()
    assert own_settings.model_config["frozen"]
    assert own_settings.model_config["extra"] == "forbid"


@every_variant
def test_a_missing_fixed_network_is_named(name, tmp_path):
    for network in variants.get(name).needs(small(name)):
        with pytest.raises(UsageError, match=f"variant {name} needs the network {network}"):
            train(variants.get(name), SETTINGS, VIS, NIR, out=tmp_path, seed=0, own=small(name))


@every_variant
def test_a_training_leaves_the_randomness_of_torch_as_it_was(name, tmp_path):
    torch.manual_seed(17)
    expected = torch.rand(3)
    torch.manual_seed(17)
    run(name, tmp_path)
    assert torch.equal(torch.rand(3), expected)
