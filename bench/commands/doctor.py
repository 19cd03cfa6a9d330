"""`bench doctor`: tells what a run needs and has, what is missing, and the remedies."""

import sys
from itertools import chain
from pathlib import Path

import click
from rich.console import Console

from bench.settings import options


@click.command()
@click.option("--data", metavar="SPEC", help="A data set to look at, such as casia:PATH.")
@click.option("--protocol", metavar="NAME", help="Try this one alone [the preset's, and lists].")
@click.option("--fold", metavar="N|all", help="Fold of a protocol that has folds [all].")
@click.option("--variants", metavar="A,B,C", help="Translators that are planned.")
@click.option("--preset", default="demo", show_default=True, help="The run that is planned.")
@click.option("--config", type=click.Path(path_type=Path), help="A TOML file of its settings.")
@click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting of it.")
@click.option("--allow-missing", is_flag=True, help="Listed images may be missing, as in a run.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=".", help="Folder for the contact sheet [.]."
)
@click.option(
    "--sample", type=click.IntRange(min=1), default=32, show_default=True,
    help="Images of each spectrum in which faces are looked for.",
)  # fmt: skip
def doctor(
    fold: str | None,
    variants: str | None,
    allow_missing: bool,
    assignments: tuple[str, ...],
    **given,
) -> None:
    """Look at the machine, the packages, the weights and a data set, before a run does.

    The exit code is 3 if a run with this data set and protocol would fail, 4 if a weight or package
    is missing and cannot be fetched, otherwise 0.
    """
    from bench.doctor import packages, page  # late: --help needs none of it

    console, first = Console(emoji=False), packages.section()
    if any(problem.exit_code for problem in first.problems):  # the rest could not be imported
        sys.exit(page.show([first], console))
    from bench.doctor.examination import Request, examine

    assignments += ("allow_missing=true",) * allow_missing
    chosen = options.names(variants)
    request = Request(fold=options.fold(fold), variants=chosen, assignments=assignments, **given)
    sections = examine(request, Console(stderr=True, emoji=False))
    sys.exit(page.show(chain([first], sections), console))
