"""Prepares a run: checks without data, the data set, the stage store, the weights it needs."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from bench.display.single_task import shown
from bench.planning import datasets
from bench.planning.datasets import DataSet
from bench.planning.quality_stages import PRETRAINED
from bench.settings.options import require_utf8
from bench.settings.own_settings import own_settings, variant_of
from bench.settings.run_settings import RunSettings
from bench.stages import fixed_networks, quality
from faces.align import LANDMARKS
from faces.common.cache import cache_folder
from faces.common.errors import UsageError
from generators import definitions
from recognizer import controls


def check(settings: RunSettings, out: Path) -> None:
    """Make the checks that need no data set. Raises UsageError."""
    require_utf8("--out", str(out.absolute()))
    require_utf8("BENCH_CACHE", str(cache_folder().absolute()))
    for name in settings.variants:
        _check_needs(settings, name)
    _check_pairs(settings)
    if settings.data.on_disk and store_of(out).is_relative_to(Path(settings.data.path).absolute()):
        raise UsageError(
            f"--out {out}: lies inside the data set {settings.data.path}, whose files it would "
            "add to; choose a folder outside"
        )


def _check_pairs(settings: RunSettings) -> None:
    """Check that controls have the pairs they learn from. Raises UsageError."""
    if not settings.data.on_disk or settings.controls.pairs != "none":
        return
    for name in settings.controls.sets:
        if controls.get(name).needs_pairs:
            raise UsageError(
                f"control {name}: needs pairs of VIS and NIR images of one shot, which this data "
                "set is not known to have; set controls.pairs=same-shot if shots of one name are "
                "pairs, or leave it out of controls.sets"
            )


def _check_needs(settings: RunSettings, name: str) -> None:
    """Check a translator's needs, except for the files of weights. Raises UsageError."""
    variant = variant_of(settings, name)
    for network in variant.needs(own_settings(settings, name)):
        fixed_networks.require(network)
    if variant.needs_pairs and settings.data.on_disk:
        raise UsageError(
            f"variant {name}: needs the VIS and the NIR image of the same shot, which "
            f"{settings.data.name} has not; leave it out of --variants, or use --data synthetic"
        )


def keep_definitions(settings: RunSettings, cache: Path) -> None:
    """Copy the files that define the run's translators into the cache; stages load them there."""
    for name in settings.variants:
        if name in settings.translator_files:
            definitions.keep(settings.translator_files[name], cache)


def read(settings: RunSettings, cache: Path, console: Console) -> DataSet | None:
    """Read the data set with a progress bar, and print its notes; see `datasets.read`."""
    with shown(console, "reading images") as progress:
        data = datasets.read(settings, cache, progress)
    for note in data.manifest.notes if data else ():
        console.print(Text(f"note: {note}"), soft_wrap=True)
    return data


def store_of(out: Path) -> Path:
    """Return the stage store, which runs that lie beside each other share."""
    return out.absolute().parent / "stages"


def weight_names(settings: RunSettings) -> list[str]:
    """Return the names of the weights that a run needs."""
    names = [LANDMARKS, *quality.NETWORKS]
    for name in settings.variants:
        names += variant_of(settings, name).needs(own_settings(settings, name))
    if settings.recognizer.weights != PRETRAINED:
        names.append(settings.recognizer.weights)
    return list(dict.fromkeys(names))
