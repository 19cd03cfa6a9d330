"""Prints the plan of a run: settings, stages, times, and the difference it could detect."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from bench.display.time_left import clock
from bench.planning import plan as plans
from bench.planning.detectable import detectable
from bench.planning.expectation import Expectation, expect
from bench.planning.preparing import check, read, store_of
from bench.running.engine import every_stage
from bench.running.store import Stage, is_done
from bench.settings.loading import to_toml
from bench.settings.run_settings import RunSettings
from faces.common.cache import cache_folder
from faces.common.compute import choose_device, device_name


def show_plan(settings: RunSettings, out: Path, console: Console) -> None:
    """Print every setting and stage, with times and sizes to expect. No stage is started."""
    check(settings, out)
    data = read(settings, cache_folder(), console)
    plan = plans.build(settings, data, out)
    stages, store = every_stage(plan.targets()), store_of(out)
    todo = [stage for stage in stages if not is_done(stage, store)]
    with console.status("") as status:
        expected = expect(
            settings,
            plan,
            todo,
            lambda training: status.update(f"timing a few steps of {training}"),
        )
    console.print(to_toml(settings), highlight=False, markup=False)
    console.print(_stage_table(stages, expected))
    for line in _expectation_lines(settings, expected):
        console.print(line, highlight=False)
    console.print(detectable(settings, data), highlight=False)
    where = f"Report: {out / 'report.html'}"
    console.print(Text(f"{len(todo)} of {len(stages)} stages are left to do. {where}"))


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
