"""Translators in files outside nirbench are found and trained, and their weights load safely."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from faces.common.errors import DataError, MissingError, TamperedError, UsageError
from faces.common.files import sha256
from faces.packed import Packed
from generators import definitions
from generators.batches import Batches
from generators.fakes import translate
from generators.method import Variant
from generators.networks import ResnetGenerator
from generators.origin import Origin
from generators.settings import GeneratorSettings
from generators.training import train
from generators.weights import load_generator

ONE_WAY = Path(__file__).parent / "data" / "one_way.py"
SETTINGS = GeneratorSettings(
    steps=6, side_px=32, log_every_steps=2, checkpoint_every_steps=2, sample_every_steps=3
)


def pictures(number: int, channels: int) -> np.ndarray:
    shape = (number, 40, 40, channels)
    return np.random.default_rng(channels).integers(0, 256, shape, dtype=np.uint8)


VIS = Packed(
    pictures(4, 3), pd.DataFrame({"subject": "s", "spectrum": "VIS", "shot": list("abcd")})
)


def run(out: Path, variant: Variant | None = None, nir: int = 3, **options) -> Path:
    train(variant or definitions.of_file(ONE_WAY), SETTINGS, VIS, pictures(nir, 1),
          out=out, seed=5, **options)  # fmt: skip
    return out / "generator.safetensors"


def load_in_a_new_process(weights: Path, cache: Path) -> subprocess.CompletedProcess:
    code = (
        "import sys; from pathlib import Path; from generators.weights import load_generator\n"
        "print(type(load_generator(Path(sys.argv[1]))[0]).__name__)"
    )
    return subprocess.run(
        [sys.executable, "-c", code, weights],
        env=os.environ | {"BENCH_CACHE": str(cache)}, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    return run(tmp_path_factory.mktemp("one-way"))


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_file_says_where_it_comes_from():
    variant = definitions.of_file(ONE_WAY)
    assert variant.name == "one-way"
    assert variant.origin == Origin(kind="file", name="one_way.py", version=sha256(ONE_WAY))


def test_one_direction_leaves_one_file_whose_header_says_all(weights):
    assert sorted(path.name for path in weights.parent.glob("*.safetensors")) == [weights.name]
    with safe_open(weights, "pt") as stored:
        header = stored.metadata()
    assert header["architecture"] == "one-way.Tone"
    assert json.loads(header["arguments"]) == {"channels": 8}
    assert json.loads(header["origin"])["version"] == sha256(ONE_WAY)
    assert header["direction"] == "vis_to_nir"


def test_weights_are_loaded_from_the_file_alone_once_the_definition_was_named(weights, cache):
    before = load_in_a_new_process(weights, cache)
    assert before.returncode != 0
    assert f"{weights}: translator one-way is defined in the file one_way.py" in before.stderr
    assert sha256(ONE_WAY) in before.stderr
    definitions.keep(ONE_WAY, cache)
    after = load_in_a_new_process(weights, cache)
    assert after.stdout == "Tone\n", after.stderr


def test_the_definition_can_be_given_with_the_weights(weights, cache):
    network, _ = load_generator(weights, ONE_WAY)
    images = pictures(2, 3)
    definitions.keep(ONE_WAY, cache)
    fakes = translate(weights, images)
    again, _ = load_generator(weights)
    for mine, theirs in zip(network.parameters(), again.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert fakes.shape == (2, 32, 32, 1)
    assert fakes.std() > 0


def test_another_definition_is_refused(weights, cache, tmp_path):
    other = tmp_path / "one_way.py"
    other.write_text(ONE_WAY.read_text() + "\n# changed\n")
    with pytest.raises(UsageError, match=r"is not the file one_way\.py"):
        load_generator(weights, other)


def test_a_changed_copy_is_not_run(weights, cache):
    definitions.keep(ONE_WAY, cache)
    (copy,) = (cache / "translators").iterdir()
    copy.write_text("raise SystemExit('this was run')")
    with pytest.raises(TamperedError, match="changed since it was kept"):
        load_generator(weights)


@pytest.mark.parametrize("origin_kind", ["file", "package"])
@pytest.mark.parametrize("architecture", ["os.system", "evil.Tone", "subprocess.Popen"])
def test_weights_run_nothing_that_nobody_named(tmp_path, cache, origin_kind, architecture):
    (tmp_path / "evil.py").write_text("raise SystemExit('this was run')")
    evil = tmp_path / "evil.py"
    origin = Origin(kind=origin_kind, name=str(evil), version=sha256(evil))
    header = {
        "architecture": architecture,
        "arguments": '{"command": "exit 1"}',
        "origin": origin.model_dump_json(),
    }
    save_file({"x": torch.zeros(1)}, tmp_path / "evil.safetensors", header)
    with pytest.raises(MissingError, match=r"evil\.safetensors: translator .* is defined in"):
        load_generator(tmp_path / "evil.safetensors")


def test_a_killed_training_ends_with_the_same_bytes(weights, tmp_path):
    def kill(done, total, values):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, progress=kill)
    torch.manual_seed(1)  # the global state must not matter
    run(tmp_path)
    for name in ("generator.safetensors", "losses.csv", "samples/images.npy"):
        assert (tmp_path / name).read_bytes() == (weights.parent / name).read_bytes()


def test_pairs_are_one_shot_each(tmp_path):
    paired = replace(definitions.of_file(ONE_WAY), needs_pairs=True)
    with pytest.raises(DataError, match="one NIR image of the same shot"):
        run(tmp_path / "three", paired, nir=3)
    assert run(tmp_path / "four", paired, nir=4).exists()


def test_pairs_are_drawn_together_and_cut_alike():
    images = torch.arange(6 * 64, dtype=torch.int64).remainder(251).to(torch.uint8)
    vis = images.view(6, 1, 8, 8)
    batches = Batches({"vis": vis, "nir": 255 - vis}, 5, 4, torch.Generator(), paired=True)
    for _ in range(9):
        made = batches.draw()
        torch.testing.assert_close(made["vis"], -made["nir"])


def test_files_from_before_there_were_arguments_still_load(tmp_path):
    network = ResnetGenerator(8, 1)
    header = {"architecture": "ResnetGenerator", "width": "8", "blocks": "1", "variant": "A"}
    save_file(network.state_dict(), tmp_path / "old.safetensors", header)
    loaded, metadata = load_generator(tmp_path / "old.safetensors")
    assert metadata == header
    for mine, theirs in zip(loaded.parameters(), network.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize(
    ("header", "error", "words"),
    [
        ({}, UsageError, "not the weights of a translator"),
        ({"architecture": "ResnetGenerator"}, TamperedError, "weights and header disagree"),
        ({"architecture": "ResnetGenerator", "arguments": "{"}, TamperedError, "disagree"),
        ({"architecture": "ResnetGenerator", "arguments": '{"wide": 1}'}, TamperedError, "wide"),
        ({"architecture": "Z.Net", "arguments": "{}"}, MissingError, "Z is defined in nirbench"),
        ({"architecture": "A.Net", "arguments": "{}"}, TamperedError, "A has no network Net"),
    ],
)
def test_headers_that_say_nothing_usable_are_one_line(tmp_path, header, error, words):
    save_file({"x": torch.zeros(1)}, tmp_path / "w.safetensors", header)
    with pytest.raises(error, match=words) as caught:
        load_generator(tmp_path / "w.safetensors")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (("VARIANT = ", "OTHER = "), UsageError, "defines no VARIANT"),
        (("name=\"one-way\"", "name=\"one/way\""), UsageError, "'one/way'"),
        (("channels: PositiveInt", "batch: PositiveInt"), UsageError, "own setting batch"),
        (("import torch\n", "import torch, no_such_package\n"), MissingError, "no_such_package"),
        (("import torch\n", "import torch\n1 / 0\n"), UsageError, "ZeroDivisionError"),
        (("import torch\n", "import torch\n)\n"), UsageError, "SyntaxError"),
    ],
)  # fmt: skip
def test_files_that_define_nothing_usable_are_one_line(tmp_path, change, error, words):
    file = tmp_path / "mine.py"
    file.write_text(ONE_WAY.read_text().replace(*change))
    with pytest.raises(error, match=words) as caught:
        definitions.of_file(file)
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.py"):
        definitions.of_file(tmp_path / "nowhere.py")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("architectures=(Tone,),", ""), "Tone, which is not among its architectures"),
        (("self.arguments = {", "self.args = {"), "needs an attribute `arguments`"),
        (('{"channels": channels}', '{"channels": torch.ones(1)}'), "fit for JSON"),
    ],
)
def test_a_network_that_could_not_be_loaded_again_is_refused_before_the_first_step(
    tmp_path, change, words
):
    file = tmp_path / "mine.py"
    file.write_text(ONE_WAY.read_text().replace(*change))
    with pytest.raises(UsageError, match=words):
        run(tmp_path / "out", definitions.of_file(file))
    assert not (tmp_path / "out").exists()
