"""Stages of a translator: its training, and its fakes."""

from pathlib import Path

from pydantic import BaseModel

from bench import weights
from bench.running.store import Job
from bench.running.versions import stage
from bench.stages.parts import read_split, seen_by_translators
from faces import packed, protocols
from faces.networks.vgg16 import Vgg16Taps
from generators import variants
from generators.fakes import make_fakes
from generators.settings import GeneratorSettings
from generators.training import train as train_translator


class TranslatorSettings(BaseModel):
    """One training of one variant."""

    variant: str
    seed: int
    features: str | None  # SHA-256 of the perceptual network, where the variant has one
    generator: GeneratorSettings


@stage(version=1)
def train(job: Job) -> None:
    """Trains on the VIS and NIR images that the split allows, the latter without names."""
    settings: TranslatorSettings = job.settings
    parts = read_split(job.inputs["split"])
    variant = variants.get(settings.variant)
    vis, nir = (
        seen_by_translators(job.inputs["aligned"], parts, spectrum) for spectrum in ("VIS", "NIR")
    )
    train_translator(
        variant,
        settings.generator.for_images(len(vis.index), len(nir.index)),
        vis=vis,
        nir=nir,
        out=job.out,
        seed=settings.seed,
        device=job.machine.device,
        features=_features(settings, job.machine.cache) if variant.needs_features else None,
        progress=job.progress,
    )


def _features(settings: TranslatorSettings, cache: Path) -> Vgg16Taps:
    return Vgg16Taps.from_file(weights.ensure(settings.generator.perceptual_network, cache))


class FakesSettings(BaseModel):
    """Nothing to choose: every VIS training image is translated once."""


@stage(version=1)
def fakes(job: Job) -> None:
    """Writes one fake NIR per VIS training image as a packed folder."""
    parts = read_split(job.inputs["split"])
    lines = protocols.rows(parts, "train", "VIS")
    make_fakes(
        job.inputs["translator"] / "generator.safetensors",
        packed.read(job.inputs["aligned"] / "VIS"),
        lines["row"].to_list(),
        job.out,
        device=job.machine.device,
        progress=job.progress,
    )
    made = packed.read(job.out).index
    assert len(made) == len(lines), "one fake per VIS training image"
    protocols.check_fakes(made, parts)
