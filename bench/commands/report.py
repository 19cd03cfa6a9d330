"""`bench report`: draws a finished run's report again, without training anything."""

from pathlib import Path

import click

from bench import datasets
from bench import plan as plans
from bench.engine import every_stage
from bench.execution import store_of
from bench.gather import write_report
from bench.settings import from_toml
from bench.store import is_done
from faces.errors import UsageError


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path) -> None:
    """Draw the report of the folder RUN again."""
    if not (run / "settings.toml").exists():
        raise UsageError(f"{run}: not a run's folder (it has no settings.toml)")
    settings = from_toml(run / "settings.toml")
    data, store = datasets.kept(settings, run), store_of(run)
    plan = plans.build(settings, data, run)
    missing = [stage.name for stage in every_stage(plan.targets()) if not is_done(stage, store)]
    if missing:
        raise UsageError(
            f"{run}: {len(missing)} stages are not finished ({missing[0]}, ...); "
            "run `bench run-all` with the same options first"
        )
    write_report(settings, plan, store, run, frozenset(), data)
    click.echo(f"Report: {run / 'report.html'}")
