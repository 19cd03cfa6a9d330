"""Stages of a translator: its training, and its fakes."""

from pathlib import Path

from pydantic import BaseModel

from bench import weights
from bench.stages.parts import read_split, select
from bench.store import Job
from faces import packed, splits
from faces.networks.vgg16 import Vgg16Taps
from generators import variants
from generators.fakes import make_fakes
from generators.settings import GeneratorSettings
from generators.training import train as train_translator

FEATURES = "vgg16-hed"


class TranslatorSettings(BaseModel):
    """One training of one variant."""

    variant: str
    seed: int
    features: str | None  # SHA-256 of the perceptual network, where the variant has one
    generator: GeneratorSettings


def train(job: Job) -> None:
    """Trains on the VIS and NIR training images, the latter without names."""
    settings: TranslatorSettings = job.settings
    parts = read_split(job.inputs["split"])
    variant = variants.get(settings.variant)
    train_translator(
        variant,
        settings.generator,
        vis=select(job.inputs["aligned"], parts, "train", "VIS"),
        nir=select(job.inputs["aligned"], parts, "train", "NIR"),
        out=job.out,
        seed=settings.seed,
        device=job.machine.device,
        features=_features(job.machine.cache) if variant.needs_features else None,
        progress=job.progress,
    )


def _features(cache: Path) -> Vgg16Taps:
    return Vgg16Taps.from_file(weights.ensure(FEATURES, cache))


class FakesSettings(BaseModel):
    """Nothing to choose: every VIS training image is translated once."""


def fakes(job: Job) -> None:
    """Writes one fake NIR per VIS training image as a packed folder."""
    lines = splits.rows(read_split(job.inputs["split"]), "train", "VIS")
    make_fakes(
        job.inputs["translator"] / "generator.safetensors",
        packed.read(job.inputs["aligned"] / "VIS"),
        lines["row"].to_list(),
        job.out,
        device=job.machine.device,
        progress=job.progress,
    )
    assert len(packed.read(job.out).index) == len(lines), "one fake per VIS training image"
