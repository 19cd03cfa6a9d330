"""Makes the table "Where do fakes matter?": with and without fakes, per amount of real NIR."""

from collections.abc import Sequence

import pandas as pd

from reports.amounts import (
    Line,
    beyond_again,
    effect,
    name_of,
    nir_lines,
    nir_of,
    per_person,
    scored,
)
from reports.material import TrainingSet
from reports.plots.amounts import frame
from reports.summary import Comparison, Summary
from reports.tables.accuracy import VERDICTS, header
from reports.tables.formats import Table
from reports.words import NONE, p_value, protocol, with_interval

NOTE = (
    "Mean over seeds [95 % interval]; the difference that the fakes make, paired, and its p after "
    "Holm's adjustment. Every training took the same number of steps. A tie: no difference is "
    "shown."
)
AGAIN = (
    "Kinds of images have equal shares of a batch, so fakes make real NIR images rarer there. The "
    "VIS images once more do the same: the last columns compare the fakes with these."
)


def amount_tables(summary: Summary, metrics: Sequence[tuple[str, str]]) -> list[Table]:
    """Return one table per (protocol, metric) and translator that was tried at several amounts."""
    tables = []
    for task, name in metrics:
        lines = scored(summary, nir_lines(summary.training_sets), task, name)
        no_fakes = {line.again: _by_amount(line) for line in lines if line.translator is None}
        tables += [
            _amount_table(summary, line, no_fakes, task=task, name=name)
            for line in lines
            if line.translator
        ]
    return tables


def _by_amount(line: Line) -> dict[int | str, TrainingSet]:
    return {training_set.known_amount.nir_per_subject: training_set for training_set in line.sets}


def _amount_table(
    summary: Summary,
    line: Line,
    no_fakes: dict[bool, dict[int | str, TrainingSet]],
    *,
    task: str,
    name: str,
) -> Table:
    """Return a row per amount of real NIR images per training person.

    `no_fakes`: under False the sets of real images alone, under True those with the VIS images
    again, by amount.
    """
    translator = name_of(summary.training_sets, line.translator)
    without, again, fakes = no_fakes.get(False, {}), no_fakes.get(True, {}), _by_amount(line)
    unit = "points" if summary.metric(name).unit == "%" else "difference"
    columns = ["real NIR per person", "without fakes", f"with fakes by {translator}", unit, "p"]
    columns += ["VIS images once more", f"beyond these, {unit}", "p"] if again else []
    rows = []
    for amount, either in sorted((without | fakes).items(), key=lambda pair: nir_of(pair[1])):
        with_fakes = fakes.get(amount)
        row = [_row_name(either), _mean_cell(summary, without.get(amount), task, name)]
        row += [_mean_cell(summary, with_fakes, task, name)]
        row += _difference_cells(effect(summary, with_fakes, task, name) if with_fakes else None)
        if again:
            row += [_mean_cell(summary, again.get(amount), task, name)]
            beyond = beyond_again(summary, with_fakes, task, name) if with_fakes else None
            row += _difference_cells(beyond)
        rows.append(tuple(row))
    title = f"Where do fakes matter? {header(summary.metric(name))}, {protocol(task)}"
    return Table(title, tuple(columns), tuple(rows), f"{NOTE} {AGAIN}" if again else NOTE)


def _row_name(training_set: TrainingSet) -> tuple[str, ...]:
    amount = training_set.known_amount
    if amount.nir_per_subject != "all":
        return (str(amount.nir_per_subject),)
    return ("all", f"{per_person(amount):.3g} on average")


def _mean_cell(
    summary: Summary, training_set: TrainingSet | None, task: str, name: str
) -> tuple[str, ...]:
    mean = summary.means.get((training_set.name, task, name)) if training_set else None
    return (with_interval(mean, summary.metric(name)),) if mean else (NONE,)


def _difference_cells(compared: Comparison | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return ("+6.5 [2.1, 10.8]", "gain"), ("0.012",)."""
    if compared is None:
        return (NONE,), (NONE,)
    text = with_interval(compared.estimate, compared.record, signed=True)
    return (text, VERDICTS[compared.verdict]), (p_value(compared.p_adjusted),)


def amount_frame(summary: Summary, metrics: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return the numbers behind the tables, one row per training set, protocol and metric."""
    parts = [
        frame(summary, lines, task, name)
        for task, name in metrics
        if (lines := scored(summary, nir_lines(summary.training_sets), task, name))
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
