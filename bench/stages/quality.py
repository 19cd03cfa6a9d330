"""Stage of image quality: one variant's fakes, or the untranslated images and the floor."""

import numpy as np
import pandas as pd
from pydantic import BaseModel

from bench import weights
from bench.stages.parts import read_split, select
from bench.store import Job
from faces import packed
from faces.compute import choose_device
from generators.quality import Judges, Kind, TooFewImages, measure

NETWORKS = ("efficientnet-lite0", "dlib-face")
DRAW_SEED = 0  # the same half of the real images, and the same shots, for every variant and seed


class QualityStageSettings(BaseModel):
    """What is judged, by which networks."""

    images: str  # a variant, or "vis" for the untranslated images and the floor
    count: int
    side_px: int
    networks_sha256: tuple[str, ...] = ()


def measure_images(job: Job) -> None:
    """Writes `quality.csv`: images, metric, value, n; and `omitted.csv`, why there may be none."""
    rows, omitted = [], []
    try:
        rows = _measured(job)
    except TooFewImages as error:  # no reason to lose the recognition
        omitted = [str(error)]
    pd.DataFrame(rows, columns=["images", "metric", "value", "n"]).to_csv(
        job.out / "quality.csv", index=False
    )
    pd.DataFrame({"reason": omitted}, dtype=str).to_csv(job.out / "omitted.csv", index=False)
    job.progress(1, 1, {})


def _measured(job: Job) -> list[dict]:
    settings: QualityStageSettings = job.settings
    parts = read_split(job.inputs["split"])
    aligned = job.inputs["aligned"]
    sources = select(aligned, parts, "train", "VIS")
    clean = aligned / "NIR-clean"
    truth = select(aligned, parts, "train", "VIS", folder=clean.name) if clean.exists() else None
    images, origin = sources.images, None
    if "fakes" in job.inputs:
        images, origin = packed.read(job.inputs["fakes"]).images, sources.images
    real = [select(aligned, parts, part, "NIR").images for part in ("held_out", "probe")]
    lite0, face = (weights.ensure(name, job.machine.cache) for name in NETWORKS)
    return measure(
        Judges.load(lite0, face, choose_device(job.machine.device)),
        {settings.images: Kind(images, origin, None if truth is None else truth.images)},
        np.concatenate(real),
        count=settings.count,
        side_px=settings.side_px,
        rng=np.random.default_rng(DRAW_SEED),
        floor="fakes" not in job.inputs,
    )
