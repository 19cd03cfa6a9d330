"""Translators from outside the repository, by path and by entry point, from training to report."""

import html
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from bench.planning import plan as plans
from bench.planning import preparing
from bench.planning.preparing import check
from bench.running.engine import every_stage
from bench.settings import loading
from faces.common.errors import MissingError, UsageError
from faces.common.files import sha256
from reports.material_files import load_material
from tests.bench.conftest import run

ONE_WAY = Path(__file__).parents[1] / "generators" / "data" / "one_way.py"
ENTRY = "[nirbench.translators]\npackaged = other_translators:VARIANT\n"
PLAIN = {"controls__sets": "[]", "controls__nir_curve": "[]", "controls__fakes_curve": "[]"}


def install(folder: Path) -> None:
    """Install the example under another name, as a package."""
    folder.mkdir()
    text = ONE_WAY.read_text().replace('name="one-way"', 'name="packaged"')
    (folder / "other_translators.py").write_text(text)
    metadata = folder / "other_translators-2.0.dist-info"
    metadata.mkdir()
    about = "Metadata-Version: 2.1\nName: other-translators\nVersion: 2.0\n"
    (metadata / "METADATA").write_text(about)
    (metadata / "entry_points.txt").write_text(ENTRY)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """Return the folder of a run with a translator from a file and one from a package."""
    folder = tmp_path_factory.mktemp("outside")
    install(folder / "site")
    out, chosen = folder / "runs" / "both", f'["A", "{ONE_WAY}", "packaged"]'
    with pytest.MonkeyPatch.context() as patch:
        before = os.environ.get("PYTHONPATH", "")
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder / "site"), before])))
        run(out, "--set", "one-way.channels=5", variants=chosen, **PLAIN)
    return out


def test_their_fakes_are_in_the_tables_and_in_the_grid(finished):
    results = json.loads((finished / "results.json").read_text())
    assert {"A", "one-way", "packaged"} <= {row["images"] for row in results["quality"]}
    trained = {row["training_set"] for row in results["recognition"]}
    assert {"real+A", "real+one-way", "real+packaged"} <= trained
    grid = next(grid for grid in load_material(finished / "material").grids
                if grid.name == "subjects")  # fmt: skip
    assert {"A", "one-way", "packaged"} <= set(grid.columns)
    accuracy = pd.read_csv(finished / "tables" / "accuracy.csv")
    assert "real+one-way" in accuracy.to_string()


def test_their_terms_are_explained_in_their_own_words(finished):
    page = html.unescape((finished / "report.html").read_text())
    assert "Distance of the fakes' mean grey from that of NIR." in page


def test_the_key_knows_the_file_and_the_package(finished):
    records = {}
    for path in (finished.parent / "stages").glob("translator-*/stage.json"):
        settings = json.loads(path.read_text())["settings"]
        records[settings["variant"]] = settings
    assert records["A"]["origin"] is None
    assert records["one-way"]["origin"]["version"] == sha256(ONE_WAY)
    assert records["packaged"]["origin"] == {
        "kind": "package", "name": "other-translators", "version": "2.0"
    }  # fmt: skip
    assert records["one-way"]["own"] == {"channels": 5}
    assert records["packaged"]["own"] == {"channels": 8}
    assert not {"width", "channels"} & records["A"]["generator"].keys()


