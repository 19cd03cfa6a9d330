"""A run from its settings to its report."""

import shlex
import sys
from pathlib import Path

from rich.console import Console

from bench import datasets, tensorboard, weights
from bench import plan as plans
from bench.bar import shown
from bench.datasets import DataSet
from bench.engine import Engine
from bench.gather import is_current, write_report
from bench.progress import Display
from bench.run_settings import RunSettings
from bench.settings import to_toml
from bench.store import Machine
from faces.cache import cache_folder
from faces.compute import choose_device, device_name
from faces.errors import UsageError
from faces.files import write_text
from generators import variants


def execute(
    settings: RunSettings, out: Path, console: Console, with_tensorboard: bool = False
) -> None:
    """Makes what is missing, then the report, and prints its path last."""
    if with_tensorboard:
        tensorboard.require()
    device = choose_device(settings.device)  # one that is not there is told before all else
    check(settings, out)
    store, cache = store_of(out), cache_folder()
    data = read(settings, cache, console)
    _make_folders(out, store)
    _ensure_weights(settings, cache, console)
    plan = plans.build(settings, data, out)
    _keep(settings, data, out)
    if is_current(settings, plan, store, out):
        console.print(f"All is done. Report: {out / 'report.html'}", soft_wrap=True)
        return
    at_once = settings.stages_at_once(on_gpu=device.type == "cuda")
    machine = Machine(str(device), settings.workers, cache, at_once, device_name(device))
    scalars = out / tensorboard.FOLDER if with_tensorboard else None
    with Display(console, out / "events.jsonl", scalars) as display:
        display.event("run", command=shlex.join(sys.argv[1:]))
        engine = Engine(store, machine, display)
        try:
            engine.run(plan.targets())
            display.reporting()
            write_report(settings, plan, store, out, engine.ran, data)
        except BaseException as error:
            display.event("stopped", why=type(error).__name__)
            raise
        display.event("done")
    console.print(f"Report: {out / 'report.html'}", soft_wrap=True)


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


def _ensure_weights(settings: RunSettings, cache: Path, console: Console) -> None:
    for name in plans.weight_names(settings):
        with shown(console, name, in_bytes=True) as progress:
            weights.ensure(name, cache, progress=progress)


def store_of(out: Path) -> Path:
    """The stage store, which runs that lie beside each other share."""
    return out.absolute().parent / "stages"


def _make_folders(out: Path, store: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        store.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be written ({error.strerror})") from None


def _keep(settings: RunSettings, data: DataSet | None, out: Path) -> None:
    """Writes what the run is about, once all of it has been found to be in order."""
    try:
        write_text(out / "settings.toml", to_toml(settings))
        datasets.keep(data, out)
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be written ({error.strerror})") from None
