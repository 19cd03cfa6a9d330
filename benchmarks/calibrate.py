"""Checks intervals and p values in simulated experiments whose truth is known.

    python benchmarks/calibrate.py                                 the tables of docs/calibration.md
    python benchmarks/calibrate.py --run runs/demo --run runs/demo-seed1
                                                                   and A/A on outcomes of real runs

In each simulated experiment the last training set ("way" of training) is compared with the first by
the functions that make a report. Some experiments share the draws of the bootstrap, as comparisons
in a report do. Writes CSV files and the power curve as SVG, and prints the tables as Markdown.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import click
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from real_people import components, real_rejections
from simulated_people import Experiment
from simulated_scores import Verification, verification_rows

from reports.mcnemar import mcnemar
from reports.power import Components, detectable_difference
from reports.statistics import LEVEL, estimate, subject_draws, subject_sums
from reports.tables.formats import Table, markdown
from reports.training_variation import variation_of_differences, variation_of_means

SEEDS, SUBJECTS, VARIATION = (2, 3, 5), (30, 60, 360), (0.0, 0.02, 0.04)
SHARE = 25  # experiments that share draws of subjects
FEWER = {"coverage": 2, "power": 4}  # divisors, for tables that need fewer experiments per row
EFFECTS = (0.02, 0.04, 0.06, 0.08, 0.12, 0.16)
SAMPLED = {"way_subject": 0.08, "training_subject": 0.155, "probe": 0.20}  # of simulated people
OUT = Path("docs/results/calibration")


def conditions() -> dict[str, list[Experiment]]:
    """Return the experiments of each row, by table."""
    grid = [
        Experiment(s, n, variation=variation)
        for s in SEEDS
        for n in SUBJECTS
        for variation in VARIATION
    ]
    usual = Experiment(seeds=3, subjects=60)
    return {
        "aa": grid,
        "coverage": [replace(row, effect=0.08) for row in grid if row.variation != VARIATION[1]],
        "power": [
            Experiment(s, n, variation=0.03, effect=effect)
            for s in (3, 5, 10)
            for n in (60, 360)
            for effect in EFFECTS
        ],
        "beyond": [
            *(replace(usual, probes=probes) for probes in (5, 20)),
            *(replace(usual, subjects=12, seeds=seeds) for seeds in (3, 5)),
            *(replace(usual, ways=2, seeds=seeds) for seeds in (2, 3, 5)),
            *(replace(usual, variation_ratio=2.0, both=both, seeds=seeds)
              for both in (False, True) for seeds in (3, 5)),
            *(replace(usual, variation=0.005, hit_rate=rate) for rate in (0.9, 0.98)),
            *(replace(usual, seeds=1, variation=variation) for variation in VARIATION),
        ],
    }  # fmt: skip


# Verification, where the threshold depends on the tested people (simulated_scores.py).
VERIFIED = (
    Verification(seeds=1, subjects=60),
    Verification(seeds=3, subjects=60),
    Verification(seeds=3, subjects=60, better=0.9),
    Verification(seeds=5, subjects=60),
)


def compare(setup: Experiment, how_often: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    """Evaluate one experiment like a report: was 0 rejected, were the true values covered?"""
    outcomes, subjects = setup.outcomes(rng)
    means = outcomes.mean(2, dtype=float)
    several = setup.seeds > 1
    a, b = outcomes[-1].astype(float), outcomes[0].astype(float)
    difference = estimate(
        *subject_sums(a - b, subjects), how_often, rng,
        variation=variation_of_differences(means) if several else None,
    )  # fmt: skip
    mean = estimate(
        *subject_sums(b, subjects),
        how_often,
        rng,
        variation=variation_of_means(means) if several else None,
    ).of_share()
    return {
        "rejected": difference.p < 1 - LEVEL,
        "covered": difference.low <= setup.effect <= difference.high,
        "mean_covered": mean.low <= setup.hit_rate <= mean.high,
        "mcnemar_rejected": mcnemar(a, b) < 1 - LEVEL,
        "half_width": (difference.high - difference.low) / 2,
    }


def measure(job: tuple[int, Experiment, int], resamples: int) -> dict[str, float]:
    """Return the shares over repeated experiments. `job`: seed, experiment, number of repeats."""
    number, setup, count = job
    rng = np.random.default_rng(number)
    rows = []
    for place in range(count):
        if place % SHARE == 0:
            how_often = subject_draws(setup.subjects, rng, resamples)
        rows.append(compare(setup, how_often, rng))
    shares = pd.DataFrame(rows).astype(float).mean().to_dict()
    return {**asdict(setup), "comparisons": count, **shares}


def predicted(row: pd.Series) -> float:
    """Return the difference found with 80 % power, by reports/power.py."""
    components_of_row = Components(variation=row["variation"], **SAMPLED)
    return detectable_difference(
        row["subjects"],
        row["probes"],
        row["seeds"],
        training_sets=row["ways"],
        components=components_of_row,
    )


def printed(title: str, rows: pd.DataFrame) -> str:
    """Return a table with shares in per cent, and variation and effects in points."""
    columns = {
        "seeds": "seeds", "subjects": "people", "probes": "probes each", "ways": "ways",
        "variation": "training variation, points", "variation_ratio": "one varies more by",
        "both": "and the other",
        "hit_rate": "rank-1", "effect": "effect, points",
        "rejected": "rejected, %", "covered": "interval of the difference covers, %",
        "mean_covered": "interval of the mean covers, %", "half_width": "± points",
        "mcnemar_rejected": "McNemar rejects, %",
    }  # fmt: skip
    may_vary = ("probes", "ways", "variation_ratio", "both", "hit_rate", "effect")
    constant = [name for name in may_vary if rows[name].nunique() < 2]
    shown = [name for name in columns if name not in constant]
    cells = rows[shown].copy()
    scale = ["variation", "effect", "rejected", "covered", "mean_covered", "half_width"]
    for name in {*scale, "mcnemar_rejected"} & set(shown):
        cells[name] = (100 * cells[name]).map(lambda value: f"{value:.1f}".removesuffix(".0"))
    body = tuple(tuple((str(cell),) for cell in row) for row in cells.to_numpy())
    return markdown(Table(title, tuple(columns[name] for name in shown), body))


def rates_printed(rows: pd.DataFrame) -> str:
    """Return the table of verification, in per cent; in brackets without parts of impostors."""
    rows = rows.copy()
    names = ("rejected", "covered", "mean_covered")
    for name in names:
        shares = zip(100 * rows[name], 100 * rows[f"{name}_fixed"], strict=True)
        rows[name] = [f"{share:.1f} [{fixed:.1f}]" for share, fixed in shares]
    columns = {
        "seeds": "seeds", "metric": "metric", "mean": "true value", "effect": "true difference",
        "rejected": "rejected, %", "covered": "interval of the difference covers, %",
        "mean_covered": "interval of the mean covers, %",
    }  # fmt: skip
    rows[["mean", "effect"]] = rows[["mean", "effect"]].map(lambda value: f"{value:.3f}")
    body = tuple(tuple((str(cell),) for cell in row) for row in rows[list(columns)].to_numpy())
    return markdown(Table("verification", tuple(columns.values()), body))


def draw_power(rows: pd.DataFrame, path: Path) -> None:
    """Draw rejections over the effect, a line per number of seeds and people; dots: predicted."""
    colours = dict(zip((3, 5, 10), ("#0072b2", "#d55e00", "#009e73"), strict=True))
    with mpl.rc_context({"svg.hashsalt": "nirbench", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for (seeds, subjects), part in rows.groupby(["seeds", "subjects"]):
            line = "-" if subjects == 60 else "--"
            effects = 100 * np.append(0, part["effect"])
            shares = 100 * np.append(1 - LEVEL, part["rejected"])
            label = f"{seeds} seeds, {subjects} people"
            axes.plot(effects, shares, line, marker=".", color=colours[seeds], label=label)
            axes.plot(
                100 * predicted(part.iloc[0]), 80, "o", color=colours[seeds], fillstyle="none"
            )
        axes.axhline(80, color="0.6", linewidth=0.8)
        axes.set(xlabel="true difference in rank-1, points", ylabel="found, % of experiments")
        axes.set_ylim(0, 102)
        axes.legend(frameon=False, loc="lower right")
        figure.savefig(path, metadata=dict.fromkeys(("Date", "Creator")))


@click.command(help=__doc__.split("\n")[0])
@click.option("--comparisons", default=1000, show_default=True, help="Experiments in each row.")
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
    wanted = conditions()
    counted = [
        (row, comparisons // FEWER.get(name, 1)) for name, rows in wanted.items() for row in rows
    ]
    jobs = [(number, row, count) for number, (row, count) in enumerate(counted)]
    # A fresh interpreter for each worker: threads of NumPy do not survive a fork.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        verified = [(number, row, comparisons) for number, row in enumerate(VERIFIED)]
        rates = pool.map(partial(verification_rows, resamples=resamples), verified)
        done = iter(list(pool.map(partial(measure, resamples=resamples), jobs)))
        table = pd.DataFrame([row for rows in rates for row in rows])
    table.to_csv(out / "verification.csv", index=False, float_format="%.6g")
    click.echo(rates_printed(table))
    for name, rows in wanted.items():
        table = pd.DataFrame([next(done) for _ in rows])
        table.to_csv(out / f"{name}.csv", index=False, float_format="%.6g")
        click.echo(printed(name, table))
        if name == "power":
            draw_power(table, out / "power.svg")
    resemblance = components(Experiment(2, 60, effect=0.04), np.random.default_rng(0), runs)
    suffix = "-".join(["", *(run.name for run in runs)])  # such as "-demo"
    resemblance.to_csv(out / f"components{suffix}.csv", index=False)
    click.echo(resemblance.to_string(index=False))
    if runs:
        table = real_rejections(runs, comparisons, resamples)
        table.to_csv(out / f"real{suffix}.csv", index=False, float_format="%.6g")
        click.echo(table.to_string(index=False))


if __name__ == "__main__":
    main()