@pytest.mark.parametrize("name", ["one-way", "packaged"])
def test_their_weights_are_loaded_from_the_file_alone(finished, name):
    code = (
        "import sys; from pathlib import Path; from generators.weights import load_generator\n"
        "network, _ = load_generator(Path(sys.argv[1]))\n"
        "print(type(network).__name__, network.arguments['channels'])"
    )
    site = finished.parents[1] / "site"
    done = subprocess.run(
        [sys.executable, "-c", code, finished / "generators" / f"{name}-0.safetensors"],
        env=os.environ | {
            "BENCH_CACHE": str(finished.parent / "cache"),
            "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]),
        },
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == ["Tone", "5" if name == "one-way" else "8"], done.stderr


def load(*assignments: str, preset: str = "demo", **options) -> loading.RunSettings:
    return loading.load(preset, overrides=options, assignments=assignments)


def keys(settings: loading.RunSettings) -> dict[str, str]:
    stages = every_stage(plans.build(settings, None, Path()).targets())
    return {stage.name: stage.key for stage in stages}


def test_what_one_translator_is_told_renames_its_stages_alone():
    before, after = keys(load()), keys(load("C.perceptual_weight=2"))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        f"{stage}:{name}:0"
        for stage, name in (
            ("translator", "C"), ("fakes", "C"), ("quality", "C"), ("finetune", "real+C"),
            ("score", "real+C"), ("score", "real+C@nir-statistics"),
        )
    }  # fmt: skip
    width = keys(load("A.width=7"))
    assert {name for name in before if name.startswith("translator") and before[name] != width[name]
            } == {"translator:A:0"}  # fmt: skip


def test_a_changed_file_is_another_translator(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(ONE_WAY.read_text())
    first = keys(load(variants=[str(file)]))
    file.write_text(ONE_WAY.read_text() + "# changed\n")
    second = keys(load(variants=[str(file)]))
    assert first["translator:one-way:0"] != second["translator:one-way:0"]
    assert first["finetune:real:0"] == second["finetune:real:0"]


def test_settings_of_a_run_with_a_file_are_read_back(tmp_path):
    settings = load("one-way.channels=3", variants=["A", str(ONE_WAY)])
    assert settings.variants == ["A", "one-way"]
    file = tmp_path / "settings.toml"
    file.write_text(loading.to_toml(settings))
    assert loading.from_toml(file).model_dump() == settings.model_dump()
    assert keys(loading.from_toml(file)) == keys(settings)


def variation(folder: Path, *change: str) -> str:
    file = folder / "mine.py"
    file.write_text(ONE_WAY.read_text().replace(*change))
    return str(file)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("A", "defines A, which there is already"),
        ("data", "cannot be called data"),
        ("vis", "cannot be called vis"),
        ("genuine", "cannot be called genuine"),
        ("impostor", "cannot be called impostor"),
        ("mine-leaky", "cannot be called mine-leaky"),
    ],
)
def test_a_name_that_is_taken_is_refused(tmp_path, name, words):
    with pytest.raises(UsageError, match=words):
        load(variants=[variation(tmp_path, 'name="one-way"', f'name="{name}"')])


def test_two_files_of_one_name_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"mine\.py: defines one-way, as .*one_way\.py does"):
        load(variants=[str(ONE_WAY), variation(tmp_path, "nothing", "nothing")])


def test_a_need_that_cannot_be_met_is_told_before_the_run(tmp_path):
    paired = variation(tmp_path, "architectures=", "needs_pairs=True, architectures=")
    check(load(variants=[paired]), tmp_path / "out")
    on_disk = load("data.name=folders", f"data.path={tmp_path}", variants=[paired])
    with pytest.raises(UsageError, match=r"one-way: needs the VIS and the NIR.*synthetic"):
        check(on_disk, Path("/nowhere/out"))


@pytest.mark.parametrize(
    ("network", "known"), [("fid-inception", True), ("casia-webface", False), ("vgg", False)]
)
def test_fixed_networks_are_named_by_their_weights(tmp_path, network, known):
    needing = variation(
        tmp_path, "architectures=", f'needs=lambda own: ("{network}",), architectures='
    )
    settings = load(variants=[needing])
    assert network in preparing.weight_names(settings)
    if known:
        check(settings, tmp_path / "out")
    else:
        with pytest.raises(UsageError, match=f"fixed network '{network}'.*vgg16-hed"):
            check(settings, tmp_path / "out")


def test_a_file_that_imports_what_is_missing_is_told(tmp_path):
    with pytest.raises(MissingError, match="no_such_package"):
        load(variants=[variation(tmp_path, "import torch\n", "import torch, no_such_package\n")])
