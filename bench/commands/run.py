"""`bench run-all` and `bench reproduce`: run all variants, or a single one."""

from pathlib import Path

import click
from rich.console import Console

from bench.settings import options

OPTIONS = [
    click.option("--preset", default="demo", show_default=True, help="Where settings start from."),
    click.option("--config", type=click.Path(path_type=Path), help="A TOML file of settings."),
    click.option("--data", metavar="SPEC", help="synthetic, or a layout and a folder: casia:PATH."),
    click.option("--protocol", metavar="NAME", help="Who is trained on and who is only tested."),
    click.option("--fold", metavar="N|all", help="Fold of a protocol that has folds."),
    click.option("--allow-missing", is_flag=True, help="Score listed, missing images as misses."),
    click.option("--seeds", metavar="0,1,2", help="Seeds of translators and recognizers."),
    click.option("--device", help="auto, cpu, cuda or cuda:N."),
    click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting."),
    click.option("--out", type=click.Path(path_type=Path), help="The run's folder [below runs/]."),
    click.option(
        "--tensorboard", is_flag=True, help="Losses for TensorBoard, in the run's folder."
    ),
    click.option("--dry-run", is_flag=True, help="Print settings, plan and times; make nothing."),
]


def _with_options(command):
    """Add the options that `run-all` and `reproduce` have in common."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.command("run-all")
@_with_options
@click.option(
    "--variants", metavar="A,B,C", help="Translators to compare; a file FILE.py defines one."
)
def run_all(variants: str | None, **given) -> None:
    """Render or read faces, train translators and recognizers, and write the report.

    The same command again goes on where it stopped, and does nothing where all is done.
    """
    _run(options.names(variants), **given)


@click.command()
@click.argument("variant")
@_with_options
def reproduce(variant: str, **given) -> None:
    """Compare one translator (A, B, C, ...) with the baseline."""
    _run([variant], **given)


def _run(
    variants: list[str] | None,
    *,
    out: Path | None,
    tensorboard: bool,
    dry_run: bool,
    **given,
) -> None:
    """Make the missing stages and the report, or print the plan."""
    resolved = _settings(variants, **given)
    folder, console = out or Path("runs") / _run_name(resolved), Console(emoji=False)
    if dry_run:
        from bench.planning.dry_run import show_plan  # late: --help needs no torch

        show_plan(resolved, folder, console)
    else:
        from bench.execution import execute

        execute(resolved, folder, console, tensorboard)


def _settings(
    variants: list[str] | None,
    *,
    preset: str,
    config: Path | None,
    assignments: tuple[str, ...],
    data: str | None,
    fold: str | None,
    seeds: str | None,
    **others,
):
    """Return the settings from the options. Raises UsageError for wrong ones."""
    from bench.settings import loading as settings  # late: --help needs no torch

    given = others | {"variants": variants, "allow_missing": others["allow_missing"] or None}
    given |= {"seeds": options.numbers(seeds), "fold": options.fold(fold)}
    given |= options.data_source(data)
    chosen = {key: value for key, value in given.items() if value is not None}
    return settings.load(preset, config, chosen, assignments)


def _run_name(settings) -> str:
    """Name a run by its preset, and by its data set where that is not the preset's own."""
    data = settings.data
    return f"{settings.preset}-{data.name}" if data.on_disk else settings.preset
