"""Makes images: renders people, aligns faces, and divides them into parts."""

import json
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, Field

from bench import weights
from bench.running.store import Job
from bench.running.versions import stage
from faces import packed, protocols
from faces.align import FILES_VERSION, LANDMARKS, VERSION
from faces.aligned import align_all, align_folder
from faces.common.errors import DataError
from faces.common.files import write_text
from faces.manifest import digest_of
from faces.settings import DataSettings
from faces.sources import Files
from faces.synthetic import Difficulty
from faces.synthetic.people import render_people


class PeopleSettings(BaseModel):
    """The people to render. Two populations have nobody in common."""

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
        cls,
        data: DataSettings,
        *,
        population: int,
        subjects: int,
        vis: int,
        nir: int,
        paired: bool,
    ) -> "PeopleSettings":
        """Return people rendered with the side and the difficulty of the run's data.

        `vis` and `nir` are numbers of images per subject.
        """
        return cls(
            population=population,
            subjects=subjects,
            vis_per_subject=vis,
            nir_per_subject=nir,
            paired=paired,
            side_px=data.render_side_px,
            **{name: getattr(data, name) for name in Difficulty.__dataclass_fields__},
        )


@stage(version=1)
def render(job: Job[PeopleSettings]) -> None:
    """Write packed folders VIS, NIR and, where `paired`, NIR-true and NIR-clean."""
    people = job.settings
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
    """The side of the crops, and the version of what finds eyes and aligns."""

    side_px: int
    landmarks_sha256: str
    version: str = VERSION


@stage(version=1)
def align(job: Job[AlignSettings]) -> None:
    """Find eyes in the input `images` and write aligned crops under the same names."""
    predictor = weights.ensure(LANDMARKS, job.machine.cache)
    align_folder(
        job.inputs["images"],
        job.out,
        predictor,
        side_px=job.settings.side_px,
        workers=job.machine.workers,
        progress=job.progress,
    )


class AlignFilesSettings(AlignSettings):
    """The files of a data set. `digest` is that of their content; their paths change no byte."""

    digest: str
    version: str = FILES_VERSION
    root: Path = Field(exclude=True)
    manifest: Path = Field(exclude=True, description="the table of the files")


@stage(version=2)
def align_files(job: Job[AlignFilesSettings]) -> None:
    """Write aligned crops of a data set's images, by shipped eye positions or by those found."""
    settings = job.settings
    images = packed.read_table(settings.manifest)
    if digest_of(images) != settings.digest:
        raise DataError(
            f"{settings.manifest}: was replaced during this run, by another run into the same "
            "folder; run this one again, with another --out"
        )
    align_all(
        {spectrum: Files(settings.root, images, spectrum) for spectrum in ("VIS", "NIR")},
        job.out,
        weights.ensure(LANDMARKS, job.machine.cache),
        side_px=settings.side_px,
        workers=job.machine.workers,
        progress=job.progress,
    )


class SplitSettings(BaseModel):
    """A protocol and the request to it; `lists` is a digest of the lists it reads."""

    protocol: str
    request: protocols.Request
    lists: str = ""
    root: Path | None = Field(None, exclude=True)


@stage(version=1)
def split(job: Job[SplitSettings]) -> None:
    """Write `split.csv`, `unresolved.csv`, `funnel.json` (the counts) and `protocol.json`."""
    settings = job.settings
    protocol = protocols.get(settings.protocol)
    assigned = protocol.assign(_all_images(job.inputs["aligned"]), settings.root, settings.request)
    packed.write_table(job.out / "split.csv", assigned.parts)
    packed.write_table(job.out / "unresolved.csv", assigned.unresolved)
    write_text(job.out / "funnel.json", json.dumps(assigned.funnel, indent=1))
    record = {"protocol": protocol.name, "leaky": assigned.leaky}
    write_text(job.out / "protocol.json", json.dumps(record))
    job.progress(1, 1, {})


def _all_images(aligned: Path) -> pd.DataFrame:
    """Return the index of all crops; rendered people get the columns that only files have."""
    tables = [packed.read(aligned / spectrum).index for spectrum in ("VIS", "NIR")]
    images = pd.concat([table.assign(row=range(len(table))) for table in tables], ignore_index=True)
    if "source" in images:
        return images
    source = images["spectrum"] + "/" + images["subject"] + "/" + images["shot"]
    return images.assign(source=source, session="", sha256="")
