"""`bench run-all` and `bench reproduce`: the whole chain, or one variant of it."""

import shlex
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bench import plan as plans
from bench import settings as settings_module
from bench import weights
from bench.engine import Engine, every_stage
from bench.gather import is_current, write_report
from bench.progress import Display, clock
from bench.settings import RunSettings
from bench.store import Machine, is_done
from faces.cache import cache_folder
from faces.errors import UsageError
from faces.files import write_text

OPTIONS = [
    click.option("--preset", default="demo", show_default=True, help="Where settings start from."),
    click.option("--config", type=click.Path(path_type=Path), help="A TOML file of settings."),
    click.option("--data", metavar="SPEC", help="Data set: synthetic, or NAME:PATH."),
    click.option("--protocol", metavar="NAME", help="Who is trained on and who is only tested."),
    click.option("--seeds", metavar="0,1,2", help="Seeds of translators and recognizers."),
    click.option("--device", help="auto, cpu, cuda or cuda:N."),
    click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting."),
    click.option("--out", type=click.Path(path_type=Path), help="The run's folder [runs/PRESET]."),
    click.option("--dry-run", is_flag=True, help="Print settings and plan; write nothing."),
]


def with_options(command):
    """The options that `run-all` and `reproduce` share."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.command("run-all")
@with_options
@click.option("--variants", metavar="A,B,C", help="Translators to compare.")
def run_all(variants: str | None, **options) -> None:
    """Render or read faces, train translators and recognizers, and write the report.

    The same command again goes on where it stopped, and does nothing where all is done.
    """
    run(variants.split(",") if variants else None, **options)


@click.command()
@click.argument("variant")
@with_options
def reproduce(variant: str, **options) -> None:
    """Compare one translator (A, B, C, ...) with the baseline."""
    run([variant], **options)


def run(
    variants: list[str] | None,
    preset: str,
    config: Path | None,
    data: str | None,
    protocol: str | None,
    seeds: str | None,
    device: str | None,
    assignments: tuple[str, ...],
    out: Path | None,
    dry_run: bool,
) -> None:
    """Resolves the settings, makes what is missing, and writes the report."""
    overrides = {"variants": variants, "protocol": protocol, "device": device}
    overrides |= {"seeds": _numbers(seeds)} | _data_source(data)
    chosen = {key: value for key, value in overrides.items() if value is not None}
    settings = settings_module.load(preset, config, chosen, assignments)
    out = out or Path("runs") / preset
    console = Console(emoji=False)
    if dry_run:
        _show_plan(settings, out, console)
        return
    execute(settings, out, console)


def execute(settings: RunSettings, out: Path, console: Console) -> None:
    """Runs a plan to its report. Prints the report's path last."""
    plan = plans.build(settings)
    store = store_of(out)
    machine = Machine(settings.device, settings.workers, cache_folder())
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
        except BaseException as error:
            display.event("stopped", why=type(error).__name__)
            raise
        display.event("report")
        write_report(settings, plan, store, out, engine.ran)
    console.print(f"Report: {out / 'report.html'}", soft_wrap=True)


def store_of(out: Path) -> Path:
    """The stage store, which runs that lie beside each other share."""
    return out.absolute().parent / "stages"


def _prepare(out: Path, store: Path, settings: RunSettings) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        store.mkdir(parents=True, exist_ok=True)
        write_text(out / "settings.toml", settings_module.to_toml(settings))
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be written ({error.strerror})") from None


def _numbers(text: str | None) -> list[int] | None:
    if text is None:
        return None
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise UsageError(f"--seeds {text}: write whole numbers, as in 0,1,2") from None


def _data_source(spec: str | None) -> dict[str, str]:
    if spec is None:
        return {}
    name, _, path = spec.partition(":")
    return {"data.name": name, "data.path": path}


def _show_plan(settings: RunSettings, out: Path, console: Console) -> None:
    console.print(settings_module.to_toml(settings), highlight=False, markup=False)
    table = Table("stage", "key", "steps", "there?")
    stages = every_stage(plans.sketch(settings).targets())
    for stage in stages:
        steps = getattr(stage.settings, "steps", "")
        there = "yes" if is_done(stage, store_of(out)) else ""
        table.add_row(stage.name, stage.key, str(steps), there)
    console.print(table)
    effort = sum(stage.effort for stage in stages if not is_done(stage, store_of(out)))
    console.print(
        f"{len(stages)} stages; about {clock(effort)} of one core without bfloat16 are left to do. "
        f"Report: {out / 'report.html'}",
        highlight=False,
    )
