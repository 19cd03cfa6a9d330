"""Draws a contact sheet of aligned crops of both spectra, as the networks get them."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from bench.doctor.images import SPECTRA
from bench.doctor.sample import CROP_PX, Seen
from faces.common.disk_faults import ANOTHER_FOLDER, writing
from faces.common.evenly_spaced import evenly
from faces.common.files import written_aside

COLUMNS, ROWS = 8, 2
MOST = COLUMNS * ROWS  # crops of a spectrum
GAP_PX = 4
LABEL_PX = 13  # below each crop
TITLE_PX = 20  # above each block
LABEL_LETTERS = 17  # as wide as a crop
STEP_X, STEP_Y = CROP_PX + GAP_PX, CROP_PX + LABEL_PX + GAP_PX
BLOCK_PX = TITLE_PX + ROWS * STEP_Y


def write(seen: Sequence[Seen], path: Path) -> None:
    """Draw 16 faces of each spectrum, or all where there are fewer. Raises UsageError."""
    canvas = Image.new("RGB", (GAP_PX + COLUMNS * STEP_X, len(SPECTRA) * BLOCK_PX), "white")
    for block, spectrum in enumerate(SPECTRA):
        found = [image for image in seen if image.spectrum == spectrum and image.crop is not None]
        chosen = [found[place] for place in evenly(len(found), MOST)] if found else []
        _draw_block(canvas, block, f"{spectrum}: {len(chosen)} aligned faces", chosen)
    with writing(f"--out {path.parent}", ANOTHER_FOLDER), written_aside(path) as aside:
        canvas.save(aside, "PNG", optimize=True)


def place(spectrum: str, number: int) -> tuple[int, int]:
    """Return the left upper corner (x, y) of a crop on the sheet."""
    row, column = divmod(number, COLUMNS)
    top = SPECTRA.index(spectrum) * BLOCK_PX + TITLE_PX
    return GAP_PX + column * STEP_X, top + row * STEP_Y


def _draw_block(canvas: Image.Image, block: int, title: str, chosen: Sequence[Seen]) -> None:
    draw = ImageDraw.Draw(canvas)
    draw.text((GAP_PX, block * BLOCK_PX + 3), title, fill="black", font_size=13)
    for number, image in enumerate(chosen):
        if image.crop is None:
            continue
        x, y = place(image.spectrum, number)
        canvas.paste(Image.fromarray(image.crop.squeeze()).convert("RGB"), (x, y))
        draw.text((x, y + CROP_PX), _label(image), fill="black", font_size=10)


def _label(seen: Seen) -> str:
    """Return subject and shot, cut to the width of a crop; letters not in the font are escaped."""
    text = f"{seen.subject} {seen.shot}".encode("ascii", "backslashreplace").decode()
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= LABEL_LETTERS else f"{text[: LABEL_LETTERS - 2]}.."
