"""`bench list`: what there is to choose from."""

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from faces.common.metric import Metric

WHAT = ("presets", "variants", "data", "protocols", "controls", "metrics", "weights", "settings")
Parts = list[Table | Text]


@click.command("list")
@click.argument("what", type=click.Choice(WHAT))
def list_(what: str) -> None:
    """Print what there is to choose from, such as presets, controls or settings."""
    parts = {
        "presets": _presets,
        "variants": _variants,
        "data": _data,
        "protocols": _protocols,
        "controls": _controls,
        "metrics": _metrics,
        "weights": _weights,
        "settings": _settings,
    }[what]()
    console = Console(emoji=False)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text))  # lines stay whole, to be copied


def _presets() -> Parts:
    from bench.settings.loading import preset_names, preset_text

    table = Table("preset", "what it is")
    for name in preset_names():
        table.add_row(name, preset_text(name).partition("\n")[0].removeprefix("# "))
    return [table]


def _variants() -> Parts:
    from generators import variants

    table = Table("variant", "what it is")
    for name in variants.names():
        table.add_row(name, variants.get(name).description)
    return [table]


def _data() -> Parts:
    from faces import layouts

    table = Table("--data", "what it is", "its images")
    table.add_row("synthetic", "people rendered here, in visible and near-infrared light (CC0)", "")
    for name in layouts.names():
        layout = layouts.get(name)
        table.add_row(f"{name}:PATH", layout.description, Text(layout.expected, overflow="fold"))
    return [table]


def _protocols() -> Parts:
    from faces import protocols

    table = Table("--protocol", "what it is", "--fold")
    for name in protocols.names():
        protocol = protocols.get(name)
        folds = f"{protocol.folds[0]} to {protocol.folds[-1]}, or all" if protocol.folds else ""
        table.add_row(name, protocol.description, folds)
    return [table]


def _controls() -> Parts:
    from recognizer import controls

    table = Table("control", "training set", "what it holds")
    for name in controls.names():
        control = controls.get(name)
        texts = (control.training_set, control.label)
        table.add_row(name, *(text.format(translator="TRANSLATOR") for text in texts))
    return [table]


def _metrics() -> Parts:
    from generators import quality_metrics
    from recognizer import recognition_metrics
    from recognizer.settings import RecognizerSettings

    fars = RecognizerSettings.model_fields["far_targets"].get_default()
    return [
        Text("Of recognition, at the usual false accept rates:"),
        _records_table(recognition_metrics.records(fars)),
        Text("Of image quality:"),
        _records_table(quality_metrics.records()),
    ]


def _records_table(records: list[Metric]) -> Table:
    """A row per metric: how it is called in files and in print, and what it needs."""
    table = Table("metric", "in print", "unit", "better", "needs")
    for column in (0, 2, 3):
        table.columns[column].no_wrap = True
    for record in records:
        needs = ", ".join(record.needs)
        table.add_row(record.name, record.label, record.unit, record.better or "neither", needs)
    return table


def _weights() -> Parts:
    from bench import weights
    from faces.common.cache import cache_folder

    table = Table("weight", "role", "licence", "state", "file")
    table.columns[0].no_wrap = True
    cache = cache_folder()
    lines = [Text(f"Kept in {cache / 'weights'}")]
    for each in weights.report(cache):
        file = Text(each.place.name, overflow="fold")
        table.add_row(each.name, each.role, each.licence, each.state, file)
        if each.note:
            lines.append(Text(f"{each.name} {each.state}: {each.note}"))
    return [table, *lines]


def _settings() -> Parts:
    from bench.settings.loading import describe

    table = Table("setting", "meaning")
    for key, text in describe():
        table.add_row(key, text)
    return [table]
