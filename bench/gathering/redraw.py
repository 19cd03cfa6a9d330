"""Draws the report in a run's folder again, from the run's material and without torch."""

import shutil
from pathlib import Path

from reports.build import build
from reports.material import Material

MATERIAL = "material"  # the folder in a run's folder


def _clear(out: Path) -> None:
    """Delete the files of an earlier report, so that none of them stays beside the new one."""
    for name in ("report.html", "results.json", "results.csv"):
        (out / name).unlink(missing_ok=True)
    for folder in ("tables", "plots"):
        shutil.rmtree(out / folder, ignore_errors=True)


def draw(material: Material, out: Path) -> None:
    """Write tables, plots, results and the page into `out`; earlier ones are replaced."""
    _clear(out)
    build(material, out)
