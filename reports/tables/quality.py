"""Makes the tables of image quality and of its agreement with usefulness."""

import numpy as np
import pandas as pd

from faces.common.metric import Metric
from reports.agreement import FEWEST, agreement, points
from reports.summary import Summary
from reports.tables.accuracy import header
from reports.tables.formats import Table
from reports.words import NONE, images, interval, number, p_value, protocol

FIRST, LAST = ("real", "vis"), ("reshot",)  # among the kinds of images
PAIRS = ("genuine", "impostor")  # kinds that are pairs of real images, and have one metric
SHORTEST = 0.005  # correlations are printed with two digits


def quality_tables(summary: Summary, task: str = "", name: str = "") -> list[Table]:
    """Return the table of image quality and, with fakes, that of its agreement with the gain."""
    if summary.quality.empty:
        return []
    return [quality_table(summary), *_agreement_tables(summary, task, name)]


def quality_table(summary: Summary) -> Table:
    """Return a table with a row per metric and a column per kind of images."""
    quality, fakes = summary.quality, summary.names_of_fakes()
    kinds = image_kinds(quality)
    names = list(dict.fromkeys(quality[quality["images"].isin(kinds)]["metric"]))
    usual = _usual_count(quality)
    return Table(
        title="Real, untranslated and fake images",
        header=("metric", *(images(fakes.get(image_kind, image_kind)) for image_kind in kinds)),
        rows=tuple(
            ((header(summary.metric(name)), *_pairs_line(quality, summary.metric(name))),
             *(quality_cell(quality, image_kind, summary.metric(name), usual)
               for image_kind in kinds))
            for name in names
        ),
        note=_quality_note(quality),
    )  # fmt: skip


def _quality_note(quality: pd.DataFrame) -> str:
    """Say what cells hold, and the number of images where it is one."""
    repeats = "seeds and folds" if "fold" in quality else "seeds"
    return (
        f"Where there are several {repeats}: their mean [lowest, highest]; else the figure [95 % "
        "interval of the draw of people, by a jackknife over groups of them]. n = "
        f"{_usual_count(quality)} images of each kind unless said otherwise. Distances and "
        "coverage are from real NIR images that nobody was trained on, of one half of the people; "
        "the floor is the other half's."
    )


def image_kinds(quality: pd.DataFrame) -> list[str]:
    """Return the kinds of images: real, untranslated, the variants as given, true NIR last."""
    kinds = [image_kind for image_kind in dict.fromkeys(quality["images"])
             if image_kind not in PAIRS]  # fmt: skip
    place = {image_kind: i for i, image_kind in enumerate(FIRST)} | dict.fromkeys(LAST, 9)
    return sorted(kinds, key=lambda image_kind: place.get(image_kind, len(FIRST)))


def _usual_count(quality: pd.DataFrame) -> int:
    """Return the most frequent number of images, which cells do not mention."""
    return int(quality["n"].mode().iloc[0])


def _pairs_line(quality: pd.DataFrame, record: Metric) -> tuple[str, ...]:
    """Return the values of pairs of real images, of one person and of two, for a metric's row."""
    rows = quality[(quality["metric"] == record.name) & quality["images"].isin(PAIRS)]
    means = rows.groupby("images")["value"].mean()
    if not all(image_kind in means.index for image_kind in PAIRS):
        return ()
    one, two = (number(means[image_kind], record) for image_kind in PAIRS)
    return (f"real VIS and NIR of one person {one}, of two {two}",)


def quality_cell(
    quality: pd.DataFrame, image_kind: str, record: Metric, usual: int | None = None
) -> tuple[str, ...]:
    """Return the mean and its range over seeds, or the interval of one value; n where unusual."""
    rows = quality[(quality["images"] == image_kind) & (quality["metric"] == record.name)]
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return (NONE,)
    n = int(rows["n"].min())
    counts = () if n == usual else (f"n = {n}",)
    low, high = range_of(rows)
    if np.isnan(low) or number(low, record) == number(high, record):
        return number(rows["value"].mean(), record), *counts
    return number(rows["value"].mean(), record), interval(low, high, record), *counts


def range_of(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest value of several rows, or the interval of one, else NaN."""
    if len(rows) > 1:
        return rows["value"].min(), rows["value"].max()
    if "ci_low" not in rows:
        return np.nan, np.nan
    return rows["ci_low"].iloc[0], rows["ci_high"].iloc[0]


def _agreement_tables(summary: Summary, task: str, name: str) -> list[Table]:
    """Return the table of how far each metric agrees with the gain; none without fakes."""
    marks = points(summary, task, name) if task else pd.DataFrame()
    if marks.empty:
        return []
    rows = agreement(summary, marks)
    return [
        Table(
            title="Do quality and usefulness agree?",
            header=("metric of the fakes", "rank correlation with the gain",
                    "within seeds", "p", "points", "worse than VIS"),
            rows=tuple(
                ((header(summary.metric(row.metric)),),
                 (correlation(row.rho),), (correlation(row.rho_within),),
                 (p_value(row.p),), (str(row.n),), (_worse_than_vis(summary, marks, row.metric),))
                for row in rows.itertuples()
            ),
            note=_agreement_note(rows, task, summary.metric(name)),
        )
    ]  # fmt: skip


def _worse_than_vis(summary: Summary, marks: pd.DataFrame, name: str) -> str:
    """Return "9 of 9": how many fakes are worse than the untranslated images by a metric."""
    quality = summary.quality
    vis = quality[(quality["images"] == "vis") & (quality["metric"] == name)]["value"].dropna()
    if vis.empty:
        return NONE
    values = summary.metric(name).sign * marks[marks["metric"] == name]["value"]
    return f"{(values < summary.metric(name).sign * vis.mean()).sum()} of {len(values)}"


def _agreement_note(rows: pd.DataFrame, task: str, record: Metric) -> str:
    """Say what the correlations are, and how uncertain they are with so few points."""
    n = int(rows["n"].max())
    if n < FEWEST:
        return (
            f"{n} point{'s' * (n != 1)}, one per variant and seed: too few for a correlation, "
            f"which needs {FEWEST}. `benchmarks/usefulness.py` joins several runs."
        )
    return (
        "Spearman's rank correlation of each metric, turned so that better is higher, with the "
        f"gain in {record.label} ({protocol(task)}) over the baseline of the same seed; "
        "one point per variant and seed. Within seeds: of ranks within each seed; p by shuffling "
        f"these, not adjusted for the {len(rows)} metrics. With n = {n} points, chance alone "
        f"reaches about \N{PLUS-MINUS SIGN}{1.96 / np.sqrt(n - 1):.2f}. Worse than VIS: fakes that "
        "the metric puts behind the untranslated images; a metric that does so with fakes "
        "that help does not measure their use."
    )


def correlation(value: float) -> str:
    """Return "+0.86"; a dash where there is none."""
    if value != value:
        return NONE
    text = f"{value:+.2f}" if abs(value) >= SHORTEST else "0.00"
    return text.replace("-", "\N{MINUS SIGN}")


def agreement_frame(summary: Summary, task: str, name: str) -> pd.DataFrame:
    """Return the numbers behind `_agreement_tables`, one row per metric."""
    return agreement(summary, points(summary, task, name)).assign(protocol=task, recognition=name)
