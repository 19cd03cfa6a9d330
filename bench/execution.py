"""A run from its settings to its report."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from bench import datasets, tensorboard, weights
from bench import plan as plans
from bench.bar import shown
from bench.datasets import DataSet
from bench.detectable import detectable
from bench.engine import Engine, every_stage
from bench.expectation import Expectation, expect
from bench.gather import is_current, write_report
from bench.progress import Display
from bench.run_settings import RunSettings
from bench.settings import to_toml
from bench.store import Machine, Stage, is_done
from bench.time_left import clock
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
    _check(settings, out)
    store, cache = store_of(out), cache_folder()
    data = _read(settings, cache, console)
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


def _check(settings: RunSettings, out: Path) -> None:
    """What can be told before a data set is read. Raises UsageError."""
    for name in settings.variants:
        variants.get(name)
    if settings.data.on_disk and store_of(out).is_relative_to(Path(settings.data.path).absolute()):
        raise UsageError(
            f"--out {out}: lies inside the data set {settings.data.path}, whose files it would "
            "add to; choose a folder outside"
        )


def _read(settings: RunSettings, cache: Path, console: Console) -> DataSet | None:
    with shown(console, "reading images") as progress:
        return datasets.read(settings, cache, progress)


def _ensure_weights(settings: RunSettings, cache: Path, console: Console) -> None:
    for name in plans.weight_names(settings):
        with shown(console, name, in_bytes=True) as progress:
            weights.ensure(name, cache, progress=progress)


def show_plan(settings: RunSettings, out: Path, console: Console) -> None:
    """Prints every setting and stage, and what is to be expected of them; starts no stage."""
    _check(settings, out)
    data = _read(settings, cache_folder(), console)
    plan = plans.build(settings, data, out)
    stages, store = every_stage(plan.targets()), store_of(out)
    todo = [stage for stage in stages if not is_done(stage, store)]
    with console.status("") as status:
        expected = expect(
            settings, plan, todo, lambda kind: status.update(f"timing a few steps of {kind}")
        )
    console.print(to_toml(settings), highlight=False, markup=False)
    console.print(_stage_table(stages, expected))
    for line in _expectation_lines(settings, expected):
        console.print(line, highlight=False)
    console.print(detectable(settings, data), highlight=False)
    console.print(f"{len(todo)} of {len(stages)} stages are left to do. "
                  f"Report: {out / 'report.html'}", highlight=False)  # fmt: skip


def _stage_table(stages: list[Stage], expected: Expectation) -> Table:
    table = Table("stage", "key", "steps", "time to expect", "there?")
    for stage in stages:
        left = stage.key in expected.stage_seconds
        seconds = clock(expected.stage_seconds[stage.key]) if left else ""
        steps = expected.steps.get(stage.key, "")
        table.add_row(stage.name, stage.key, str(steps), seconds, "" if left else "yes")
    return table


def _expectation_lines(settings: RunSettings, expected: Expectation) -> Iterator[str]:
    device = choose_device(settings.device)
    for name, seconds in expected.step_seconds.items():
        yield f"{name}: {1e3 * seconds:,.0f} ms a step, timed on {device_name(device)}"
    total = sum(expected.stage_seconds.values())
    if device.type == "cuda":
        yield f"About {clock(total)} on this GPU, less where stages share it."
    else:
        at_once = settings.stages_at_once(on_gpu=False)
        yield f"About {clock(total / at_once)} here, with {at_once} stages side by side."
    yield f"About {decimal(expected.disk_bytes)} of disk."


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
