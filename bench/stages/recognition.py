"""Stages of the recognizer: pretraining, fine-tuning on a training set, and scoring."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel

from bench import weights
from bench.stages.parts import read_split, select
from bench.store import Job
from faces import packed
from faces.compute import choose_device
from recognizer.batches import ImageSet, few_per_subject
from recognizer.scoring import Parts
from recognizer.scoring import score as score_recognizer
from recognizer.settings import RecognizerSettings, TrainingSettings
from recognizer.training import RESULT, train

FEW_SHOT_SEED = 0  # which real NIR images stay is the same for every training set and seed


def pretrain(job: Job) -> None:
    """Learns to tell the people of the input `aligned` apart, from their VIS images."""
    images = packed.read(job.inputs["aligned"] / "VIS")
    found = images.index["found"].to_numpy(bool)
    subjects = images.index["subject"][found]
    classes = sorted(subjects.unique())
    train(
        job.settings,
        [ImageSet("VIS", images.images[found], labels_of(subjects, classes))],
        len(classes),
        None,
        job.out,
        job.settings.seed,
        choose_device(job.machine.device),
        job.progress,
    )


class FinetuneSettings(BaseModel):
    """One fine-tuning; what the training set holds follows from the stage's inputs."""

    seed: int
    oracle: bool  # the true NIR of the VIS shots takes the place of fakes
    nir_per_subject: int | Literal["all"]
    weights: str
    weights_sha256: str
    training: TrainingSettings

    @classmethod
    def of(
        cls, recognizer: RecognizerSettings, weights_sha256: str, seed: int, oracle: bool
    ) -> "FinetuneSettings":
        """What of the recognizer's settings matters before scoring."""
        chosen = {name: getattr(recognizer, name) for name in TrainingSettings.model_fields}
        return cls(
            seed=seed,
            oracle=oracle,
            nir_per_subject=recognizer.nir_per_subject,
            weights=recognizer.weights,
            weights_sha256=weights_sha256,
            training=TrainingSettings(**chosen),
        )


def finetune(job: Job) -> None:
    """Trains on the real images of the training subjects, and on fakes where there are any."""
    settings: FinetuneSettings = job.settings
    parts = read_split(job.inputs["split"])
    classes = training_subjects(parts)
    train(
        settings.training,
        _image_sets(job, parts, classes),
        len(classes),
        _initial_weights(job),
        job.out,
        settings.seed,
        choose_device(job.machine.device),
        job.progress,
    )


def _initial_weights(job: Job) -> Path:
    if "initial" in job.inputs:
        return job.inputs["initial"] / RESULT
    return weights.ensure(job.settings.weights, job.machine.cache)


def _image_sets(job: Job, parts: pd.DataFrame, classes: list[str]) -> list[ImageSet]:
    """The kinds of images in the training set: VIS, some or all NIR, and fakes or the oracle."""
    aligned, settings = job.inputs["aligned"], job.settings
    vis = select(aligned, parts, "train", "VIS")
    nir = select(aligned, parts, "train", "NIR")
    kinds = {"VIS": vis}
    few = settings.nir_per_subject
    if few == "all":
        kinds["NIR"] = nir
    elif few > 0:
        generator = np.random.default_rng(FEW_SHOT_SEED)
        rows = few_per_subject(nir.index["subject"].to_list(), few, generator)
        kinds["NIR"] = packed.Packed(nir.images[rows], nir.index.iloc[rows])
    if settings.oracle:
        kinds["true NIR"] = select(aligned, parts, "train", "VIS", folder="NIR-true")
    if "fakes" in job.inputs:
        kinds["fake NIR"] = packed.read(job.inputs["fakes"])
    return [
        ImageSet(kind, images.images, labels_of(images.index["subject"], classes))
        for kind, images in kinds.items()
    ]


def score(job: Job) -> None:
    """Writes the outcome of every probe under both protocols."""
    parts = read_split(job.inputs["split"])
    aligned = job.inputs["aligned"]
    chosen = {
        "held_out_nir": ("held_out", "NIR"),
        "held_out_vis": ("held_out", "VIS"),
        "gallery": ("gallery", "VIS"),
        "probe": ("probe", "NIR"),
    }
    images = {
        name: select(aligned, parts, *which, found_only=False) for name, which in chosen.items()
    }
    score_recognizer(
        job.inputs["recognizer"] / RESULT,
        job.settings,
        Parts(tuple(training_subjects(parts)), **images),
        job.out,
        choose_device(job.machine.device),
        job.progress,
    )


def training_subjects(parts: pd.DataFrame) -> list[str]:
    """The classes, in the order of their labels."""
    return sorted(parts.loc[parts["part"] == "train", "subject"].unique())


def labels_of(subjects: pd.Series, classes: list[str]) -> np.ndarray:
    """(N,) int64: each subject's place among the classes."""
    labels = pd.Index(classes).get_indexer(subjects)
    assert (labels >= 0).all(), "every training image is of a training subject"
    return labels.astype(np.int64)
