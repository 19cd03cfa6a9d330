"""Gathers finished stages into a run's folder: the report's material and the final weights."""

import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from bench.gathering import grids
from bench.gathering.metrics import metric_records
from bench.gathering.provenance import provenance
from bench.gathering.redraw import MATERIAL, draw
from bench.planning.amounts import amount_of
from bench.planning.datasets import DataSet
from bench.planning.plan import Plan, Repeat
from bench.planning.quality_stages import pretrained_by_seed
from bench.planning.training_sets import EXTERNAL, OWN_STATISTICS, planned, scored_again
from bench.running.engine import every_stage
from bench.running.store import Stage, is_done
from bench.settings.run_settings import RunSettings
from bench.stages.quality import COLUMNS
from faces import packed
from faces.aligned import SEVERAL
from faces.common.disk_faults import reading
from faces.common.errors import UsageError
from faces.common.files import copy
from generators.training import RESULT
from reports.material import Material, Training, TrainingSet
from reports.material_files import save_material

T = TypeVar("T")


def write_report(
    settings: RunSettings,
    plan: Plan,
    store: Path,
    out: Path,
    *,
    ran: Collection[str],
    data: DataSet | None = None,
    failures: Sequence[dict] = (),
) -> None:
    """Write all files of a run's folder (docs/results.md) but the settings, events and manifest.

    `plan` holds the stages that were made; `ran` the keys of those that were not cached; `failures`
    are rows on the stages that failed (`gathering.failures`). The files of an earlier report stay
    until the new material is complete; then all of them are replaced.
    """
    material = _gather(settings, plan, store, ran=ran, data=data, failures=failures)
    save_material(material, out / MATERIAL)
    shutil.rmtree(out / "generators", ignore_errors=True)
    _copy_generators(plan, store, out / "generators")
    _copy_lists(plan.aligned.folder(store), out)
    draw(material, out)


def is_current(settings: RunSettings, plan: Plan, store: Path, out: Path) -> bool:
    """Tell whether the report in `out` was made from exactly these stages, and all are there.

    Raises UsageError where the report cannot be read, and the errors of `is_done`.
    """
    try:
        with reading(out, UsageError, "choose another --out"):
            if not (out / "report.html").exists():
                return False
            results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    stages = every_stage(plan.targets())
    reported = [(stage["name"], stage["key"]) for stage in results["stages"]]
    return reported == [(stage.name, stage.key) for stage in stages] and all(
        is_done(stage, store) for stage in stages
    )


def _gather(
    settings: RunSettings,
    plan: Plan,
    store: Path,
    *,
    ran: Collection[str],
    data: DataSet | None,
    failures: Sequence[dict],
) -> Material:
    """Read the stages' folders; the arguments are those of `write_report`.

    Where a protocol has folds, curves, trainings and pictures are those of the first fold.
    """
    scored = {key: stage.folder(store) for key, stage in plan.scores.items()}
    shown = {
        training_set.name
        for training_set in planned(settings)
        if training_set.role != "curve" and training_set.tuned
    }
    recognizers = {key: stage for key, stage in plan.finetunes.items() if key[0] in shown}
    outcomes = _with_folds_in_names(_joined(scored, "outcomes.csv"))
    quality = _quality(plan, store)
    measured = {*outcomes["metric"], *quality["metric"]}
    return Material(
        provenance=provenance(settings, plan, store, ran=ran, data=data)
        | {"failures": list(failures)},
        training_sets=tuple(_training_sets(settings, plan, store)),
        outcomes=outcomes,
        curves=_joined(_of_first_fold(scored, plan), "curves.csv"),
        quality=quality,
        confusions=_with_folds_in_names(_joined(scored, "confusions.csv")),
        generators=tuple(_translators(plan, store)),
        recognizers=tuple(_trainings(_of_first_fold(recognizers, plan), store)),
        metrics=tuple(metric_records(settings.recognizer.far_targets, measured)),
        grids=tuple(grids.draw(plan, store, data)),
    )


