"""Checks intervals and p values in simulated experiments whose truth is known.

    python benchmarks/calibrate.py                                 the tables of docs/calibration.md
    python benchmarks/calibrate.py --run runs/demo --run runs/demo-seed1
                                                                   and A/A on outcomes of real runs

In each simulated experiment (conditions.py) training sets of two classes are compared by the
functions that make a report. Writes CSV files and the power curve as SVG, and prints the tables as
Markdown.
"""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from pathlib import Path

import click
import numpy as np
import pandas as pd
from calibration_tables import PRINTED, draw_power, rates_printed
from conditions import VERIFIED, Conditions, tables
from real_people import components, real_rejections
from simulated_people import Experiment
from simulated_runs import measure
from simulated_scores import verification_rows

OUT = Path("docs/results/calibration")
VERIFICATIONS = 2 / 3  # repeats of an experiment with verification, which takes longer


def simulated(
    pool: Executor, comparisons: int, resamples: int
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each table, by name."""
    started = [
        (name, _start(pool, table, number, comparisons, resamples=resamples))
        for number, (name, table) in enumerate(tables().items())
    ]
    for name, parts in started:
        yield name, pd.concat(parts, ignore_index=True)


def _start(
    pool: Executor, table: Conditions, number: int, comparisons: int, *, resamples: int
) -> Iterator[pd.DataFrame]:
    jobs = [
        (100 * number + place, special, setup, comparisons // table.fewer)
        for place, (special, setup) in enumerate(table.rows)
    ]
    return pool.map(partial(measure, look=table.look, resamples=resamples), jobs)


def start_verification(
    pool: Executor, comparisons: int, resamples: int
) -> Iterator[list[dict[str, float]]]:
    """Yield the rows of each experiment with verification rates."""
    count = round(VERIFICATIONS * comparisons)
    jobs = [(number, row, count) for number, row in enumerate(VERIFIED)]
    return pool.map(partial(verification_rows, resamples=resamples), jobs)


@click.command(help=__doc__.split("\n")[0])
@click.option("--comparisons", default=1500, show_default=True, help="Experiments in each row.")
@click.option("--resamples", default=1000, show_default=True, help="Bootstrap draws in each.")
@click.option("--workers", default=2, show_default=True)
@click.option(
    "--run", "runs", type=Path, multiple=True, help="Finished runs, one or more per seed."
)
@click.option("--out", type=Path, default=OUT, show_default=True)
def main(
    *, comparisons: int, resamples: int, workers: int, runs: tuple[Path, ...], out: Path
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # one core for each worker, which inherits this
    # A fresh interpreter for each worker: threads of NumPy do not survive a fork.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        verified = start_verification(pool, comparisons, resamples)
        for name, table in simulated(pool, comparisons, resamples):
            write(table, out / f"{name}.csv")
            click.echo(PRINTED[name](name, table))
            if name == "power":
                draw_power(table, out / "power.svg")
        table = pd.DataFrame([row for rows in verified for row in rows])
        write(table, out / "verification.csv")
        click.echo(rates_printed(table))
    compare_with_real(runs, out, comparisons=comparisons, resamples=resamples)


def compare_with_real(
    runs: tuple[Path, ...], out: Path, *, comparisons: int, resamples: int
) -> None:
    """Print and write how simulated people resemble those of runs, and A/A on their outcomes."""
    suffix = "-".join(["", *(run.name for run in runs)])  # such as "-demo"
    setup = Experiment(2, 60, gain=0.04)
    resemblance = components(setup, np.random.default_rng(0), runs)
    resemblance.to_csv(out / f"components{suffix}.csv", index=False)
    click.echo(resemblance.to_string(index=False))
    if runs:
        table = real_rejections(runs, comparisons, resamples)
        write(table, out / f"real{suffix}.csv")
        click.echo(table.to_string(index=False))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV."""
    table.to_csv(path, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
