"""Draws the report in a run's folder anew from the run's material, without torch."""

import shutil
from pathlib import Path

from reports.build import build
from reports.material import Material

MATERIAL = "material"  # the folder in a run's folder


def _clear(out: Path) -> None:
    """Removes what an earlier report left, so that nothing stale stays beside the new one."""
    for name in ("report.html", "results.json", "results.csv"):
        (out / name).unlink(missing_ok=True)
    for folder in ("tables", "plots"):
        shutil.rmtree(out / folder, ignore_errors=True)


def draw(material: Material, out: Path) -> None:
    """Writes tables, plots, results and the page into `out`, in the place of earlier ones."""
    _clear(out)
    build(material, out)
