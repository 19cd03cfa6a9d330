"""Stages that make images: people rendered, faces aligned, and who is trained on."""

import json

import numpy as np
import pandas as pd
from pydantic import BaseModel

from bench import weights
from bench.store import Job
from faces import packed, splits
from faces.align import VERSION
from faces.aligned import align_folder
from faces.files import write_text
from faces.settings import DataSettings
from faces.synthetic import Difficulty
from faces.synthetic.people import render_people


class PeopleSettings(BaseModel):
    """Which people to render. Two populations share nobody."""

    population: int
    subjects: int
    vis_per_subject: int
    nir_per_subject: int
    paired: bool
    side_px: int
    identity_strength: float
    pose: float
    lighting: float
    noise: float

    @classmethod
    def of(
        cls, data: DataSettings, population: int, subjects: int, vis: int, nir: int, paired: bool
    ) -> "PeopleSettings":
        """People rendered as the run's data are: as large, and as hard to tell apart."""
        return cls(
            population=population,
            subjects=subjects,
            vis_per_subject=vis,
            nir_per_subject=nir,
            paired=paired,
            side_px=data.render_side_px,
            **{name: getattr(data, name) for name in Difficulty.__dataclass_fields__},
        )


def render(job: Job) -> None:
    """Writes packed folders VIS, NIR and, where `paired`, NIR-true and NIR-clean."""
    people: PeopleSettings = job.settings
    difficulty = Difficulty(
        **{name: getattr(people, name) for name in Difficulty.__dataclass_fields__}
    )
    render_people(
        job.out,
        subjects=range(people.subjects),
        vis_per_subject=people.vis_per_subject,
        nir_per_subject=people.nir_per_subject,
        pairs=people.paired,
        side_px=people.side_px,
        seed=people.population,
        difficulty=difficulty,
        workers=job.machine.workers,
        progress=job.progress,
    )


class AlignSettings(BaseModel):
    """How faces are cropped."""

    side_px: int
    landmarks_sha256: str
    version: str = VERSION


def align(job: Job) -> None:
    """Finds eyes in the input `images` and writes aligned crops under the same names."""
    predictor = weights.ensure("dlib-landmarks-5", job.machine.cache)
    align_folder(
        job.inputs["images"],
        job.out,
        predictor,
        job.settings.side_px,
        job.machine.workers,
        job.progress,
    )


class SplitSettings(BaseModel):
    """Who is unseen, and what is held out of the others."""

    unseen_subjects: int
    held_out_vis: int
    held_out_nir: int
    seed: int


def split(job: Job) -> None:
    """Writes `split.csv` (faces/splits.py) and `funnel.json`, the counts on the way to it."""
    settings: SplitSettings = job.settings
    tables = []
    for spectrum in ("VIS", "NIR"):
        index = packed.read(job.inputs["aligned"] / spectrum).index
        tables.append(index.assign(row=range(len(index))))
    images = pd.concat(tables, ignore_index=True)
    parts = splits.split_by_identity(
        images,
        settings.unseen_subjects,
        {"VIS": settings.held_out_vis, "NIR": settings.held_out_nir},
        np.random.default_rng(settings.seed),
    )
    parts.to_csv(job.out / "split.csv", index=False)
    funnel = [_count("rendered", images), _count("face found", images[images["found"]])]
    write_text(job.out / "funnel.json", json.dumps(funnel, indent=1))
    job.progress(1, 1, {})


def _count(step: str, images: pd.DataFrame) -> dict:
    counts = {"step": step}
    for spectrum in ("VIS", "NIR"):
        chosen = images[images["spectrum"] == spectrum]
        counts[f"{spectrum.lower()}_subjects"] = int(chosen["subject"].nunique())
        counts[f"{spectrum.lower()}_images"] = len(chosen)
    return counts
