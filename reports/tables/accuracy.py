"""Makes the tables of recognition, printed and as a frame of full numbers."""

import pandas as pd

from faces.common.metric import Metric
from reports.comparisons import Comparison
from reports.material import TrainingSet
from reports.statistics import Estimate
from reports.summary import Summary
from reports.tables.formats import Table
from reports.ties import best_told, tied_with
from reports.words import NONE, listed, p_value, protocol, with_interval

ARROWS = {
    "higher": "\N{NO-BREAK SPACE}\N{UPWARDS ARROW}",
    "lower": "\N{NO-BREAK SPACE}\N{DOWNWARDS ARROW}",
    "": "",
}
VERDICTS = {"gain": "gain", "loss": "loss", "undecided": "tie"}


def accuracy_tables(summary: Summary) -> list[Table]:
    """Gives per protocol the table of the leading metrics, then the plainer ones of all others.

    A row per training set but for the points of curves; a column per metric.
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
            (row_name(each), *(_recognition_cell(summary, each.name, task, name)
                             for name in names))
            for each in _shown(summary, task)
        ),
        note=_leading_note(summary, task),
    )  # fmt: skip


def _further_table(summary: Summary, task: str) -> Table:
    """Gives the table of all other metrics: means alone; comparisons are in the CSV file."""
    first = leading(summary, task)
    names = [name for name in summary.metrics(task) if name not in first]
    return Table(
        title=f"Further metrics: recognition of {protocol(task)}",
        header=("training set", *(header(summary.metric(name)) for name in names)),
        rows=tuple(
            (row_name(each)[:1], *(_mean_cell(summary, each.name, task, name) for name in names))
            for each in _shown(summary, task)
        ),
        note=(
            f"Protocol {task}. {_mean_words(summary)} [95 % interval]. Differences and their tests "
            "are in the CSV file and in results.json."
        ),
        folded=True,
    )


def leading(summary: Summary, task: str) -> list[str]:
    """Gives the metrics of the printed table: those that are prominent, else all.

    Of a group without a prominent one, such as verification rates, the first by place stands for
    all.
    """
    names = summary.metrics(task)
    groups: dict[str, list[Metric]] = {}
    for record in map(summary.metric, names):
        groups.setdefault(record.group or record.name, []).append(record)
    chosen = {record.name for group in groups.values() for record in _prominent(group)}
    return [name for name in names if name in chosen] or names


def _prominent(group: list[Metric]) -> list[Metric]:
    """Gives the prominent metrics of a group; of several metrics without one, the first."""
    found = [record for record in group if record.prominence]
    several = bool(group[0].group)
    return found or ([min(group, key=lambda record: record.place)] if several else [])


def _shown(summary: Summary, task: str) -> list[TrainingSet]:
    """Gives the training sets of a table: no points of curves, external ones only with scores."""
    scored = {name for name, place, _ in summary.means if place == task}
    return [
        training_set
        for training_set in summary.training_sets
        if training_set.role != "curve"
        and (training_set.name in scored or training_set.role != "external")
    ]


def _leading_note(summary: Summary, task: str) -> str:
    best = dict.fromkeys(
        summary.called()[found]
        for name in leading(summary, task)
        if (found := best_told(summary, task, name))
    )
    lines = [
        f"Protocol {task}{_basis(summary, task)}. {_mean_words(summary)} [95 % interval], then the "
        "difference from the baseline [interval] and its verdict: gain, loss or tie (no difference "
        "is shown), with its p after Holm's adjustment."
    ]
    if best:
        who = listed([str(name) for name in best])
        lines.append(
            f'"= {who}" where it follows: cannot be told apart from {who}, the best fakes.'
            if len(best) == 1
            else f'"=" and a name ({who}): cannot be told apart from these, the best fakes by that '
            "metric."
        )
    if any(each.role == "external" for each in _shown(summary, task)):
        lines.append("An external recognizer is never trained here; it is compared with nothing.")
    return " ".join(lines)


def _mean_words(summary: Summary) -> str:
    return f"Mean over {'seeds and the probes of all folds' if summary.over_folds else 'seeds'}"


def _basis(summary: Summary, task: str) -> str:
    """Gives ", 600 probes of 60 people, 3 seeds", of the baseline."""
    baseline = summary.named("baseline")[0]
    found = [
        each
        for (name, place, _), each in summary.means.items()
        if (name, place) == (baseline, task)
    ]
    if not found:
        return ""
    seeds = f"{found[0].seeds} seed{'s' if found[0].seeds > 1 else ''}"
    return f", {found[0].probes} probes of {found[0].subjects} people, {seeds}"


def row_name(training_set: TrainingSet) -> tuple[str, ...]:
    """Gives a training set in the first cell of a row."""
    return (training_set.name, training_set.label, *(["leaky"] if training_set.leaky else []))


def header(how: Metric) -> str:
    """Gives a column's head: "rank-1, % ↑"."""
    return f"{how.label}{f', {how.unit}' if how.unit else ''}{ARROWS[how.better]}"


