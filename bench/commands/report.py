"""`bench report`: draws a finished run's report again, without training anything.

It is drawn from the run's `material/`, which needs neither torch nor the stages beside the run. The
material of a run of an older version, which has none, is gathered from the stages.
"""

from pathlib import Path

import click

from bench.gathering.redraw import MATERIAL, draw
from faces.common.disk_faults import writing
from faces.common.errors import MissingError, UsageError
from reports.material_files import load_material


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path) -> None:
    """Draw the report of the folder RUN again."""
    if not run.is_dir():
        raise UsageError(f"{run}: no such folder; name a run's folder, as in runs/demo")
    if not (run / "settings.toml").exists():
        raise UsageError(
            f"{run}: not a run's folder (it has no settings.toml); name one, as in runs/demo"
        )
    remedy = f"copy {run / MATERIAL} and settings.toml into a folder that can be, and name that"
    with writing(run, remedy):
        if (run / MATERIAL).is_dir():
            draw(load_material(run / MATERIAL), run)
        else:
            _from_stages(run)
    print(f"Report: {run / 'report.html'}")


def _from_stages(run: Path) -> None:
    """Gather the material from the stages beside the run.

    Raises UsageError where stages are missing, MissingError where a package is.
    """
    try:
        from bench.gathering import gather  # late: they need torch
        from bench.planning import datasets, preparing
        from bench.planning import plan as plans
        from bench.running.engine import every_stage
        from bench.running.store import is_done
        from bench.settings.loading import from_toml
    except ImportError as error:
        raise MissingError(
            f"{run / MATERIAL}: not there, and to gather it a package is missing ({error}); "
            "install nirbench whole, or copy the folder from where the run was made"
        ) from None

    settings = from_toml(run / "settings.toml")
    data, store = datasets.kept(settings, run), preparing.store_of(run)
    plan = plans.build(settings, data, run)
    missing = [stage.name for stage in every_stage(plan.targets()) if not is_done(stage, store)]
    if missing:
        raise UsageError(
            f"{run}: has no {MATERIAL}/, and {len(missing)} stages it could be gathered from are "
            f"not beside it ({missing[0]}, ...); copy {MATERIAL}/ from where the run was made, or "
            "make the run with `bench run-all` and the same options"
        )
    gather.write_report(settings, plan, store, run, ran=frozenset(), data=data)
