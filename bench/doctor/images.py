"""Counts the images of a data set: found, readable, refused and why, people, sessions, sizes."""

import re

import pandas as pd

from bench.doctor.page import Problem, Section
from faces import twins
from faces.common.evenly_spaced import first_few
from faces.manifest import Manifest

SPECTRA = ("VIS", "NIR")
SHOWN = 10
OTHER_FILE = re.compile(r"(?<=the same shot as ).*(?=, with)", re.DOTALL)


def section(manifest: Manifest) -> Section:
    """Return the counts of all that was read, and the problems."""
    images, refused = manifest.images, manifest.refused
    divided = twins.divided(images)
    entries = [
        ("folder", str(manifest.root)),
        ("files", f"{len(images) + len(refused):,} found, {len(images):,} readable images"),
        *(("refused", reason) for reason in reasons(refused)),
        ("both spectra", _people(images)),
        *(("note", note) for note in manifest.notes if note != divided),
    ]
    problems = [*_missing_spectra(manifest), *_copies(images)]
    problems += [Problem(divided)] if divided else []
    if len(refused):
        first = refused.iloc[0]
        problems.append(
            Problem(
                f"{len(refused):,} files are not used, for the reasons above, the first being "
                f"{first['source']}: {first['reason']}; replace or remove what should be an image"
            )
        )
    return Section(f"Data set {manifest.layout}", entries, _table(images), problems)


def reasons(refused: pd.DataFrame) -> list[str]:
    """Return why files were refused, the commonest reason first, each with an example."""
    general = refused["reason"].map(lambda reason: OTHER_FILE.sub("another", reason))
    groups = [
        (len(files), reason, files["source"].iloc[0]) for reason, files in refused.groupby(general)
    ]
    groups.sort(key=lambda group: (-group[0], group[1]))
    lines = [f"{number:,}: {reason} ({example})" for number, reason, example in groups[:SHOWN]]
    rest = sum(number for number, *_ in groups[SHOWN:])
    return [*lines, f"{rest:,}: other reasons"] if rest else lines


def _people(images: pd.DataFrame) -> str:
    vis, nir = (set(images.loc[images["spectrum"] == spectrum, "subject"]) for spectrum in SPECTRA)
    alone = f"{len(vis - nir):,} in VIS alone, {len(nir - vis):,} in NIR alone"
    return f"{len(vis & nir):,} people, {alone}"


def _table(images: pd.DataFrame) -> list[list[str]]:
    """Return a table with a column per spectrum."""
    by_spectrum = [images[images["spectrum"] == spectrum] for spectrum in SPECTRA]
    rows = [
        ["", *SPECTRA],
        ["images", *(f"{len(own):,}" for own in by_spectrum)],
        ["people", *(f"{own['subject'].nunique():,}" for own in by_spectrum)],
        ["images of a person", *map(_images_each, by_spectrum)],
        ["size in pixels", *map(_sizes, by_spectrum)],
        ["with eye positions", *(f"{int(own['left_x'].notna().sum()):,}" for own in by_spectrum)],
    ]
    for session in sorted(set(images["session"]) - {""}):
        counts = (int((own["session"] == session).sum()) for own in by_spectrum)
        rows.append([f"session {session}", *(f"{count:,}" for count in counts)])
    return rows


def _images_each(images: pd.DataFrame) -> str:
    """Return the range and the median of the number of images of a person."""
    counts = images["subject"].value_counts()
    return f"{counts.min()} to {counts.max()}, median {counts.median():g}" if len(counts) else "-"


def _sizes(images: pd.DataFrame) -> str:
    """Return the commonest size, and the range where there are others."""
    sizes = images.groupby(["width_px", "height_px"]).size().sort_values(ascending=False)
    if sizes.empty:
        return "-"
    (width, height), others = sizes.index[0], len(sizes) - 1
    if not others:
        return f"{width} x {height}"
    widths, heights = images["width_px"], images["height_px"]
    return (
        f"{width} x {height} ({sizes.iloc[0]:,}), others from "
        f"{widths.min()} x {heights.min()} to {widths.max()} x {heights.max()}"
    )


def _missing_spectra(manifest: Manifest) -> list[Problem]:
    there = set(manifest.images["spectrum"])
    return [
        Problem(f"{manifest.root}: no readable {spectrum} image; add some", exit_code=3)
        for spectrum in SPECTRA
        if spectrum not in there
    ]


def _copies(images: pd.DataFrame) -> list[Problem]:
    """Return the problems of images with the same bytes; protocols check for leaks themselves."""
    same = images[images.duplicated("sha256", keep=False)]
    by_bytes = same.groupby("sha256")
    owners, spectra = (by_bytes[name].transform("nunique") for name in ("subject", "spectrum"))
    once = "remove all but one of each"
    return [
        Problem(f"{problem}: {first_few(_groups(chosen), separator='; ')}; {remedy}")
        for problem, chosen, remedy in (
            ("the same bytes under different people", same[owners > 1], once),
            ("the same bytes more than once under one person", same[owners == 1], once),
            ("the same bytes as VIS and as NIR", same[spectra > 1], "remove the wrong one of each"),
        )
        if len(chosen)
    ]


def _groups(same: pd.DataFrame) -> list[str]:
    return [
        f"{' = '.join(own['source'])} ({', '.join(sorted(set(own['subject'])))})"
        for _, own in same.groupby("sha256", sort=False)
    ]
