"""Makes A/A comparisons of real trainings, and compares simulated people with real ones.

In each seed the names of the training sets are shuffled, which makes them exchangeable: a name has
no relation to a training set any more, so every difference that is found is a false one. A random
half of the people is tested each time.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from simulated_people import Experiment

from recognizer import recognition_metrics
from reports.cells import Cell, cells_of
from reports.mcnemar import mcnemar
from reports.statistics import LEVEL, estimate, subject_draws, subject_sums
from reports.training_variation import interaction, variation_of_differences

SHUFFLED = ("baseline", "control", "fakes")
COLUMNS = ["training_set", "seed", "protocol", "metric", "probe", "subject", "value"]
HIT_OR_MISS = [record.name for record in recognition_metrics.records(()) if record.hit_or_miss]


def real_cells(runs: Sequence[Path]) -> dict[tuple[str, str, str], Cell]:
    """Return the cells of the runs' training sets in the roles SHUFFLED, over all their seeds."""
    tables = []
    for run in runs:
        results = json.loads((run / "results.json").read_text(encoding="utf-8"))
        roles = {row["name"]: row["role"] for row in results["training_sets"]}
        for stage in results["stages"]:
            function, *arguments = stage["name"].split(":")
            if function != "score" or roles.get(arguments[0]) not in SHUFFLED:
                continue
            folder = f"{stage['name'].replace(':', '-')}-{stage['key']}"
            table = pd.read_csv(
                run.parent / "stages" / folder / "outcomes.csv", dtype={"subject": str}
            )
            tables.append(table.assign(training_set=arguments[0], seed=int(arguments[1])))
    return cells_of(pd.concat(tables)[COLUMNS])


def real_rejections(runs: Sequence[Path], comparisons: int, resamples: int) -> pd.DataFrame:
    """Return how often two names differ at the 5 % level, per protocol and metric."""
    cells = real_cells(runs)
    rows = []
    for number, (task, metric) in enumerate(dict.fromkeys(key[1:] for key in cells)):
        of_metric = [cell for key, cell in cells.items() if key[1:] == (task, metric)]
        rng = np.random.default_rng(number)
        found = [shuffled(of_metric, metric, rng, resamples) for _ in range(comparisons)]
        shares = dict(zip(("rejected", "mcnemar_rejected"), np.mean(found, 0), strict=True))
        start = {"protocol": task, "metric": metric, "ways": len(of_metric)}
        rows.append(
            {**start, "seeds": len(of_metric[0].seeds), "comparisons": comparisons, **shares}
        )
    return pd.DataFrame(rows)


def shuffled(
    cells: list[Cell], metric: str, rng: np.random.Generator, resamples: int
) -> tuple[bool, float]:
    """Compare two shuffled names on half of the people: was 0 rejected, by either test?"""
    values = np.stack([cell.values for cell in cells])
    for seed in range(values.shape[1]):
        values[:, seed] = rng.permutation(values[:, seed])
    people = np.unique(cells[0].subjects)
    tested = np.isin(cells[0].subjects, rng.permutation(people)[: len(people) // 2])
    values, subjects = values[:, :, tested], cells[0].subjects[tested]
    difference = values[1] - values[0]
    found = estimate(
        *subject_sums(difference, subjects),
        subject_draws(len(np.unique(subjects)), rng, resamples), rng,
        variation=variation_of_differences(values.mean(2)),
    )  # fmt: skip
    exact = mcnemar(values[1], values[0]) < 1 - LEVEL if metric in HIT_OR_MISS else np.nan
    return found.p < 1 - LEVEL, exact


def components(setup: Experiment, rng: np.random.Generator, runs: Sequence[Path]) -> pd.DataFrame:
    """Return standard deviations behind rank-1, simulated (mean of 20) and, given runs, real."""
    many = [resemblance(*setup.outcomes(rng)) for _ in range(20)]
    columns = {"simulated": pd.DataFrame(many).pow(2).mean().pow(0.5)}
    if runs:
        cells = [cell for key, cell in real_cells(runs).items() if key[2] == "rank1"]
        values = np.stack([cell.values for cell in cells])
        columns["real"] = pd.Series(resemblance(values, cells[0].subjects))
    return pd.DataFrame(columns).rename_axis("rank-1").reset_index().round(3)


def resemblance(values: np.ndarray, subjects: np.ndarray) -> dict[str, float]:
    """Return mean and standard deviations of (ways, seeds, probes) outcomes.

    There are two seeds or more, and equally many probes of each person.
    """
    ways, seeds, _ = values.shape
    people = np.unique(subjects, return_inverse=True)[1].argsort(kind="stable")
    values = values[:, :, people].reshape(ways, seeds, len(np.unique(subjects)), -1).astype(float)
    of_person = values.mean(3)
    differences = values[1:] - values[:1]
    of_pair = differences.mean(3)
    among = seeds * of_pair.mean(1).var(1, ddof=1).mean()
    rest = of_pair - of_pair.mean(1, keepdims=True)
    rest = rest - rest.mean(2, keepdims=True)
    residual = (rest**2).sum((1, 2)).mean() / (seeds - 1) / (of_pair.shape[2] - 1)
    probe = differences.var(3, ddof=1).mean()
    variation = 2 * (interaction(of_person.mean(2)) ** 2).sum() / (ways - 1) / (seeds - 1)
    variances = {
        "people": of_person.var(2, ddof=1).mean(),
        "probes of a person": values.var(3, ddof=1).mean(),
        "difference: training variation": variation - residual / of_pair.shape[2],
        "difference: way x person": (among - residual) / seeds,
        "difference: training x person": residual - probe / values.shape[3],
        "difference: probe": probe,
    }
    return {"mean": values.mean()} | {k: max(0.0, v) ** 0.5 for k, v in variances.items()}
