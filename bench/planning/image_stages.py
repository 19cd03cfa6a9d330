"""Plans the stages that make images and their split: rendering, alignment, division into parts."""

from pathlib import Path

from bench import weights
from bench.planning.datasets import MANIFEST, DataSet, list_name, request_of
from bench.running.store import Stage
from bench.settings.run_settings import RunSettings
from bench.stages import images
from faces.align import LANDMARKS
from faces.excerpt import ORDINARY_PIXELS
from faces.protocols import Protocol


def image_counts(settings: RunSettings, data: DataSet | None) -> tuple[int, int]:
    """Return the numbers of VIS and NIR images; translators train on at most so many."""
    if data is None:
        people = settings.data
        return people.subjects * people.vis_per_subject, people.subjects * people.nir_per_subject
    spectra = data.manifest.images["spectrum"]
    return int((spectra == "VIS").sum()), int((spectra == "NIR").sum())


def aligned_data(settings: RunSettings, data: DataSet | None, folder: Path) -> Stage:
    """Return the stage of the crops of the run's data set, or of rendered people without one.

    `folder` holds the manifest of the data set.
    """
    return _aligned_files(settings, data, folder) if data else _aligned_people(settings)


def _aligned_people(settings: RunSettings) -> Stage:
    data = settings.data
    people = images.PeopleSettings.of(
        data,
        population=data.population,
        subjects=data.subjects,
        vis=data.vis_per_subject,
        nir=data.nir_per_subject,
        paired=True,
    )
    return rendered_and_aligned(settings, "data", people)


def rendered_and_aligned(settings: RunSettings, name: str, people: images.PeopleSettings) -> Stage:
    """Return the stage of the crops of rendered people."""
    count = people.subjects * (people.vis_per_subject + people.nir_per_subject)
    megapixels = people.side_px**2 / 1e6
    rendered = Stage(
        f"render:{name}",
        images.render,
        people,
        wide=True,
        effort=people.subjects * 0.06 + count * (0.015 + 0.5 * megapixels),
    )
    return Stage(
        f"align:{name}",
        images.align,
        images.AlignSettings(
            side_px=settings.data.side_px, landmarks_sha256=weights.sha256_of(LANDMARKS)
        ),
        {"images": rendered},
        wide=True,
        effort=count * 0.5 * megapixels,
    )


def _aligned_files(settings: RunSettings, data: DataSet, folder: Path) -> Stage:
    found = data.manifest.images
    searched = found[found["left_x"].isna()]  # the data set has the eye positions of the others
    pixels = searched["width_px"] * searched["height_px"]
    megapixels = float(pixels.clip(upper=ORDINARY_PIXELS).sum()) / 1e6
    return Stage(
        "align:data",
        images.align_files,
        images.AlignFilesSettings(
            side_px=settings.data.side_px,
            landmarks_sha256=weights.sha256_of(LANDMARKS),
            digest=data.manifest.digest,
            root=data.manifest.root.absolute(),
            manifest=folder.absolute() / MANIFEST,
        ),
        wide=True,
        effort=len(found) * 0.01 + megapixels * 0.5,
    )


def splits(
    settings: RunSettings, aligned: Stage, protocol: Protocol, data: DataSet | None
) -> dict[int | None, Stage]:
    """Return the stage of the protocol's split of each fold."""
    return {
        fold: _split(settings, aligned, protocol, fold=fold, data=data) for fold in settings.folds
    }


def _split(
    settings: RunSettings,
    aligned: Stage,
    protocol: Protocol,
    *,
    fold: int | None,
    data: DataSet | None,
) -> Stage:
    chosen = images.SplitSettings(
        protocol=protocol.name,
        request=request_of(settings, protocol, fold),
        lists=data.lists.get(list_name(protocol, fold), "") if data else "",
        root=data.manifest.root.absolute() if data else None,
    )
    name = "split" if fold is None else f"split:fold{fold}"
    return Stage(name, images.split, chosen, {"aligned": aligned}, wide=True, effort=0.1)