def _of_first_fold(parts: dict[tuple[str, Repeat], T], plan: Plan) -> dict[tuple[str, Repeat], T]:
    return {key: part for key, part in parts.items() if key[1].fold == plan.first.fold}


def _training_sets(settings: RunSettings, plan: Plan, store: Path) -> Iterator[TrainingSet]:
    parts = packed.read_table(plan.split.folder(store) / "split.csv")
    scored = {name for name, _ in plan.scores}
    found = {
        training_set.name: TrainingSet(
            name=training_set.name,
            role=training_set.role,
            label=training_set.label,
            images=training_set.translator if training_set.role in ("fakes", "leaky") else None,
            counterpart=training_set.counterpart,
            amount=amount_of(training_set, parts),
            twin=training_set.twin,
            moved_by=training_set.moved_by(pretrained_by_seed(settings)),
        )
        for training_set in planned(settings)
        if training_set.name in scored
    }
    yield from found.values()
    for name, plain in scored_again(settings).items():
        if name in scored and plain in found:
            yield _with_own_statistics(name, found[plain])
    if EXTERNAL in scored:
        yield TrainingSet(EXTERNAL, "external", "dlib's face network as it is, for comparison")


def _with_own_statistics(name: str, plain: TrainingSet) -> TrainingSet:
    """Return the same recognizer, scored with BatchNorm statistics that were estimated again."""
    return TrainingSet(
        name=name,
        role="adapted",
        label=f"{plain.label}; NIR statistics",
        counterpart=plain.name,
        twin=f"{plain.twin}{OWN_STATISTICS}" if plain.twin else None,
        moved_by=(*(plain.moved_by or ()), "statistics"),
    )


def _joined(folders: dict[tuple[str, Repeat], Path], file: str) -> pd.DataFrame:
    tables = [
        _of_repeat(packed.read_table(folder / file), repeat).assign(training_set=name)
        for (name, repeat), folder in folders.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _with_folds_in_names(table: pd.DataFrame) -> pd.DataFrame:
    """Add the fold to the names of probes, since a name may occur in several."""
    if "fold" not in table:
        return table
    return table.assign(probe="fold" + table["fold"].astype(str) + "/" + table["probe"])


def _of_repeat(table: pd.DataFrame, repeat: Repeat) -> pd.DataFrame:
    """Return the table with a column of its seed and, where there are folds, of its fold."""
    table = table.assign(seed=repeat.seed)
    return table if repeat.fold is None else table.assign(fold=repeat.fold)


def _quality(plan: Plan, store: Path) -> pd.DataFrame:
    tables = [
        _of_repeat(packed.read_table(stage.folder(store) / "quality.csv"), repeat)
        for (_, repeat), stage in plan.qualities.items()
    ] or [pd.DataFrame(columns=[*COLUMNS, "seed"])]
    return pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)


def _translators(plan: Plan, store: Path) -> Iterator[Training]:
    """Yield the trainings of the translators, with what each translator says of its loss terms."""
    for training in _trainings(_of_first_fold(plan.translators, plan), store):
        yield replace(training, terms=plan.variants[training.name].terms)


def _trainings(stages: dict[tuple[str, Repeat], Stage], store: Path) -> Iterator[Training]:
    for (name, repeat), stage in stages.items():
        folder = stage.folder(store)
        samples = packed.read(folder / "samples") if (folder / "samples").exists() else None
        losses = packed.read_numbers(folder / "losses.csv")
        yield Training(name, repeat.seed, losses, samples)


def _copy_lists(aligned: Path, out: Path) -> None:
    """Copy the lists of images without a face and, where there are any, with several."""
    copy(aligned / "failures.csv", out / "failures.csv")
    if (aligned / SEVERAL).exists():
        copy(aligned / SEVERAL, out / SEVERAL)
    else:
        (out / SEVERAL).unlink(missing_ok=True)  # of an earlier report


def _copy_generators(plan: Plan, store: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for (name, repeat), stage in plan.translators.items():
        target = f"{name}-{str(repeat).replace(':', '-')}.safetensors"
        copy(stage.folder(store) / RESULT, folder / target)
