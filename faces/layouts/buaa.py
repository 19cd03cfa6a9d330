"""BUAA-VisNir: `<subject>/<number>.bmp`, with the spectrum of every number stated beside it.

Huang, Sun and Wang, "The BUAA-VisNir Face Database Instructions", IRIP-TR-12-FR-001, Beihang
University 2012. The file names do not tell the spectrum, and public code disagrees about it: most
code takes odd numbers for visible light and even ones up to 28 for near-infrared, some the reverse.
A wrong guess would exchange the two spectra without an error, so nothing is guessed. State the
spectra in one of these ways:

* sort the images into `{VIS,NIR}/<subject>/<number>.bmp` or `<subject>/{VIS,NIR}/<number>.bmp`;
* write `spectra.csv` at the root, after looking at one subject's images:

      number,spectrum
      1,VIS
      2,NIR
"""

import csv
import re
from pathlib import Path

from faces.common.disk_faults import require_readable
from faces.common.errors import DataError
from faces.layouts.layout import Layout, Place, Placing

EXPECTED = "<subject>/<number>.bmp, with spectra.csv or below VIS and NIR"
PATTERN = re.compile(
    r"(?:(?P<above>NIR|VIS)/)?(?P<subject>\d+)/(?:(?P<below>NIR|VIS)/)?(?P<number>\d+)\.\w+",
    re.IGNORECASE | re.ASCII,
)
STATED = "spectra.csv"


def _placing(root: Path) -> Placing:
    """Return the function that places a path, using spectra.csv if there is one.

    Raises DataError where spectra.csv is malformed.
    """
    stated = _read_spectra(root / STATED)

    def place(source: str) -> Place | str:
        match = PATTERN.fullmatch(source)
        if not match:
            return "not of the form <subject>/<number>.bmp"
        folders = {name.upper() for name in (match["above"], match["below"]) if name}
        if len(folders) > 1:
            return "one of its folders says VIS, another NIR"
        if not folders and int(match["number"]) not in stated:
            return f"its spectrum is stated neither by a folder VIS or NIR nor in {STATED}"
        spectrum = folders.pop() if folders else stated[int(match["number"])]
        return Place(match["subject"], spectrum, match["number"])

    return place


def _read_spectra(path: Path) -> dict[int, str]:
    """Read the spectrum of each number; {} if there is no such file. Raises DataError."""
    require_readable(path, DataError)
    if not path.exists():
        return {}
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = [(int(row["number"]), row["spectrum"]) for row in csv.DictReader(file)]
        spectra = {number: text.strip().upper() for number, text in rows}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise DataError(f"{path}: give the columns number and spectrum") from error
    if len(spectra) != len(rows) or not set(spectra.values()) <= {"VIS", "NIR"}:
        raise DataError(f"{path}: give every number once, with VIS or NIR")
    return spectra


LAYOUT = Layout("buaa", "BUAA-VisNir, with the spectra stated", EXPECTED, _placing)
