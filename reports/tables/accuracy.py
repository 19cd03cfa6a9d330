"""Makes the tables of recognition, printed and as a frame of full numbers."""

from dataclasses import replace

import pandas as pd

from faces.common.metric import Metric
from reports.comparisons import Comparison
from reports.indistinguishable import best_fakes, indistinguishable
from reports.material import TrainingSet, adapted_names
from reports.statistics import Estimate
from reports.summary import Summary
from reports.tables.accuracy_notes import again_note, leading_note, mean_words
from reports.tables.formats import Table
from reports.words import NO_BATCH_NORM, NONE, p_value, protocol, with_interval

ARROWS = {
    "higher": "\N{NO-BREAK SPACE}\N{UPWARDS ARROW}",
    "lower": "\N{NO-BREAK SPACE}\N{DOWNWARDS ARROW}",
    "": "",
}
VERDICTS = {"gain": "gain", "loss": "loss", "undecided": "tie"}


def accuracy_tables(summary: Summary) -> list[Table]:
    """Return per protocol the table of the leading metrics, then per protocol that of all others.

    A row per training set, without the points of curves; a column per metric.
    """
    tables = [_leading_table(summary, task) for task in summary.protocols()]
    further = [_further_table(summary, task) for task in summary.protocols()]
    return tables + [table for table in further if len(table.header) > 1]


def _leading_table(summary: Summary, task: str) -> Table:
    names, sets = leading(summary, task), _shown(summary, task)
    again = [name for name in names if _scored_again(summary, task, name)]
    columns = [(name, second) for name in names for second in (False, True)
               if not second or name in again]  # fmt: skip
    external = any(training_set.role == "external" for training_set in sets)
    note = leading_note(summary, task, names=names, external=external)
    return Table(
        title=f"Recognition of {protocol(task)}",
        header=("training set", *(_header(summary, *column) for column in columns)),
        rows=tuple(
            (row_name(training_set),
             *(_recognition_cell(summary, training_set, task=task, name=name, again=second)
               for name, second in columns))
            for training_set in sets
        ),
        note=" ".join(filter(None, [note, again_note(again)])),
    )  # fmt: skip


def _scored_again(summary: Summary, task: str, name: str) -> bool:
    """Tell whether a column shows a metric with NIR statistics: of the headline metrics alone."""
    adapted = adapted_names(summary.training_sets).values()
    return summary.metric(name).prominence == "headline" and any(
        (again, task, name) in summary.means for again in adapted
    )


def _header(summary: Summary, name: str, again: bool) -> str:
    """Return a column's head, "rank-1, % ↑" or "rank-1 with NIR statistics, % ↑"."""
    record = summary.metric(name)
    return header(replace(record, label=f"{record.label} with NIR statistics") if again else record)


def _further_table(summary: Summary, task: str) -> Table:
    """Return the table of all other metrics: means alone; comparisons are in the CSV file."""
    first = leading(summary, task)
    names = [name for name in summary.metrics(task) if name not in first]
    return Table(
        title=f"Further metrics: recognition of {protocol(task)}",
        header=("training set", *(header(summary.metric(name)) for name in names)),
        rows=tuple(
            (
                row_name(training_set)[:1],
                *(_mean_cell(summary, training_set.name, task, name) for name in names),
            )
            for training_set in _shown(summary, task)
        ),
        note=(
            f"Protocol {task}. {mean_words(summary)} [95 % interval]. Differences and their tests "
            "are in the CSV file and in results.json."
        ),
        folded=True,
    )


def leading(summary: Summary, task: str) -> list[str]:
    """Return the metrics of the printed table: those that are prominent, else all.

    Of a group without a prominent one, such as verification rates, only the first by place is
    printed.
    """
    names = summary.metrics(task)
    groups: dict[str, list[Metric]] = {}
    for record in map(summary.metric, names):
        groups.setdefault(record.group or record.name, []).append(record)
    chosen = {record.name for group in groups.values() for record in _prominent(group)}
    return [name for name in names if name in chosen] or names


def _prominent(group: list[Metric]) -> list[Metric]:
    """Return the prominent metrics of a group; of several metrics without one, the first."""
    found = [record for record in group if record.prominence]
    several = bool(group[0].group)
    return found or ([min(group, key=lambda record: record.place)] if several else [])


