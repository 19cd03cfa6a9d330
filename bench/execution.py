"""Executes a run, from settings to report."""

import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bench import weights
from bench.display import tensorboard
from bench.display.progress import Display
from bench.display.single_task import shown
from bench.gathering.failures import failure_rows
from bench.gathering.gather import is_current, write_report
from bench.planning import datasets
from bench.planning import plan as plans
from bench.planning.datasets import DataSet
from bench.planning.partial import NothingToReport, without
from bench.planning.preparing import check, keep_definitions, read, store_of, weight_names
from bench.running.engine import Engine, Failure
from bench.running.store import Machine
from bench.settings.loading import to_toml
from bench.settings.run_settings import RunSettings
from faces.common.cache import cache_folder
from faces.common.compute import choose_device, device_name
from faces.common.disk_faults import ANOTHER_FOLDER, writing
from faces.common.errors import UsageError
from faces.common.files import write_text


def execute(
    settings: RunSettings, out: Path, console: Console, with_tensorboard: bool = False
) -> None:
    """Make the missing stages, then the report; print its path last."""
    if with_tensorboard:
        tensorboard.require()
    device = choose_device(settings.device)  # a missing device is the first error
    check(settings, out)
    store, cache = store_of(out), cache_folder()
    data = read(settings, cache, console)
    _make_folders(out, store)
    _ensure_weights(settings, cache, console)
    keep_definitions(settings, cache)
    plan = plans.build(settings, data, out)
    if is_current(settings, plan, store, out):
        with suppress(UsageError):  # another person's folder, where nothing has to be written
            _write_inputs(settings, data, out)
        console.print(Text(f"All is done. Report: {out / 'report.html'}"), soft_wrap=True)
        return
    _write_inputs(settings, data, out)
    at_once = settings.stages_at_once(on_gpu=device.type == "cuda")
    machine = Machine(str(device), settings.workers, cache, at_once, device_name(device))
    scalars = out / tensorboard.FOLDER if with_tensorboard else None
    with Display(console, out / "events.jsonl", scalars) as display:
        display.event("run", command=shlex.join(sys.argv[1:]))
        engine = Engine(store, machine, display)
        try:
            engine.run(plan.targets())
            made = _without_failures(plan, engine.failures)
            display.reporting(complete=not engine.failures)
            failures = failure_rows(plan, engine.failures)
            write_report(settings, made, store, out, ran=engine.ran, data=data, failures=failures)
        except BaseException as error:
            display.event("stopped", why=type(error).__name__)
            raise
        display.event("done")
    console.print(Text(f"Report: {out / 'report.html'}"), soft_wrap=True)
    if engine.failures:
        raise engine.failures[0].error


def _without_failures(plan: plans.Plan, failures: Sequence[Failure]) -> plans.Plan:
    """Return the plan of what was made. Raises the first failure's error if that is too little."""
    try:
        return without(plan, [failure.stage for failure in failures])
    except NothingToReport:
        raise failures[0].error from None


def _ensure_weights(settings: RunSettings, cache: Path, console: Console) -> None:
    for name in weight_names(settings):
        with shown(console, name, in_bytes=True) as progress:
            weights.ensure(name, cache, progress=progress)


def _make_folders(out: Path, store: Path) -> None:
    with writing(f"--out {out}", ANOTHER_FOLDER):
        out.mkdir(parents=True, exist_ok=True)
        store.mkdir(parents=True, exist_ok=True)


def _write_inputs(settings: RunSettings, data: DataSet | None, out: Path) -> None:
    """Write settings and data set into the run's folder, after all checks."""
    with writing(f"--out {out}", ANOTHER_FOLDER):
        write_text(out / "settings.toml", to_toml(settings))
        datasets.keep(data, out)
