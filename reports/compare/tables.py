"""Runs side by side in tables: settings, data, recognition with its tests, image quality."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from reports.compare.runs import Compared, Key, Run, different, probes_of, same_images, same_people
from reports.statistics import Estimate
from reports.summary import Summary
from reports.tables import accuracy
from reports.tables.accuracy import header, row_name
from reports.tables.formats import Table
from reports.tables.quality import range_of
from reports.tables.run import shown
from reports.words import NONE, images, interval, number, p_value, protocol, with_interval

VERDICTS = {"gain": "better", "loss": "worse", "undecided": "undecided"}
SAME = "the same"
NOTE = (
    "Mean over seeds [95 % interval], then the gain over the run's own baseline. A difference is "
    "paired by seed and probe, over the seeds that both runs have; p is Holm's, over all "
    "differences in a table. What is called the same is equal in every single outcome, as of a "
    "network that the settings do not touch."
)


def settings_tables(compared: Compared) -> list[Table]:
    """Return the settings, versions and weights in which the runs differ."""
    runs = [run.material.provenance for run in compared.runs]
    settings = [run.get("settings", {}) for run in runs]
    weights = [
        {f"{row.get('role')}: {row.get('name')}": row.get("sha256")
         for row in run.get("weights", ())}
        for run in runs
    ]  # fmt: skip
    machines = [{**run.get("versions", {}), "device": run.get("device", NONE)} for run in runs]
    parts = (
        ("Settings that differ", "setting", settings),
        ("Weights that differ", "weights", weights),
        ("Versions and devices that differ", "name", machines),
    )
    names = [run.name for run in compared.runs]
    tables = [
        Table(title, (column, *names), tuple(((name,), *((v,) for v in row)) for name, row in rows))
        for title, column, values in parts
        for rows in [different(values)]
    ]
    return [table for table in tables if table.rows]


def data_table(compared: Compared) -> Table:
    """Return the images, the people tested, and what could be paired with the first run."""
    first = compared.runs[0]
    rows: list[tuple[tuple[str, ...], ...]] = [
        (("images of",), *((str(run.setting("data", "name") or NONE),) for run in compared.runs)),
        (("protocol",), *((_protocol_of(run),) for run in compared.runs)),
        (("people",), ("",), *((_people(first, run),) for run in compared.runs[1:])),
    ]
    for task in compared.protocols():
        cells = [(_tested(compared, run, task),) for run in compared.runs[1:]]
        rows.append(((f"probes of {protocol(task)}",),
                     *(_probe_count(run, task) for run in compared.runs)))  # fmt: skip
        rows.append(((f"differences on {protocol(task)}",), ("",), *cells))
    rows += [((name,), *((value,) for value in values)) for name, values in _split_rows(compared)]
    return Table(
        "Who is tested", ("", *(run.name for run in compared.runs)), tuple(rows),
        f"The other runs are compared with {first.name}.",
    )  # fmt: skip


def _split_rows(compared: Compared) -> list[tuple[str, list[str]]]:
    """Return the counts of the split that are not the same in all runs."""
    splits = [run.material.provenance.get("data", {}).get("split", {}) for run in compared.runs]
    return [(name.replace("_", " "), values) for name, values in different(splits)]


def _protocol_of(run: Run) -> str:
    data = run.material.provenance.get("data", {})
    folds = ", ".join(map(str, data.get("folds") or ()))
    return f"{data.get('protocol', NONE)}{f', fold {folds}' if folds else ''}"


def _people(first: Run, run: Run) -> str:
    if same_images(first, run):
        return "the same people and images"
    return "the same people, other images" if same_people(first, run) else "others"


def _probe_count(run: Run, task: str) -> tuple[str, ...]:
    found = probes_of(run, task)
    return (f"{shown(len(found))} of {shown(len({subject for _, subject in found}))} people",)


def _tested(compared: Compared, run: Run, task: str) -> str:
    why = compared.untested.get((run.name, task))
    return f"not tested: {why}" if why else "tested, paired by seed and probe"


def recognition_tables(compared: Compared) -> dict[tuple[str, str], Table]:
    """Return a table per (protocol, metric): a row per training set, columns per run."""
    keys = [(task, name) for task in compared.protocols() for name in compared.metrics(task)]
    tables = {key: _recognition_table(compared, *key) for key in keys}
    for key in keys[:1]:  # once is enough
        tables[key] = replace(tables[key], note=f"{NOTE} {tables[key].note}".strip())
    return tables


def _recognition_table(compared: Compared, task: str, name: str) -> Table:
    first, *others = [run.name for run in compared.runs]
    paired = [run for run in others if (run, task) not in compared.untested]
    left_out = [f"{run}: {compared.untested[run, task]}" for run in others if run not in paired]
    rows = tuple(
        (row_name(training_set),
         *(_score(summary, training_set.name, task, name) for summary in compared.summaries),
         *(_change_cell(compared, (run, training_set.name, task, name)) for run in paired))
        for training_set in compared.training_sets()
    )  # fmt: skip
    record = compared.metric(name)
    label = record.label
    return Table(
        f"{label[0].upper()}{label[1:]}, {protocol(task)}",
        (f"training set, {header(record)}", first, *others,
         *(f"{run} against {first}" for run in paired)),
        tuple(row for row in rows if any(cell != (NONE,) for cell in row[1:])),
        " ".join(f"Not tested: {reason}." for reason in left_out),
    )  # fmt: skip


def _score(summary: Summary, training_set: str, task: str, name: str) -> tuple[str, ...]:
    """Return "37.9 [33.1, 42.6]", "+6.5 [2.1, 10.8] from real, gain"."""
    mean = summary.means.get((training_set, task, name))
    if mean is None:
        return (NONE,)
    lines = [with_interval(mean, summary.metric(name))]
    baseline = summary.in_role("baseline")[0]
    gain = summary.compared(training_set, baseline, task, name)
    if gain:
        amount = with_interval(gain.estimate, gain.record, signed=True)
        lines.append(f"{amount} from {baseline}, {accuracy.VERDICTS[gain.verdict]}")
    return tuple(lines)


def _change_cell(compared: Compared, key: Key) -> tuple[str, ...]:
    """Return "+3.1 [0.2, 6.0]", "p 0.012, better"."""
    if key in compared.identical:
        return (SAME,)
    change = compared.changes.get(key)
    if change is None:
        return (NONE,)
    return (
        with_interval(change.estimate, change.record, signed=True),
        f"p {p_value(change.p_adjusted)}, {VERDICTS[change.verdict]}",
    )


def quality_table(compared: Compared) -> Table:
    """Return a table with a row per metric and kind of images, a column per run."""
    measured: list[tuple[str, str]] = []
    fakes: dict[str, str] = {}
    for summary in compared.summaries:
        if len(summary.quality):
            rows = summary.quality[["metric", "images"]]
            measured += list(rows.itertuples(index=False, name=None))
        fakes |= summary.names_of_fakes()
    metrics = list(dict.fromkeys(name for name, _ in measured))
    measured = sorted(dict.fromkeys(measured), key=lambda pair: metrics.index(pair[0]))
    return Table(
        "Image quality",
        ("metric", *(run.name for run in compared.runs)),
        tuple(
            ((header(compared.metric(name)), images(fakes.get(image_kind, image_kind))),
             *(_quality_cell(summary, name, image_kind) for summary in compared.summaries))
            for name, image_kind in measured
        ),
        "Mean over seeds and folds; in brackets the lowest and highest of several, else the "
        "interval. A distance shrinks as n grows: compare what has the same n.",
    )  # fmt: skip


def _quality_cell(summary: Summary, name: str, image_kind: str) -> tuple[str, ...]:
    """Return a cell of image quality as in a report, and n."""
    rows = _quality_rows(summary.quality, name, image_kind)
    if rows.empty:
        return (NONE,)
    low, high = range_of(rows)
    record = summary.metric(name)
    bracket = f" {interval(low, high, record)}" if low < high else ""
    return (
        f"{number(rows['value'].mean(), record)}{bracket}",
        f"n = {shown(int(rows['n'].min()))}",
    )


def _quality_rows(quality: pd.DataFrame, name: str, image_kind: str) -> pd.DataFrame:
    if quality.empty:
        return quality
    rows = quality[(quality["metric"] == name) & (quality["images"] == image_kind)]
    return rows.dropna(subset="value")


def all_tables(compared: Compared) -> list[Table]:
    """Return every table, in the order of the page."""
    quality = quality_table(compared)
    return [
        *settings_tables(compared),
        data_table(compared),
        *recognition_tables(compared).values(),
        *([quality] if quality.rows else []),
    ]


def frame(compared: Compared) -> pd.DataFrame:
    """Return the numbers behind the tables: a row per run and number, and per difference."""
    return pd.DataFrame(list(_rows_of(compared)))


def _rows_of(compared: Compared) -> Iterator[dict[str, object]]:
    for run, summary in zip(compared.runs, compared.summaries, strict=True):
        for (training_set, task, name), mean in summary.means.items():
            start: dict[str, object] = {"kind": "mean", "run": run.name}
            start |= {"training_set": training_set}
            yield start | {"protocol": task, "metric": name} | _numbers_of(mean)
        for row in summary.quality.to_dict("records"):
            start = {"kind": "quality", "run": run.name, "seed": row["seed"], "n": row["n"]}
            start |= {"images": row["images"], "metric": row["metric"], "value": row["value"]}
            yield start | {name: row[name] for name in ("ci_low", "ci_high") if name in row}
    for key, change in compared.changes.items():
        yield (
            _difference_row(compared, key)
            | _numbers_of(change.estimate)
            | {"p": change.estimate.p, "p_adjusted": change.p_adjusted, "verdict": change.verdict}
        )
    for key in sorted(compared.identical):
        yield _difference_row(compared, key) | {"value": 0.0, "verdict": SAME}


def _difference_row(compared: Compared, key: Key) -> dict[str, object]:
    run, training_set, task, name = key
    return {"kind": "difference", "run": run, "against": compared.runs[0].name,
            "training_set": training_set, "protocol": task, "metric": name}  # fmt: skip


def _numbers_of(estimate: Estimate) -> dict[str, object]:
    return {"value": estimate.value, "ci_low": estimate.low, "ci_high": estimate.high,
            "seeds": estimate.seeds, "subjects": estimate.subjects,
            "n": estimate.probes}  # fmt: skip