def _shown(summary: Summary, task: str) -> list[TrainingSet]:
    """Return the training sets of a table: no points of curves, external ones only with scores."""
    scored = {name for name, scored_task, _ in summary.means if scored_task == task}
    return [
        training_set
        for training_set in summary.training_sets
        if training_set.shown and (training_set.name in scored or training_set.role != "external")
    ]


def row_name(training_set: TrainingSet) -> tuple[str, ...]:
    """Return the lines of a training set's first cell: its name, its label, "leaky" if it is."""
    return (training_set.name, training_set.label, *(["leaky"] if training_set.leaky else []))


def header(record: Metric) -> str:
    """Return the header of a metric's column: "rank-1, % ↑"."""
    return f"{record.label}{f', {record.unit}' if record.unit else ''}{ARROWS[record.better]}"


def _mean_cell(summary: Summary, training_set: str, task: str, name: str) -> tuple[str, ...]:
    """Return "37.9 [33.1, 42.6]"; a dash where nothing was scored."""
    estimate = summary.means.get((training_set, task, name))
    if estimate is None:
        return (NONE,)
    return (with_interval(estimate, summary.metric(name)),)


def _recognition_cell(
    summary: Summary, training_set: TrainingSet, *, task: str, name: str, again: bool
) -> tuple[str, ...]:
    """Return "37.9 [33.1, 42.6]", "+6.5 [2.1, 10.8]", "gain, p 0.012, = C".

    `again`: of the second score, with NIR statistics.
    """
    scored = training_set.name
    if again:
        if training_set.role == "external":
            return (NO_BATCH_NORM,)
        scored = adapted_names(summary.training_sets).get(scored, "")
    lines = list(_mean_cell(summary, scored, task, name))
    if lines == [NONE]:
        return (NONE,)
    comparison = summary.over_baseline(training_set.name, task, name, again=again)
    if comparison:
        lines.append(with_interval(comparison.estimate, comparison.record, signed=True))
    marks = [*_verdict_marks(comparison), *_tie_marks(summary, scored, task, name)]
    if marks:
        lines.append(", ".join(marks))
    return tuple(lines)


def _verdict_marks(comparison: Comparison | None) -> list[str]:
    """Return a verdict and its p; of one seed in brackets, which the page shows in grey."""
    if comparison is None:
        return []
    if comparison.estimate.seeds == 1:
        return [f"(one training, p {p_value(comparison.p_adjusted)})"]
    return [VERDICTS[comparison.verdict], f"p {p_value(comparison.p_adjusted)}"]


def _tie_marks(summary: Summary, training_set: str, task: str, name: str) -> list[str]:
    """Return "= C" where C are the best fakes and this set cannot be told apart from them."""
    best = best_fakes(summary, task, name)
    if best is None or summary.means[best, task, name].seeds == 1:
        return []
    if not indistinguishable(summary, training_set, best, task=task, name=name):
        return []
    return [f"= {summary.names_in_sentences()[best]}"]


def accuracy_frame(summary: Summary) -> pd.DataFrame:
    """Return the numbers of the accuracy tables, a row per training set, protocol and metric."""
    roles = {training_set.name: training_set.role for training_set in summary.training_sets}
    rows = []
    for (training_set, task, name), estimate in summary.means.items():
        row: dict[str, object] = {"protocol": task, "metric": name}
        row |= {"training_set": training_set, "role": roles[training_set]}
        row |= {"mean": estimate.value, "ci_low": estimate.low, "ci_high": estimate.high}
        row |= {"seeds": estimate.seeds, "subjects": estimate.subjects, "probes": estimate.probes}
        if gain := summary.over_baseline(training_set, task, name):
            row |= difference_columns(gain.estimate, gain.p_adjusted)
            row |= {"verdict": gain.verdict, "mcnemar_p": gain.mcnemar_p}
        best = best_fakes(summary, task, name)
        if best and indistinguishable(summary, training_set, best, task=task, name=name):
            row |= {"tied_with": best}
        rows.append(row)
    return pd.DataFrame(rows)


def difference_columns(estimate: Estimate, p_adjusted: float) -> dict[str, float]:
    """Return the columns of a paired difference in a frame of full numbers."""
    return {
        "difference": estimate.value,
        "difference_ci_low": estimate.low,
        "difference_ci_high": estimate.high,
        "p": estimate.p,
        "p_adjusted": p_adjusted,
    }
