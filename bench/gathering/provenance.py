"""Collects the provenance of a run's numbers: data, weights, versions, stages and their times."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from bench import weights
from bench.gathering.attempts import attempts
from bench.gathering.detection import detection
from bench.gathering.versions import versions
from bench.planning.datasets import DataSet
from bench.planning.plan import Plan
from bench.planning.preparing import weight_names
from bench.running.engine import every_stage
from bench.running.store import Stage, read_record
from bench.settings.run_settings import RunSettings
from faces import packed, twins
from faces.align import FILES_VERSION, VERSION
from faces.common.cache import cache_folder
from recognizer.training import RESULT
from reports.words import listed


def provenance(
    settings: RunSettings,
    plan: Plan,
    store: Path,
    *,
    ran: Collection[str],
    data: DataSet | None,
) -> dict:
    """Return everything under `reports.records.PROVENANCE_KEYS` but the failures, ready for JSON.

    `ran` holds the keys of the stages that were not cached; `data` is None for rendered people.
    """
    split = plan.split.folder(store)
    return {
        "settings": settings.model_dump(mode="json"),
        "versions": versions(),
        "device": _trained_on(plan, store),
        "data": {
            "name": settings.data.name,
            "alignment": FILES_VERSION if data else VERSION,
            **_data_provenance(settings, plan, store, data),
            "detection": detection(plan.aligned.folder(store), may_ship_eyes=data is not None),
            "split": _split_counts(split),
            "attempts": attempts(
                packed.read_table(stage.folder(store) / "split.csv")
                for stage in plan.splits.values()
            ),
        },
        "weights": _weights(settings, plan, store),
        "stages": [_stage_row(stage, store, ran) for stage in every_stage(plan.targets())],
        "command": f"bench run-all --config settings.toml --preset {settings.preset}",
        "notes": [*_notes(settings), *_unscored(split), *_omitted(plan, store)],
    }


def _data_provenance(
    settings: RunSettings, plan: Plan, store: Path, data: DataSet | None
) -> dict[str, Any]:
    """Return how the images were divided: the protocol, its counts, and what was left out."""
    split = plan.split.folder(store)
    funnel = json.loads((split / "funnel.json").read_text("utf-8"))
    division = {"protocol": settings.protocol, "funnel": funnel}
    if plan.first.fold is not None:
        division["folds"] = list(plan.splits)
    if data is None:
        return division
    unresolved = [
        packed.read_table(stage.folder(store) / "unresolved.csv") for stage in plan.splits.values()
    ]
    images = data.manifest.images
    return division | {
        "funnel": twins.in_funnel(funnel, images),
        "refused": data.manifest.refused.to_dict("records"),
        "unresolved": pd.concat(unresolved).drop_duplicates().to_dict("records"),
        "notes": list(data.manifest.notes),
    }


def _unscored(split: Path) -> list[str]:
    """Return a note on each task for which the protocol provides no images."""
    parts = set(packed.read_table(split / "split.csv")["part"])
    notes = []
    if "held_out" not in parts:
        notes.append(
            "Seen people are not scored: the protocol trains on every image of the training people."
        )
    if "probe" not in parts:
        notes.append("Unseen people are not scored: the protocol leaves nobody untrained.")
    return notes


def _omitted(plan: Plan, store: Path) -> list[str]:
    """Return a note on each metric that was left out, with the reason."""
    tables = [
        packed.read_table(stage.folder(store) / "omitted.csv") for stage in plan.scores.values()
    ]
    rows = pd.concat(tables)[["protocol", "metric", "reason"]].drop_duplicates()
    notes = [
        f"{listed(list(metrics))} ({task}) "
        f"{'is' if len(metrics) == 1 else 'are'} left out: {reason}"
        for (task, reason), metrics in rows.groupby(["protocol", "reason"], sort=False)["metric"]
    ]
    measured = [
        packed.read_table(stage.folder(store) / "omitted.csv") for stage in plan.qualities.values()
    ]
    return notes + (list(pd.concat(measured)["reason"].unique()) if measured else [])


def _trained_on(plan: Plan, store: Path) -> str:
    """Return the devices on which the recognizers were trained."""
    records = [read_record(stage.folder(store)) for stage in plan.finetunes.values()]
    return "; ".join(sorted({record["device"] for record in records}))


def _notes(settings: RunSettings) -> list[str]:
    """Return what a reader has to know of all trainings, and of rendered people."""
    shares = {
        "equal-kinds": "equal shares, whatever the numbers of images",
        "proportional": "the shares that their numbers of images give them",
    }
    mixing = (
        "In a batch of the recognizer, real VIS, real NIR and further images have "
        f"{shares[settings.recognizer.mixing]} (recognizer.mixing = "
        f"{settings.recognizer.mixing})."
    )
    if settings.data.on_disk:
        return [mixing]
    return [
        mixing,
        "The people are rendered. What is shown here is real training at a small scale; "
        "it is no evidence about real faces.",
    ]


def _weights(settings: RunSettings, plan: Plan, store: Path) -> list[dict]:
    rows = [
        {"role": weight.role, "name": weight.name,
         "sha256": weights.original_sha256(name, cache_folder()),
         "licence": weight.licence, "origin": str(weight.origin)}
        for name in weight_names(settings)
        for weight in [weights.find(name)]
    ]  # fmt: skip
    return [*rows, *_pretrained(settings, plan, store)]


def _pretrained(settings: RunSettings, plan: Plan, store: Path) -> Iterator[dict]:
    """Yield the weights that the run pretrained itself, one for each seed unless one is fixed."""
    chosen = settings.pretrain
    for stage in {stage.key: stage for stage in plan.pretrains.values()}.values():
        record = read_record(stage.folder(store))
        yield {
            "role": "recognizer before fine-tuning",
            "name": f"pretrain-rendered, seed {stage.name.partition(':')[2]}",
            "sha256": record["files"][RESULT][1],
            "licence": "Apache-2.0",
            "origin": f"stage {stage.folder(store).name}",
            "trained_on": f"{chosen.steps} steps on {chosen.images_per_subject} VIS images of "
            f"each of {chosen.subjects} {'' if settings.data.on_disk else 'other '}"
            "rendered people",
        }


def _split_counts(split: Path) -> dict[str, int]:
    parts = packed.read_table(split / "split.csv")
    counts = (
        parts[parts["row"] >= 0]
        .groupby(["part", "spectrum"])
        .agg(images=("row", "size"), subjects=("subject", "nunique"))
    )
    return {
        f"{part}_{spectrum.lower()}_{counted}": int(row[counted])
        for (part, spectrum), row in counts.iterrows()
        for counted in ("subjects", "images")
    }


def _stage_row(stage: Stage, store: Path, ran: Collection[str]) -> dict:
    seconds = read_record(stage.folder(store))["seconds"]
    return {
        "name": stage.name,
        "key": stage.key,
        "seconds": seconds,
        "cached": stage.key not in ran,
    }
