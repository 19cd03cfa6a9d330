"""Trains translators, and makes their fakes."""

from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel

from bench.running.store import Job
from bench.running.versions import stage
from bench.stages import fixed_networks
from bench.stages.examples import PAIRS
from bench.stages.parts import of_lines, read_split, seen_by_translators
from faces import packed, protocols
from faces.packed import Packed
from generators import definitions
from generators.fakes import make_fakes
from generators.origin import Origin
from generators.settings import GeneratorSettings
from generators.training import RESULT
from generators.training import train as train_translator


class TranslatorSettings(BaseModel):
    """All settings on which the training of one variant depends."""

    variant: str
    origin: Origin | None  # where the variant is defined, if not in nirbench
    seed: int
    own: dict[str, Any]  # its own settings, complete
    fixed: dict[str, str]  # SHA-256 of each fixed network that it needs
    generator: GeneratorSettings


@stage(version=2)
def train(job: Job[TranslatorSettings]) -> None:
    """Train on the VIS and NIR images that the split allows, the latter without names."""
    settings = job.settings
    parts = read_split(job.inputs["split"])
    variant = definitions.find(settings.variant, settings.origin, job.machine.cache)
    vis = seen_by_translators(job.inputs["aligned"], parts, "VIS")
    nir = (
        _pairs(job.inputs["aligned"], parts)
        if variant.needs_pairs
        else seen_by_translators(job.inputs["aligned"], parts, "NIR")
    )
    train_translator(
        variant,
        settings.generator.for_images(len(vis.index), len(nir.index)),
        vis,
        nir,
        out=job.out,
        seed=settings.seed,
        own=variant.settings.model_validate(settings.own),
        fixed={name: fixed_networks.load(name, job.machine.cache) for name in settings.fixed},
        device=job.machine.device,
        progress=job.progress,
    )


def _pairs(aligned: Path, parts: pd.DataFrame) -> Packed:
    """Return the NIR image of the same shot for each VIS image that the translators train on."""
    return of_lines(aligned / PAIRS, parts[parts["generator"] & (parts["spectrum"] == "VIS")])


class FakesSettings(BaseModel):
    """Without a setting: every VIS training image is translated once."""


@stage(version=1)
def fakes(job: Job[FakesSettings]) -> None:
    """Write one fake NIR per VIS training image as a packed folder."""
    parts = read_split(job.inputs["split"])
    lines = protocols.rows(parts, "train", "VIS")
    make_fakes(
        job.inputs["translator"] / RESULT,
        packed.read(job.inputs["aligned"] / "VIS"),
        lines["row"].to_list(),
        job.out,
        device=job.machine.device,
        progress=job.progress,
    )
    index = packed.read(job.out).index
    assert len(index) == len(lines), "one fake per VIS training image"
    protocols.check_fakes(index, parts)
