"""The pictures of a report, chosen by rules and not by taste."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from bench.plan import Plan
from bench.settings import RunSettings
from faces import packed, splits
from faces.equalize import equalize
from faces.packed import TEXT_COLUMNS, Packed
from reports.material import Difference, Grid

PEOPLE = 8


def draw(settings: RunSettings, plan: Plan, store: Path) -> Iterator[Grid]:
    """The fakes of every variant beside their sources, and each preprocessing step."""
    split = pd.read_csv(plan.split.folder(store) / "split.csv", dtype=TEXT_COLUMNS)
    aligned = plan.aligned.folder(store)
    real = first_images(splits.rows(split, "train", "NIR"))
    vis = first_images(splits.rows(split, "train", "VIS"))
    chosen = evenly(vis[vis["subject"].isin(real["subject"])])
    real = real[real["subject"].isin(chosen["subject"])]
    yield _translations(settings, plan, store, chosen, real)
    yield _preprocessing(plan, store, aligned, chosen)


def first_images(lines: pd.DataFrame) -> pd.DataFrame:
    """The first image of each subject, by shot; subjects ascending."""
    return lines.sort_values(["subject", "shot"]).drop_duplicates("subject")


def evenly(lines: pd.DataFrame) -> pd.DataFrame:
    """At most PEOPLE lines, spread evenly over all."""
    places = np.linspace(0, len(lines) - 1, min(PEOPLE, len(lines))).round().astype(int)
    return lines.iloc[places].reset_index(drop=True)


def _translations(
    settings: RunSettings,
    plan: Plan,
    store: Path,
    chosen: pd.DataFrame,
    real: pd.DataFrame,
) -> Grid:
    aligned = plan.aligned.folder(store)
    columns = {"VIS": _rows(aligned / "VIS", chosen["row"])}
    columns["equalized"] = _equalized(columns["VIS"])
    labels = {"VIS": "VIS", "equalized": "VIS, equalized"}
    seed = settings.seeds[0]
    for variant in settings.variants:
        fakes = packed.read(plan.fakes[variant, seed].folder(store))
        places = fakes.index.reset_index().set_index("source")["index"]
        rows = places.loc[chosen["row"].astype(str)].to_numpy()
        columns[variant] = Packed(fakes.images[rows], chosen)
        labels[variant] = f"fake by {variant}"
    columns["NIR"] = _rows(aligned / "NIR", real["row"])
    labels["NIR"] = "real NIR, another shot"
    if (aligned / "NIR-true").exists():
        columns["NIR-true"] = _rows(aligned / "NIR-true", chosen["row"])
        labels["NIR-true"] = "true NIR, same shot"
    return Grid(
        name="subjects",
        title="The same people, translated",
        caption=f"The first training image of {len(chosen)} training people, evenly spaced in "
        f"the order of their numbers; fakes of seed {seed}.",
        columns=columns,
        labels=labels,
        differences=_perceptual(settings.variants),
    )


def _perceptual(variants: list[str]) -> tuple[Difference, ...]:
    """B and C differ by the perceptual loss alone."""
    if not {"B", "C"} <= set(variants):
        return ()
    return (Difference("B", "C", "What the perceptual loss changes"),)


def _preprocessing(plan: Plan, store: Path, aligned: Path, chosen: pd.DataFrame) -> Grid:
    photographs = plan.aligned.inputs["images"].folder(store)
    crops = _rows(aligned / "VIS", chosen["row"])
    return Grid(
        name="preprocessing",
        title="Alignment and equalization",
        caption="The same images before and after: the photograph, the crop with level eyes at "
        "fixed places, and the crop with equalized luminance, which B and C see.",
        columns={
            "photograph": _rows(photographs / "VIS", chosen["row"]),
            "aligned": crops,
            "equalized": _equalized(crops),
        },
        labels={"photograph": "photograph", "aligned": "aligned", "equalized": "equalized"},
    )


def _rows(folder: Path, rows: pd.Series) -> Packed:
    stored = packed.read(folder)
    places = rows.to_numpy()
    return Packed(stored.images[places], stored.index.iloc[places].reset_index(drop=True))


def _equalized(crops: Packed) -> Packed:
    return Packed(np.stack([equalize(np.asarray(crop)) for crop in crops.images]), crops.index)
