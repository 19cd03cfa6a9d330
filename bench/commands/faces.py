"""`bench faces`: writes rendered people as image files, in the layout of a data set."""

import re
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.display.single_task import shown


class Range(click.ParamType):
    """A number of images, or a range with both ends: "5" or "3-8"."""

    name = "N or A-B"

    def convert(self, value, param, context) -> tuple[int, int]:
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", str(value).strip())
        if match is None:
            self.fail(f"{value!r}: write a number or a range, as in 3-8", param, context)
        return int(match[1]), int(match[2] or match[1])


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--layout", default="casia", show_default=True, help="Which data set's folders.")
@click.option("--subjects", default=20, show_default=True, help="How many people.")
@click.option(
    "--vis-per-subject", type=Range(), default="1-8", show_default=True, help="VIS images each."
)
@click.option(
    "--nir-per-subject", type=Range(), default="5-15", show_default=True, help="NIR images each."
)
@click.option("--images", type=int, help="Images in all, dealt out within those ranges.")
@click.option("--side-px", default=240, show_default=True, help="Rendered side; 32 for thumbnails.")
@click.option("--seed", default=0, show_default=True, help="Which population.")
@click.option("--workers", type=int, help="Processes at once [all cores]; changes no byte.")
@click.option("--mess", is_flag=True, help="Add broken and odd files; let suffixes drift.")
def faces(out: Path, workers: int | None, **options) -> None:
    """Write rendered people into the folder OUT as image files.

    The files lie and are named as in the data set, protocol lists and eye files included, so
    that whatever reads the licensed data can be tried without it. The same command again goes on
    where it stopped.
    """
    from faces import testbed  # late: --help needs no renderer
    from faces.common.parallel import usable_cores

    console = Console(emoji=False)
    with shown(console, "rendering") as progress:
        truth = testbed.write(
            out,
            workers=usable_cores() if workers is None else workers,
            progress=progress,
            **options,
        )
    console.print(_counts(truth))
    layout = options["layout"]
    console.print(Text(f"Next: bench doctor --data {layout}:{out}"), soft_wrap=True)


def _counts(truth) -> Table:
    """Return a table with one row per state of files, the ordinary images first."""
    table = Table("what", "VIS", "NIR")
    people = truth.groupby("spectrum")["subject"].nunique()
    table.add_row("subjects", *(str(people.get(name, 0)) for name in ("VIS", "NIR")))
    counts = truth.groupby(["state", "spectrum"]).size()
    for state in sorted(truth["state"].unique(), key=lambda state: (state != "image", state)):
        numbers = [counts.get((state, name), 0) for name in ("VIS", "NIR")]
        table.add_row("images" if state == "image" else state, *map(str, numbers))
    return table
