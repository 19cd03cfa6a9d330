"""A run from its settings to its report."""

import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import plan as plans
from bench import weights
from bench.engine import Engine, every_stage
from bench.gather import is_current, write_report
from bench.progress import Display, clock
from bench.settings import RunSettings, to_toml
from bench.store import Machine, is_done
from faces.cache import cache_folder
from faces.compute import choose_device, device_name
from faces.errors import UsageError
from faces.files import write_text


def execute(settings: RunSettings, out: Path, console: Console) -> None:
    """Makes what is missing, then the report, and prints its path last."""
    device = choose_device(settings.device)  # one that is not there is told before all else
    plan = plans.build(settings)
    store = store_of(out)
    machine = Machine(
        str(device),
        settings.workers,
        cache_folder(),
        settings.stages_at_once(on_gpu=device.type == "cuda"),
        device_name(device),
    )
    _prepare(out, store, settings)
    if is_current(settings, plan, store, out):
        console.print(f"All is done. Report: {out / 'report.html'}", soft_wrap=True)
        return
    for name in plans.weight_names(settings):
        weights.ensure(name, machine.cache)
    with Display(console, out / "events.jsonl") as display:
        display.event("run", command=shlex.join(sys.argv[1:]))
        engine = Engine(store, machine, display)
        try:
            engine.run(plan.targets())
            display.event("report")
            write_report(settings, plan, store, out, engine.ran)
        except BaseException as error:
            display.event("stopped", why=type(error).__name__)
            raise
        display.event("done")
    console.print(f"Report: {out / 'report.html'}", soft_wrap=True)


def show_plan(settings: RunSettings, out: Path, console: Console) -> None:
    """Prints every setting and stage; writes nothing."""
    console.print(to_toml(settings), highlight=False, markup=False)
    stages = every_stage(plans.sketch(settings).targets())
    done = {stage.key for stage in stages if is_done(stage, store_of(out))}
    table = Table("stage", "key", "steps", "there?")
    for stage in stages:
        steps = stage.settings.model_dump()
        steps = (steps | steps.get("generator", {}) | steps.get("training", {})).get("steps", "")
        table.add_row(stage.name, stage.key, str(steps), "yes" if stage.key in done else "")
    console.print(table)
    effort = sum(stage.effort for stage in stages if stage.key not in done)
    console.print(
        f"{len(stages)} stages; about {clock(effort)} of one core without bfloat16 are left to do. "
        f"Report: {out / 'report.html'}",
        highlight=False,
    )


def store_of(out: Path) -> Path:
    """The stage store, which runs that lie beside each other share."""
    return out.absolute().parent / "stages"


def _prepare(out: Path, store: Path, settings: RunSettings) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        store.mkdir(parents=True, exist_ok=True)
        write_text(out / "settings.toml", to_toml(settings))
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be written ({error.strerror})") from None
