"""Prepares a run: checks that need no data, reads the data set, and names the stage store."""

from pathlib import Path

from rich.console import Console

from bench.display.single_task import shown
from bench.planning import datasets
from bench.planning.datasets import DataSet
from bench.settings.run_settings import RunSettings
from faces.common.errors import UsageError
from generators import variants


def check(settings: RunSettings, out: Path) -> None:
    """What can be told before a data set is read. Raises UsageError."""
    for name in settings.variants:
        variants.get(name)
    if settings.data.on_disk and store_of(out).is_relative_to(Path(settings.data.path).absolute()):
        raise UsageError(
            f"--out {out}: lies inside the data set {settings.data.path}, whose files it would "
            "add to; choose a folder outside"
        )


def read(settings: RunSettings, cache: Path, console: Console) -> DataSet | None:
    with shown(console, "reading images") as progress:
        return datasets.read(settings, cache, progress)


def store_of(out: Path) -> Path:
    """The stage store, which runs that lie beside each other share."""
    return out.absolute().parent / "stages"
