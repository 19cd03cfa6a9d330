"""From finished stages to a run's folder: what the report is made of, and the final weights."""

import json
import platform
import shutil
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from bench import grids, weights
from bench.engine import every_stage
from bench.plan import BASELINE, CEILING, Plan, weight_names
from bench.settings import RunSettings
from bench.store import Stage, is_done, read_record
from faces import packed
from faces.align import VERSION
from faces.packed import TEXT_COLUMNS
from recognizer.training import RESULT
from reports.build import build
from reports.material import Material, Training, TrainingSet

PACKAGES = ["nirbench", "torch", "torchvision", "torchmetrics", "facenet-pytorch", "dlib-bin",
            "numpy", "pandas", "scikit-learn", "scikit-image", "pillow"]  # fmt: skip


def write_report(
    settings: RunSettings, plan: Plan, store: Path, out: Path, ran: Collection[str]
) -> None:
    """Writes everything of a run's folder (docs/results.md) but settings.toml and events.jsonl.

    What an earlier report left is removed first, so nothing stale stays beside the new one.
    """
    for name in ("report.html", "results.json", "results.csv"):
        (out / name).unlink(missing_ok=True)
    for folder in ("generators", "tables", "plots"):
        shutil.rmtree(out / folder, ignore_errors=True)
    _copy_generators(plan, store, out / "generators")
    shutil.copyfile(plan.aligned.folder(store) / "failures.csv", out / "failures.csv")
    build(gather(settings, plan, store, ran), out)


def is_current(settings: RunSettings, plan: Plan, store: Path, out: Path) -> bool:
    """True if the report in `out` was made from exactly these stages, and all are there."""
    if not (out / "report.html").exists():
        return False
    try:
        results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    stages = every_stage(plan.targets())
    reported = [(stage["name"], stage["key"]) for stage in results["stages"]]
    return reported == [(stage.name, stage.key) for stage in stages] and all(
        is_done(stage, store) for stage in stages
    )


def gather(settings: RunSettings, plan: Plan, store: Path, ran: Collection[str]) -> Material:
    """Reads the stages' folders. `ran` holds the keys of the stages that were not cached."""
    scored = {key: stage.folder(store) for key, stage in plan.scores.items()}
    return Material(
        facts=_facts(settings, plan, store, ran),
        training_sets=tuple(_training_sets(settings, plan)),
        outcomes=_joined(scored, "outcomes.csv"),
        curves=_joined(scored, "curves.csv"),
        quality=_quality(plan, store),
        generators=tuple(_trainings(plan.translators, store)),
        recognizers=tuple(_trainings(plan.finetunes, store)),
        grids=tuple(grids.draw(settings, plan, store)),
    )


def _facts(settings: RunSettings, plan: Plan, store: Path, ran: Collection[str]) -> dict:
    split = plan.split.folder(store)
    detection = json.loads((plan.aligned.folder(store) / "detection.json").read_text())
    return {
        "settings": settings.model_dump(mode="json"),
        "versions": {"python": platform.python_version()}
        | {package: _version(package) for package in PACKAGES},
        "device": _trained_on(plan, store),
        "data": {
            "name": settings.data.name,
            "funnel": json.loads((split / "funnel.json").read_text()),
            "alignment": VERSION,
            "detection": [
                {
                    "spectrum": spectrum,
                    "images": counts["images"],
                    "found at once": counts["first"],
                    "found when enlarged": counts["upsampled"],
                    "not found": counts["none"],
                }
                for spectrum, counts in detection.items()
            ],
            "split": _split_counts(split),
        },
        "weights": _weights(settings, plan, store),
        "stages": [_stage_row(stage, store, ran) for stage in every_stage(plan.targets())],
        "command": f"bench run-all --config settings.toml --preset {settings.preset}",
        "notes": [*_notes(settings), *_omitted(plan, store)],
    }


def _omitted(plan: Plan, store: Path) -> list[str]:
    """The metrics that this many probes cannot support, and why."""
    tables = [pd.read_csv(stage.folder(store) / "omitted.csv") for stage in plan.scores.values()]
    rows = pd.concat(tables)[["protocol", "metric", "reason"]].drop_duplicates()
    return [f"{metric} ({protocol}) is left out: {why}" for protocol, metric, why in rows.values]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # such as dlib-bin, where somebody built dlib
        return "not installed by this name"


