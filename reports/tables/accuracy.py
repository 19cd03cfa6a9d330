"""Makes the tables of recognition, printed and as a frame of full numbers."""

import pandas as pd

from faces.common.metric import Metric
from reports.comparisons import Comparison
from reports.indistinguishable import best_fakes, indistinguishable
from reports.material import TrainingSet
from reports.statistics import Estimate
from reports.summary import Summary
from reports.tables.formats import Table
from reports.words import NONE, listed, p_value, protocol, with_interval

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
    names = leading(summary, task)
    return Table(
        title=f"Recognition of {protocol(task)}",
        header=("training set", *(header(summary.metric(name)) for name in names)),
        rows=tuple(
            (row_name(training_set),
             *(_recognition_cell(summary, training_set.name, task, name) for name in names))
            for training_set in _shown(summary, task)
        ),
        note=_leading_note(summary, task),
    )  # fmt: skip


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
            f"Protocol {task}. {_mean_words(summary)} [95 % interval]. Differences and their tests "
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
        if training_set.role != "curve"
        and (training_set.name in scored or training_set.role != "external")
    ]


def _leading_note(summary: Summary, task: str) -> str:
    best = dict.fromkeys(
        summary.names_in_sentences()[found]
        for name in leading(summary, task)
        if (found := best_fakes(summary, task, name))
    )
    lines = [
        f"Protocol {task}{_basis(summary, task)}. {_mean_words(summary)} [95 % interval], then the "
        "difference from the baseline [interval] and its verdict: gain, loss or tie (no difference "
        "is shown), with its p after Holm's adjustment."
    ]
    if best:
        names = listed([str(name) for name in best])
        lines.append(
            f'"= {names}" where it follows: cannot be told apart from {names}, the best fakes.'
            if len(best) == 1
            else f'"=" and a name ({names}): cannot be told apart from these, the best fakes by '
            "that metric."
        )
    if any(training_set.role == "external" for training_set in _shown(summary, task)):
        lines.append("An external recognizer is never trained here; it is compared with nothing.")
    return " ".join(lines)


def _mean_words(summary: Summary) -> str:
    return f"Mean over {'seeds and the probes of all folds' if summary.over_folds else 'seeds'}"


def _basis(summary: Summary, task: str) -> str:
    """Return ", 600 probes of 60 people, 3 seeds", of the baseline."""
    baseline = summary.in_role("baseline")[0]
    found = [
        estimate
        for (name, scored_task, _), estimate in summary.means.items()
        if (name, scored_task) == (baseline, task)
    ]
    if not found:
        return ""
    seeds = f"{found[0].seeds} seed{'s' if found[0].seeds > 1 else ''}"
    return f", {found[0].probes} probes of {found[0].subjects} people, {seeds}"


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


def _recognition_cell(summary: Summary, training_set: str, task: str, name: str) -> tuple[str, ...]:
    """Return "37.9 [33.1, 42.6]", "+6.5 [2.1, 10.8]", "gain, p 0.012, = C"."""
    lines = list(_mean_cell(summary, training_set, task, name))
    if lines == [NONE]:
        return (NONE,)
    gain = summary.compared(training_set, summary.in_role("baseline")[0], task, name)
    if gain:
        lines.append(with_interval(gain.estimate, gain.record, signed=True))
    if marks := [*_verdict_marks(gain), *_best_marks(summary, training_set, task, name)]:
        lines.append(", ".join(marks))
    return tuple(lines)


def _verdict_marks(comparison: Comparison | None) -> list[str]:
    return (
        [VERDICTS[comparison.verdict], f"p {p_value(comparison.p_adjusted)}"] if comparison else []
    )


def _best_marks(summary: Summary, training_set: str, task: str, name: str) -> list[str]:
    """Return ["= C"] where this set cannot be told apart from the best fakes, those by C."""
    best = best_fakes(summary, task, name)
    if best is None or not indistinguishable(summary, training_set, best, task=task, name=name):
        return []
    return [f"= {summary.names_in_sentences()[best]}"]


def accuracy_frame(summary: Summary) -> pd.DataFrame:
    """Return the numbers of the accuracy tables, a row per training set, protocol and metric."""
    baseline = summary.in_role("baseline")[0]
    roles = {training_set.name: training_set.role for training_set in summary.training_sets}
    rows = []
    for (training_set, task, name), estimate in summary.means.items():
        row: dict[str, object] = {"protocol": task, "metric": name}
        row |= {"training_set": training_set, "role": roles[training_set]}
        row |= {"mean": estimate.value, "ci_low": estimate.low, "ci_high": estimate.high}
        row |= {"seeds": estimate.seeds, "subjects": estimate.subjects, "probes": estimate.probes}
        if gain := summary.compared(training_set, baseline, task, name):
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
