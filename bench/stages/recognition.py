"""Trains and scores the recognizer: pretraining, fine-tuning on a training set, scoring."""

from pathlib import Path

import pandas as pd
from pydantic import BaseModel, Field

from bench import weights
from bench.running.store import Job
from bench.running.versions import stage
from bench.stages.added_metrics import AddedMetrics
from bench.stages.examples import for_thresholds, unlabelled
from bench.stages.mixture import Mixture, image_sets, labels_of
from bench.stages.parts import read_split, select
from faces import packed
from faces.common.compute import choose_device
from recognizer import untuned as before_tuning
from recognizer.batches import ImageSet
from recognizer.scoring import Parts
from recognizer.scoring import score as score_recognizer
from recognizer.settings import Colour, PretrainSettings, RecognizerSettings, TrainingSettings
from recognizer.training import RESULT, train


@stage(version=1)
def pretrain(job: Job[PretrainSettings]) -> None:
    """Train a recognizer to classify the people of the input `aligned` by their VIS images.

    The plan has put a number in the place of a seed that is not set.
    """
    assert job.settings.seed is not None
    images = packed.read(job.inputs["aligned"] / "VIS")
    found = images.index["found"].to_numpy(bool)
    subjects = images.index["subject"][found]
    classes = sorted(subjects.unique())
    train(
        job.settings,
        [ImageSet("VIS", images.images[found], labels_of(subjects, classes))],
        len(classes),
        None,
        out=job.out,
        seed=job.settings.seed,
        device=choose_device(job.machine.device),
        progress=job.progress,
    )


class FinetuneSettings(BaseModel):
    """All settings on which one fine-tuning depends."""

    seed: int
    mixture: Mixture
    weights: str
    weights_sha256: str
    training: TrainingSettings

    @classmethod
    def of(
        cls, recognizer: RecognizerSettings, weights_sha256: str, mixture: Mixture, seed: int
    ) -> "FinetuneSettings":
        """Select those of the recognizer's settings that have an effect before scoring."""
        chosen = {name: getattr(recognizer, name) for name in TrainingSettings.model_fields}
        return cls(
            seed=seed,
            mixture=mixture,
            weights=recognizer.weights,
            weights_sha256=weights_sha256,
            training=TrainingSettings(**chosen),
        )


@stage(version=2)
def finetune(job: Job[FinetuneSettings]) -> None:
    """Train on the mixture of real images, fakes and controls that the settings name."""
    settings = job.settings
    parts = read_split(job.inputs["split"])
    classes = _training_subjects(parts)
    train(
        settings.training,
        image_sets(
            settings.mixture,
            job.inputs["aligned"],
            job.inputs.get("fakes"),
            parts,
            classes=classes,
            seed=settings.seed,
        ),
        len(classes),
        _initial_weights(job),
        out=job.out,
        seed=settings.seed,
        device=choose_device(job.machine.device),
        progress=job.progress,
    )


class UntunedSettings(BaseModel):
    """The recognizer before fine-tuning: its weights, and the images that tell who is who."""

    mixture: Mixture
    weights: str
    weights_sha256: str
    side_px: int
    colour: Colour

    @classmethod
    def of(cls, tuned: FinetuneSettings) -> "UntunedSettings":
        """Select what a fine-tuning starts from and whose images it sees."""
        seen = tuned.training.model_dump(include={"side_px", "colour"})
        return cls(**tuned.model_dump(exclude={"seed", "training"}), **seen)


@stage(version=1)
def untuned(job: Job[UntunedSettings]) -> None:
    """Write the first weights with a classifier by the means of the training images."""
    settings = job.settings
    parts = read_split(job.inputs["split"])
    classes = _training_subjects(parts)
    before_tuning.write(
        image_sets(settings.mixture, job.inputs["aligned"], None, parts, classes=classes, seed=0),
        len(classes),
        initial=_initial_weights(job),
        out=job.out,
        side_px=settings.side_px,
        colour=settings.colour,
        device=choose_device(job.machine.device),
        progress=job.progress,
    )


def _initial_weights(job: Job[FinetuneSettings] | Job[UntunedSettings]) -> Path:
    if "initial" in job.inputs:
        return job.inputs["initial"] / RESULT
    return weights.ensure(job.settings.weights, job.machine.cache)


class ScoreSettings(RecognizerSettings, AddedMetrics):
    """The recognizer's settings, and the metrics that other packages add.

    With `own_statistics` the BatchNorm statistics are first estimated again, for each spectrum on
    the training images that the translators saw (recognizer/batch_statistics.py).
    """

    own_statistics: bool = Field(False, exclude_if=lambda own: not own)


@stage(version=4)
def score(job: Job[ScoreSettings]) -> None:
    """Write the outcome of every probe in both tasks."""
    parts = read_split(job.inputs["split"])
    aligned = job.inputs["aligned"]
    chosen = {
        "held_out_nir": ("held_out", "NIR"),
        "held_out_vis": ("held_out", "VIS"),
        "gallery": ("gallery", "VIS"),
        "probe": ("probe", "NIR"),
    }
    images = {
        name: select(aligned, parts, *part_and_spectrum, found_only=False)
        for name, part_and_spectrum in chosen.items()
    }
    statistics_of = {
        spectrum: unlabelled(aligned, parts, spectrum)
        for spectrum in (("VIS", "NIR") if job.settings.own_statistics else ())
    }
    score_recognizer(
        job.inputs["recognizer"] / RESULT,
        job.settings,
        Parts(tuple(_training_subjects(parts)), **images, training=for_thresholds(aligned, parts)),
        job.out,
        device=choose_device(job.machine.device),
        progress=job.progress,
        statistics_of=statistics_of,
    )


def _training_subjects(parts: pd.DataFrame) -> list[str]:
    """Return the classes, in the order of their labels."""
    return sorted(parts.loc[parts["part"] == "train", "subject"].unique())