def _trained_on(plan: Plan, store: Path) -> str:
    """The devices that the recognizers were trained on."""
    records = [read_record(stage.folder(store)) for stage in plan.finetunes.values()]
    return "; ".join(sorted({record["device"] for record in records}))


def _notes(settings: RunSettings) -> list[str]:
    if settings.data.name != "synthetic":
        return []
    return [
        "The people are rendered. What is shown here is real training at a small scale; "
        "it is no evidence about real faces."
    ]


def _weights(settings: RunSettings, plan: Plan, store: Path) -> list[dict]:
    rows = [
        {"role": weight.role, "name": weight.name, "sha256": weight.sha256,
         "licence": weight.licence, "origin": str(weight.origin)}
        for name in weight_names(settings)
        for weight in [weights.find(name)]
    ]  # fmt: skip
    if plan.pretrain is not None:
        chosen, record = settings.pretrain, read_record(plan.pretrain.folder(store))
        rows.append(
            {"role": "recognizer before fine-tuning", "name": "pretrain-rendered",
             "sha256": record["files"][RESULT][1], "licence": "Apache-2.0",
             "origin": f"stage pretrain-{plan.pretrain.key}",
             "trained_on": f"{chosen.steps} steps on {chosen.images_per_subject} VIS images of "
             f"each of {chosen.subjects} other rendered people"}
        )  # fmt: skip
    return rows


def _split_counts(split: Path) -> dict[str, int]:
    parts = pd.read_csv(split / "split.csv", dtype=TEXT_COLUMNS)
    counts = parts.groupby(["part", "spectrum"]).agg(
        images=("row", "size"), subjects=("subject", "nunique")
    )
    return {
        f"{part}_{spectrum.lower()}_{what}": int(row[what])
        for (part, spectrum), row in counts.iterrows()
        for what in ("subjects", "images")
    }


def _stage_row(stage: Stage, store: Path, ran: Collection[str]) -> dict:
    seconds = read_record(stage.folder(store))["seconds"]
    return {
        "name": stage.name,
        "key": stage.key,
        "seconds": seconds,
        "cached": stage.key not in ran,
    }


def _training_sets(settings: RunSettings, plan: Plan) -> Iterator[TrainingSet]:
    for name in dict.fromkeys(training_set for training_set, _ in plan.scores):
        variant = name.removeprefix(f"{BASELINE}+")
        if name == BASELINE:
            yield TrainingSet(name, "baseline", _real_images(settings))
        elif name == CEILING:
            yield TrainingSet(name, "ceiling", "with the true NIR of the same shots")
        else:
            yield TrainingSet(name, "fakes", f"with fake NIR by {variant}", variant)


def _real_images(settings: RunSettings) -> str:
    few = settings.recognizer.nir_per_subject
    if few == 0:
        return "VIS only"
    return f"VIS and {few} real NIR{'' if few == 'all' else ' per person'}"


def _joined(folders: dict[tuple[str, int], Path], file: str) -> pd.DataFrame:
    tables = [
        pd.read_csv(folder / file, dtype=TEXT_COLUMNS).assign(training_set=name, seed=seed)
        for (name, seed), folder in folders.items()
    ]
    joined = pd.concat(tables, ignore_index=True)
    return joined[["training_set", "seed", *joined.columns.drop(["training_set", "seed"])]]


def _quality(plan: Plan, store: Path) -> pd.DataFrame:
    tables = [
        pd.read_csv(stage.folder(store) / "quality.csv").assign(seed=seed)
        for (_, seed), stage in plan.qualities.items()
    ]
    return pd.concat(tables, ignore_index=True)[["images", "metric", "seed", "value", "n"]]


def _trainings(stages: dict, store: Path) -> Iterator[Training]:
    for (name, seed), stage in stages.items():
        folder = stage.folder(store)
        samples = packed.read(folder / "samples") if (folder / "samples").exists() else None
        yield Training(name, seed, pd.read_csv(folder / "losses.csv"), samples)


def _copy_generators(plan: Plan, store: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for (variant, seed), stage in plan.translators.items():
        shutil.copyfile(
            stage.folder(store) / "generator.safetensors", folder / f"{variant}-{seed}.safetensors"
        )
