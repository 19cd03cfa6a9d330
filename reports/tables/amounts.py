"""The table "Where do fakes matter?": with and without fakes, per amount of real NIR."""

from collections.abc import Sequence

import pandas as pd

from reports.amounts import Line, effect_of_fakes, name_of, nir_lines, per_person, scored
from reports.material import TrainingSet
from reports.plots.amounts import frame
from reports.summary import Comparison, Summary
from reports.tables.accuracy import header
from reports.tables.formats import Table
from reports.words import NONE, interval, metric, number, p_value, protocol

NOTE = (
    "Mean over seeds [95 % interval]; the difference that the fakes make, paired, and its p after "
    "Holm's adjustment. Every training took the same number of steps. A tie: the difference cannot "
    "be told from none."
)
VERDICTS = {"gain": "gain", "loss": "loss", "undecided": "tie"}


def amount_tables(summary: Summary, metrics: Sequence[tuple[str, str]]) -> list[Table]:
    """One table per (protocol, metric) and translator that was tried at several amounts."""
    found = []
    for where, name in metrics:
        lines = scored(summary, nir_lines(summary.training_sets), where, name)
        without = [line for line in lines if line.translator is None]
        found += [
            amount_table(summary, without[0].sets if without else (), line, where, name)
            for line in lines
            if line.translator
        ]
    return found


def amount_table(
    summary: Summary, without: Sequence[TrainingSet], line: Line, where: str, name: str
) -> Table:
    """A row per amount of real NIR images per training person."""
    maker = name_of(summary.training_sets, line.translator)
    plain = {each.amount.nir_per_subject: each for each in without}
    fakes = {each.amount.nir_per_subject: each for each in line.sets}
    unit = "points" if metric(name).unit == "%" else "difference"
    return Table(
        title=f"Where do fakes matter? {header(name)}, {protocol(where)}",
        header=("real NIR per person", "without fakes", f"with fakes by {maker}", unit, "p"),
        rows=tuple(
            (row_name(each), mean_cell(summary, plain.get(amount), where, name),
             mean_cell(summary, fakes.get(amount), where, name),
             *difference_cells(summary, fakes.get(amount), where, name))
            for amount, each in sorted(
                (plain | fakes).items(), key=lambda pair: per_person(pair[1].amount)
            )
        ),
        note=NOTE,
    )  # fmt: skip


def row_name(each: TrainingSet) -> tuple[str, ...]:
    amount = each.amount
    if amount.nir_per_subject != "all":
        return (str(amount.nir_per_subject),)
    return ("all", f"{per_person(amount):.3g} on average")


def mean_cell(summary: Summary, each: TrainingSet | None, where: str, name: str) -> tuple[str, ...]:
    found = summary.means.get((each.name, where, name)) if each else None
    if found is None:
        return (NONE,)
    return (f"{number(found.value, name)} {interval(found.low, found.high, name)}",)


def difference_cells(
    summary: Summary, each: TrainingSet | None, where: str, name: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """("+6.5 [2.1, 10.8]", "gain"), ("0.012",)."""
    compared: Comparison | None = effect_of_fakes(summary, each, where, name) if each else None
    if compared is None:
        return (NONE,), (NONE,)
    gap = compared.estimate
    text = f"{number(gap.value, name, signed=True)} {interval(gap.low, gap.high, name)}"
    return (text, VERDICTS[compared.verdict]), (p_value(compared.p_adjusted),)


def amount_frame(summary: Summary, metrics: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """The numbers behind the tables, one row per training set, protocol and metric."""
    parts = [
        frame(summary, lines, where, name)
        for where, name in metrics
        if (lines := scored(summary, nir_lines(summary.training_sets), where, name))
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
