"""`bench compare`: compares finished runs, from their `material/` and without torch."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table as Printed
from rich.text import Text

from bench.gathering.redraw import MATERIAL
from faces.common.disk_faults import ANOTHER_FOLDER, writing
from faces.common.errors import UsageError
from reports.compare.page import leading, lines, write_comparison
from reports.compare.runs import Run, compare_runs
from reports.compare.tables import recognition_tables, settings_tables
from reports.material_files import load_material
from reports.plots.figure import file_name
from reports.tables.formats import Table

CROPS = "align:data"  # the stage whose key says which images a run is about


@click.command()
@click.argument("runs", nargs=-1, metavar="RUN RUN...", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Where to write [runs/compare-...].")
def compare(runs: tuple[Path, ...], out: Path | None) -> None:
    """Put runs side by side: settings, recognition, image quality.

    The others are compared with the first. Differences are tested where the probes match.
    """
    _check(runs)
    compared = compare_runs([_load(path, name) for path, name in _names_of(runs).items()])
    out = out or Path("runs") / file_name("compare", *(run.name for run in compared.runs))
    with writing(f"--out {out}", ANOTHER_FOLDER):
        write_comparison(compared, out)
    console, tables = Console(emoji=False), recognition_tables(compared)
    for line in lines(compared):
        console.print(Text(line))
    for table in [*settings_tables(compared)[:1], *(tables[key] for key in leading(compared))]:
        console.print()
        console.print(_printed(table))
    console.print(Text(f"Comparison: {out / 'compare.html'}"), soft_wrap=True)


def _check(runs: tuple[Path, ...]) -> None:
    """Raise UsageError unless these are two or more folders of finished runs, each once."""
    if len(runs) < 2:
        raise UsageError("bench compare: name the folders of two runs or more")
    for path in runs:
        if not path.is_dir():
            raise UsageError(f"{path}: no such folder; name a run's folder, as in runs/demo")
        if not (path / "settings.toml").exists():
            raise UsageError(f"{path}: not a run's folder (it has no settings.toml)")
        if not (path / MATERIAL).is_dir():
            raise UsageError(
                f"{path}: has no {MATERIAL}/; finish it with `bench run-all`, or make it with "
                f"`bench report {path}`"
            )
    places = [path.resolve() for path in runs]
    for path, place in zip(runs, places, strict=True):
        if places.count(place) > 1:
            raise UsageError(f"{path}: named twice; name each run once")


def _names_of(runs: tuple[Path, ...]) -> dict[Path, str]:
    """Return the name of each run: that of its folder, or its path if two names are equal."""
    names = [path.resolve().name for path in runs]
    alike = len(set(names)) < len(names)
    return {path: str(path) if alike else name for path, name in zip(runs, names, strict=True)}


def _load(path: Path, name: str) -> Run:
    material = load_material(path / MATERIAL)
    keys = {stage.get("name"): stage.get("key") for stage in material.provenance.get("stages", ())}
    return Run(name, material, keys.get(CROPS) or "")


def _printed(table: Table) -> Printed:
    """Return a table for the terminal, with the first line of each training set's cell alone."""
    printed = Printed(title=Text(table.title), title_justify="left")
    for name in table.header:
        printed.add_column(Text(name))
    for row in table.rows:
        first, *others = row
        printed.add_row(Text(first[0]), *(Text("\n".join(lines)) for lines in others))
    return printed
