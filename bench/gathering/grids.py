"""Chooses the images that a report shows, by fixed rules."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from bench.gathering import grids_worst
from bench.gathering.crops import crops, first_images
from bench.planning.datasets import DataSet
from bench.planning.plan import Plan
from faces import packed, protocols
from faces.common.errors import DataError
from faces.common.evenly_spaced import evenly
from faces.equalize import equalize
from faces.packed import Packed
from faces.sources import in_channels, read_checked
from generators.batches import is_equalized
from reports.material import Difference, Grid
from reports.words import listed

PEOPLE = 8
PHOTOGRAPH_PX = 240  # longer side of a photograph in a contact sheet


def draw(plan: Plan, store: Path, data: DataSet | None = None) -> Iterator[Grid]:
    """Yield the grids of fakes beside their sources, of the worst cases, and of preprocessing.

    Photographs of a data set are shown only while their files are unchanged.
    """
    split = packed.read_table(plan.split.folder(store) / "split.csv")
    real = first_images(protocols.rows(split, "train", "NIR"))
    vis = first_images(protocols.rows(split, "train", "VIS"))
    both = vis[vis["subject"].isin(real["subject"])]
    chosen = both.iloc[evenly(len(both), PEOPLE)].reset_index(drop=True)
    real = real[real["subject"].isin(chosen["subject"])]
    if chosen.empty:  # no training person has a face in both spectra
        return
    yield _translations(plan, store, chosen, real)
    yield from grids_worst.draw(plan, store)
    yield _preprocessing(plan, store, chosen, _photographs(plan, store, data, chosen))


def _translations(
    plan: Plan,
    store: Path,
    chosen: pd.DataFrame,
    real: pd.DataFrame,
) -> Grid:
    aligned = plan.aligned.folder(store)
    columns = {"VIS": crops(aligned / "VIS", chosen["row"])}
    labels = {"VIS": "VIS"}
    if _equalizing(plan):
        columns["equalized"] = _equalized(plan, columns["VIS"])
        labels["equalized"] = "VIS, equalized"
    shown = [name for name, repeat in plan.fakes if repeat == plan.first]
    for variant in shown:
        fakes = packed.read(plan.fakes[variant, plan.first].folder(store))
        places = fakes.index.reset_index().set_index("source")["index"]
        rows = places.loc[chosen["row"].astype(str)].to_numpy()
        columns[variant] = Packed(fakes.images[rows], chosen)
        labels[variant] = f"fake by {variant}"
    columns["NIR"] = crops(aligned / "NIR", real["row"])
    labels["NIR"] = "real NIR, another shot"
    if (aligned / "NIR-true").exists():
        columns["NIR-true"] = crops(aligned / "NIR-true", chosen["row"])
        labels["NIR-true"] = "true NIR, same shot"
    return Grid(
        name="subjects",
        title="The same people, translated",
        caption=f"The first training image of {len(chosen)} training people, evenly spaced in "
        f"the order of their numbers; fakes of seed {plan.first.seed}.",
        columns=columns,
        labels=labels,
        differences=tuple(_differences(plan, shown)),
    )


def _differences(plan: Plan, shown: list[str]) -> Iterator[Difference]:
    """Yield the comparisons that translators ask for, if both translators are shown."""
    for name in shown:
        comparison = plan.variants[name].compare_with
        if comparison is not None and comparison.variant in shown:
            yield Difference(comparison.variant, name, comparison.title)


def _equalizing(plan: Plan) -> list[str]:
    """Return the names of the run's translators that get equalized VIS images."""
    return [
        name
        for name, variant in plan.variants.items()
        if is_equalized("VIS", plan.longest.equalized(variant.equalize))
    ]


def _preprocessing(
    plan: Plan, store: Path, chosen: pd.DataFrame, photographs: Packed | None
) -> Grid:
    before = crops(plan.aligned.folder(store) / "VIS", chosen["row"])
    columns = {} if photographs is None else {"photograph": photographs}
    columns["aligned"] = before
    caption = "the photograph, the crop with level eyes at fixed places"
    if equalizing := _equalizing(plan):
        columns["equalized"] = _equalized(plan, before)
        caption += f", and the crop with equalized luminance, as given to {listed(equalizing)}"
    return Grid(
        name="preprocessing",
        title="Alignment and equalization" if equalizing else "Alignment",
        caption=f"The same images before and after: {caption}.",
        columns=columns,
        labels={name: name for name in columns},
    )


def _photographs(
    plan: Plan, store: Path, data: DataSet | None, chosen: pd.DataFrame
) -> Packed | None:
    """Return the photographs of the chosen crops, or None if files changed or cannot be read."""
    if data is None:
        return crops(plan.aligned.inputs["images"].folder(store) / "VIS", chosen["row"])
    hashes = data.manifest.images.set_index("source")["sha256"]
    try:
        pixels = [
            read_checked(data.manifest.root, source, hashes[source]) for source in chosen["source"]
        ]
    except DataError:
        return None
    return Packed(np.stack([thumbnail(in_channels(image, 3)) for image in pixels]), chosen)


def thumbnail(pixels: np.ndarray) -> np.ndarray:
    """Fit a photograph into a grey square: (H, W, 3) => (PHOTOGRAPH_PX, PHOTOGRAPH_PX, 3) uint8."""
    image = Image.fromarray(pixels)
    fitted = ImageOps.contain(image, (PHOTOGRAPH_PX, PHOTOGRAPH_PX), Image.Resampling.LANCZOS)
    square = ImageOps.pad(fitted, (PHOTOGRAPH_PX, PHOTOGRAPH_PX), color=(128, 128, 128))
    return np.asarray(square)


def _equalized(plan: Plan, crops: Packed) -> Packed:
    method = plan.longest.equalize_method
    images = [equalize(np.asarray(crop), method) for crop in crops.images]
    return Packed(np.stack(images), crops.index)
