"""Prepares images for the page and for paper: cells as data URIs, differences, contact sheets."""

import base64
import io
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from faces.common.evenly_spaced import evenly
from faces.common.files import written_aside
from faces.luminance import luminance
from reports.material import Difference, Grid, Training

GAIN = 4  # a difference of 32 levels is shown as full black or white
MOST_ROWS = 10
DIFFERENCE_ROWS = 5
MOST_STEPS = 8
SOURCES = 3
LINE_PX = 14  # of a column name
LETTER_PX = 7  # of a column name, on average
SMALLEST_CELL_PX = 96
GAP_PX = 2


@dataclass(frozen=True)
class Sheet:
    """Images in rows and columns: `cells[row][column]` is (H, W, C) uint8."""

    name: str
    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[np.ndarray, ...], ...]


def sheets_of(grid: Grid) -> Iterator[Sheet]:
    """Yield the sheet of a grid, then one per difference; they have its first MOST_ROWS rows."""
    arrays = {name: packed.images[:MOST_ROWS] for name, packed in grid.columns.items()}
    labels = [grid.labels[name] for name in arrays]
    rows = _row_names(grid)
    cells = _in_rows(list(arrays.values()))
    yield Sheet(grid.name, grid.title, grid.caption, tuple(labels), rows, cells)
    for pair in grid.differences:
        if pair.first in arrays and pair.second in arrays:
            yield _difference_sheet(grid, pair, rows)


def _row_names(grid: Grid) -> tuple[str, ...]:
    index = next(iter(grid.columns.values())).index.head(MOST_ROWS)
    return tuple(
        index["subject"].astype(str) if "subject" in index else map(str, range(len(index)))
    )


def _difference_sheet(grid: Grid, pair: Difference, rows: tuple[str, ...]) -> Sheet:
    """Return a sheet of two columns and their difference; it has the first DIFFERENCE_ROWS rows."""
    first, second = (
        grid.columns[name].images[:DIFFERENCE_ROWS] for name in (pair.first, pair.second)
    )
    names = [grid.labels[pair.first], grid.labels[pair.second]]
    change = np.stack([difference(a, b) for a, b in zip(first, second, strict=True)])
    return Sheet(
        name=f"{grid.name}-{pair.first}-{pair.second}",
        title=pair.title,
        caption=_difference_caption(first, second),
        columns=(*names, f"{names[1]} − {names[0]}"),
        rows=rows[:DIFFERENCE_ROWS],
        cells=_in_rows([first, second, change]),
    )


def _in_rows(columns: list[np.ndarray]) -> tuple[tuple[np.ndarray, ...], ...]:
    """Return the cells of a sheet from columns of images, each (rows, H, W, C) uint8."""
    return tuple(zip(*columns, strict=True))


def samples_sheet(training: Training) -> Sheet | None:
    """Return a generator's fakes of the same sources during its training; None without samples."""
    if training.samples is None or not len(training.samples.index):
        return None
    index = training.samples.index
    steps = np.sort(index["step"].unique())
    steps = steps[evenly(len(steps), MOST_STEPS)]
    sources = [
        source
        for source in dict.fromkeys(index["source"])
        if set(steps) <= set(index["step"][index["source"] == source])
    ][:SOURCES]
    place = {(row.step, row.source): i for i, row in enumerate(index.itertuples())}
    return Sheet(
        name=f"samples-{training.name}",
        title=f"Fakes by {training.name} as the training goes on",
        caption=f"Seed {training.seed}; the same photographs in each column.",
        columns=tuple(f"step {step:,}" for step in steps),
        rows=tuple(map(str, sources)),
        cells=tuple(
            tuple(training.samples.images[place[step, source]] for step in steps)
            for source in sources
        ),
    )


def difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return `second` - `first` in luminance, (H, W, 1 or 3) uint8 => (H, W, 1) uint8.

    128 means equal; one grey level of difference is GAIN levels of the result.
    """
    change = _grey(second) - _grey(first)
    return np.clip(128 + GAIN * change, 0, 255).astype(np.uint8)[..., None]


def _grey(image: np.ndarray) -> np.ndarray:
    """Return the luminance, (H, W, 1 or 3) uint8 => (H, W) int16, which holds differences."""
    return luminance(image)[..., 0].astype(np.int16)


def _difference_caption(first: np.ndarray, second: np.ndarray) -> str:
    mean = np.mean([np.abs(_grey(b) - _grey(a)).mean() for a, b in zip(first, second, strict=True)])
    return (
        f"The difference is shown {GAIN} times enlarged; mid-grey means equal. Over the rows shown "
        f"it is {mean:.1f} of 255 grey levels on average."
    )


def data_uri(image: np.ndarray, most_px: int) -> str:
    """Return (H, W, 1 or 3) uint8 as PNG in a data URI, scaled down to `most_px` at most."""
    picture = _pil(image)
    if max(picture.size) > most_px:
        scale = most_px / max(picture.size)
        sides = [max(1, round(side * scale)) for side in picture.size]
        picture = picture.resize(sides, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _pil(image: np.ndarray) -> Image.Image:
    """Return a PIL image, (H, W, 1 or 3) uint8; three equal channels become one, to save bytes."""
    array = np.ascontiguousarray(image)
    if array.shape[-1] == 1 or (array == array[..., :1]).all():
        return Image.fromarray(array[..., 0])
    return Image.fromarray(array[..., :3])


def save_sheet(sheet: Sheet, path: Path) -> None:
    """Write a contact sheet as PNG: every cell as large as the largest, column names above."""
    side = max(max(cell.shape[:2]) for row in sheet.cells for cell in row)
    side = max(side, SMALLEST_CELL_PX)
    step = side + GAP_PX
    lines = [textwrap.wrap(label, side // LETTER_PX) for label in sheet.columns]
    header_px = max(map(len, lines)) * LINE_PX + GAP_PX
    size = len(sheet.columns) * step, header_px + len(sheet.rows) * step
    canvas = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(canvas)
    for column, label in enumerate(lines):
        draw.text((column * step, 1), "\n".join(label), fill="black", font_size=12)
        for row, cells in enumerate(sheet.cells):
            picture = (
                _pil(cells[column]).convert("RGB").resize((side, side), Image.Resampling.BICUBIC)
            )
            canvas.paste(picture, (column * step, header_px + row * step))
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        canvas.save(aside, "PNG", optimize=True)