def _mean_cell(summary: Summary, training_set: str, task: str, name: str) -> tuple[str, ...]:
    """Gives "37.9 [33.1, 42.6]"; a dash where nothing was scored."""
    estimate = summary.means.get((training_set, task, name))
    if estimate is None:
        return (NONE,)
    return (with_interval(estimate, summary.metric(name)),)


def _recognition_cell(summary: Summary, training_set: str, task: str, name: str) -> tuple[str, ...]:
    """Gives "37.9 [33.1, 42.6]", "+6.5 [2.1, 10.8]", "gain, p 0.012, = C"."""
    lines = list(_mean_cell(summary, training_set, task, name))
    if lines == [NONE]:
        return (NONE,)
    each = summary.compared(training_set, summary.named("baseline")[0], task, name)
    if each:
        lines.append(with_interval(each.estimate, each.record, signed=True))
    if marks := [*_verdict_marks(each), *_tie_marks(summary, training_set, task, name)]:
        lines.append(", ".join(marks))
    return tuple(lines)


def _verdict_marks(comparison: Comparison | None) -> list[str]:
    return (
        [VERDICTS[comparison.verdict], f"p {p_value(comparison.p_adjusted)}"] if comparison else []
    )


def _tie_marks(summary: Summary, training_set: str, task: str, name: str) -> list[str]:
    """Gives "= C" where C are the best fakes and this set cannot be told apart from them."""
    best = best_told(summary, task, name)
    if best is None or not tied_with(summary, training_set, best, task, name):
        return []
    return [f"= {summary.called()[best]}"]


def accuracy_frame(summary: Summary) -> pd.DataFrame:
    """Gives the numbers of the accuracy tables, a row per training set, protocol and metric."""
    baseline = summary.named("baseline")[0]
    roles = {training_set.name: training_set.role for training_set in summary.training_sets}
    rows = []
    for (name, task, what), estimate in summary.means.items():
        row: dict[str, object] = {"protocol": task, "metric": what}
        row |= {"training_set": name, "role": roles[name]}
        row |= {"mean": estimate.value, "ci_low": estimate.low, "ci_high": estimate.high}
        row |= {"seeds": estimate.seeds, "subjects": estimate.subjects, "probes": estimate.probes}
        if each := summary.compared(name, baseline, task, what):
            row |= difference_columns(each.estimate, each.p_adjusted)
            row |= {"verdict": each.verdict, "mcnemar_p": each.mcnemar_p}
        best = best_told(summary, task, what)
        if best and tied_with(summary, name, best, task, what):
            row |= {"tied_with": best}
        rows.append(row)
    return pd.DataFrame(rows)


def difference_columns(estimate: Estimate, p_adjusted: float) -> dict[str, float]:
    return {
        "difference": estimate.value,
        "difference_ci_low": estimate.low,
        "difference_ci_high": estimate.high,
        "p": estimate.p,
        "p_adjusted": p_adjusted,
    }
