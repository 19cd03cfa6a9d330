"""`bench list`: what there is to choose from."""

import click
from rich.console import Console
from rich.table import Table


@click.command("list")
@click.argument("what", type=click.Choice(["presets", "variants", "data", "weights", "settings"]))
def list_(what: str) -> None:
    """Print the presets, variants, data sets, weights or settings there are."""
    console = Console()
    table = {
        "presets": _presets,
        "variants": _variants,
        "data": _data,
        "weights": _weights,
        "settings": _settings,
    }[what]()
    console.print(table)


def _presets() -> Table:
    from bench.settings import preset_names, preset_text

    table = Table("preset", "what it is")
    for name in preset_names():
        table.add_row(name, preset_text(name).partition("\n")[0].removeprefix("# "))
    return table


def _variants() -> Table:
    from generators import variants

    table = Table("variant", "what it is")
    for name in variants.names():
        table.add_row(name, variants.get(name).description)
    return table


def _data() -> Table:
    table = Table("--data", "what it is")
    table.add_row("synthetic", "people rendered here, in visible and near-infrared light (CC0)")
    return table


def _weights() -> Table:
    from bench import weights
    from faces.cache import cache_folder

    table = Table("weight", "role", "licence", "origin", "there?")
    for weight in weights.table():
        there = "yes" if weights.is_present(weight.name, cache_folder()) else ""
        table.add_row(weight.name, weight.role, weight.licence, str(weight.origin), there)
    return table


def _settings() -> Table:
    from bench.settings import describe

    table = Table("setting", "meaning")
    for key, text in describe():
        table.add_row(key, text)
    return table
