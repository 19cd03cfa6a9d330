"""From finished stages to a run's folder: what the report is made of, and the final weights."""

import json
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TypeVar

import pandas as pd

from bench import grids
from bench.datasets import DataSet
from bench.engine import every_stage
from bench.facts import facts
from bench.plan import BASELINE, CEILING, LEAKY, Plan, Repeat
from bench.run_settings import RunSettings
from bench.store import Stage, is_done
from faces import packed
from reports.build import build
from reports.material import Material, Training, TrainingSet

T = TypeVar("T")


def write_report(
    settings: RunSettings,
    plan: Plan,
    store: Path,
    out: Path,
    ran: Collection[str],
    data: DataSet | None = None,
) -> None:
    """Writes everything of a run's folder (docs/results.md) but the settings, events and manifest.

    What an earlier report left is removed first, so nothing stale stays beside the new one.
    """
    for name in ("report.html", "results.json", "results.csv"):
        (out / name).unlink(missing_ok=True)
    for folder in ("generators", "tables", "plots"):
        shutil.rmtree(out / folder, ignore_errors=True)
    _copy_generators(plan, store, out / "generators")
    shutil.copyfile(plan.aligned.folder(store) / "failures.csv", out / "failures.csv")
    build(gather(settings, plan, store, ran, data), out)


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


def gather(
    settings: RunSettings,
    plan: Plan,
    store: Path,
    ran: Collection[str],
    data: DataSet | None = None,
) -> Material:
    """Reads the stages' folders. `ran` holds the keys of the stages that were not cached.

    Where a protocol has folds, curves, trainings and pictures are those of the first.
    """
    scored = {key: stage.folder(store) for key, stage in plan.scores.items()}
    outcomes = _joined(scored, "outcomes.csv")
    if plan.first.fold is not None:
        outcomes["probe"] = "fold" + outcomes["fold"].astype(str) + "/" + outcomes["probe"]
    return Material(
        facts=facts(settings, plan, store, ran, data),
        training_sets=tuple(_training_sets(settings, plan)),
        outcomes=outcomes,
        curves=_joined(_of_first_fold(scored, plan), "curves.csv"),
        quality=_quality(plan, store),
        generators=tuple(_trainings(_of_first_fold(plan.translators, plan), store)),
        recognizers=tuple(_trainings(_of_first_fold(plan.finetunes, plan), store)),
        grids=tuple(grids.draw(plan, store, data)),
    )


def _of_first_fold(parts: dict[tuple[str, Repeat], T], plan: Plan) -> dict[tuple[str, Repeat], T]:
    return {key: part for key, part in parts.items() if key[1].fold == plan.first.fold}


def _training_sets(settings: RunSettings, plan: Plan) -> Iterator[TrainingSet]:
    for name in dict.fromkeys(training_set for training_set, _ in plan.scores):
        variant = name.removeprefix(f"{BASELINE}+")
        if name == BASELINE:
            yield TrainingSet(name, "baseline", _real_images(settings))
        elif name == CEILING:
            yield TrainingSet(name, "ceiling", "with the true NIR of the same shots")
        elif name.endswith(LEAKY):
            label = (
                f"with fake NIR by {variant.removesuffix(LEAKY)}, whose training saw what is tested"
            )
            clean = name.removesuffix(LEAKY)
            there = (clean, plan.first) in plan.scores
            yield TrainingSet(name, "leaky", label, variant, clean if there else None)
        else:
            yield TrainingSet(name, "fakes", f"with fake NIR by {variant}", variant)


def _real_images(settings: RunSettings) -> str:
    few = settings.recognizer.nir_per_subject
    if few == 0:
        return "VIS only"
    return f"VIS and {few} real NIR{'' if few == 'all' else ' per person'}"


def _joined(folders: dict[tuple[str, Repeat], Path], file: str) -> pd.DataFrame:
    tables = [
        _of_repeat(packed.read_table(folder / file), repeat).assign(training_set=name)
        for (name, repeat), folder in folders.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _of_repeat(table: pd.DataFrame, repeat: Repeat) -> pd.DataFrame:
    """The table with a column on its seed and, where there are folds, on its fold."""
    table = table.assign(seed=repeat.seed)
    return table if repeat.fold is None else table.assign(fold=repeat.fold)


def _quality(plan: Plan, store: Path) -> pd.DataFrame:
    tables = [
        _of_repeat(pd.read_csv(stage.folder(store) / "quality.csv"), repeat)
        for (_, repeat), stage in plan.qualities.items()
    ]
    return pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)


def _trainings(stages: dict[tuple[str, Repeat], Stage], store: Path) -> Iterator[Training]:
    for (name, repeat), stage in stages.items():
        folder = stage.folder(store)
        samples = packed.read(folder / "samples") if (folder / "samples").exists() else None
        yield Training(name, repeat.seed, pd.read_csv(folder / "losses.csv"), samples)


def _copy_generators(plan: Plan, store: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for (name, repeat), stage in plan.translators.items():
        target = f"{name}-{str(repeat).replace(':', '-')}.safetensors"
        shutil.copyfile(stage.folder(store) / "generator.safetensors", folder / target)
