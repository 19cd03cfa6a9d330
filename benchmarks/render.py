"""Measures the speed of the renderer, alone and compared with another renderer.

    python benchmarks/render.py --side-px 144 --workers 2
    python benchmarks/render.py --side-px 256 --prototype synthface.py

The other renderer is a file with Head(), Identity(head, subject), Shot(number) and
render(identity, shot, (spectrum,), side_px); both are timed in turns, so that other load on the
machine slows both equally.
"""

import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from faces.synthetic.difficulty import STANDARD
from faces.synthetic.people import FIRST_NIR_SHOT, render_people
from faces.synthetic.person import make_person
from faces.synthetic.renderer import develop, view_person

Steps = tuple[Callable[[int], object], Callable[[object, int, str], object]]


def ours(side_px: int) -> Steps:
    """Return the functions that make a person, and an image of one."""

    def image(person, shot: int, spectrum: str):
        return develop(view_person(person, shot, side_px, STANDARD), spectrum)

    return lambda subject: make_person(0, subject, side_px), image


def other(path: str, side_px: int) -> Steps:
    """Return the same functions for the renderer in a file."""
    spec = importlib.util.spec_from_file_location("other_renderer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    head = module.Head()

    def image(identity, shot: int, spectrum: str):
        return module.render(identity, module.Shot(shot), (spectrum,), side_px)

    return lambda subject: module.Identity(head, subject), image


def seconds(call: Callable, *arguments: object, **options: object) -> tuple[float, object]:
    """Return the wall seconds of a call, and its result."""
    start = time.perf_counter()
    result = call(*arguments, **options)
    return time.perf_counter() - start, result


def compare(renderers: list[Steps], subjects: int, shots: int) -> list[tuple[float, float, float]]:
    """Return median seconds per person, VIS and NIR image of each renderer, timed in turns."""
    times = [([], [], []) for _ in renderers]
    for subject in range(subjects):
        people = []
        for (make, _), columns in zip(renderers, times, strict=True):
            spent, person = seconds(make, subject)
            columns[0].append(spent)
            people.append(person)
        for number in range(shots):
            for (_, draw), person, columns in zip(renderers, people, times, strict=True):
                columns[1].append(seconds(draw, person, number, "VIS")[0])
                columns[2].append(seconds(draw, person, number + FIRST_NIR_SHOT, "NIR")[0])
    return [tuple(statistics.median(column) for column in columns) for columns in times]


def throughput(side_px: int, subjects: int, per_spectrum: int, workers: int) -> float:
    """Return images per second of render_people, including workers' start, people and files."""
    with tempfile.TemporaryDirectory() as folder:
        spent, _ = seconds(
            render_people,
            Path(folder) / "people",
            range(subjects),
            vis_per_subject=per_spectrum,
            nir_per_subject=per_spectrum,
            pairs=False,
            side_px=side_px,
            workers=workers,
        )
    return 2 * subjects * per_spectrum / spent


@click.command(help=__doc__)
@click.option("--side-px", default=144, show_default=True)
@click.option("--subjects", default=20, show_default=True)
@click.option("--per-spectrum", default=10, show_default=True, help="Images of each per subject.")
@click.option("--workers", default=2, show_default=True)
@click.option("--prototype", help="File of another renderer to time beside.")
def main(
    *, side_px: int, subjects: int, per_spectrum: int, workers: int, prototype: str | None
) -> None:
    renderers = [ours(side_px)] + ([other(prototype, side_px)] if prototype else [])
    per_person = []
    compare(renderers, 1, 1)  # reads the head and warms caches
    rows = compare(renderers, min(subjects, 5), min(per_spectrum, 3))
    for name, (make, vis, nir) in zip(("ours", "other"), rows, strict=False):
        per_person.append(make + per_spectrum * (vis + nir))
        click.echo(
            f"{name}, {side_px} px: person {1e3 * make:.0f} ms, "
            f"VIS {1e3 * vis:.1f} ms, NIR {1e3 * nir:.1f} ms"
        )
    if prototype:
        ratio = per_person[1] / per_person[0]
        click.echo(f"{ratio:.2f} times as fast, at {2 * per_spectrum} images per person")
    rate = throughput(side_px, subjects, per_spectrum, workers)
    click.echo(f"{rate:.1f} images/s by {workers} workers, {2 * per_spectrum} per person")


if __name__ == "__main__":
    main()
