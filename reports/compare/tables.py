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
from reports.tables.quality import ends
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
    """Gives the settings, versions and weights in which the runs differ."""
    facts = [run.material.facts for run in compared.runs]
    weights = [
        {f"{row.get('role')}: {row.get('name')}": row.get("sha256") for row in f.get("weights", ())}
        for f in facts
    ]
    machine = [{**f.get("versions", {}), "device": f.get("device", NONE)} for f in facts]
    parts = (
        ("Settings that differ", "setting", [f.get("settings", {}) for f in facts]),
        ("Weights that differ", "weights", weights),
        ("Versions and devices that differ", "name", machine),
    )
    names = [run.name for run in compared.runs]
    tables = [
        Table(title, (what, *names), tuple(((name,), *((v,) for v in row)) for name, row in rows))
        for title, what, values in parts
        for rows in [different(values)]
    ]
    return [table for table in tables if table.rows]


def data_table(compared: Compared) -> Table:
    """Gives the images, the people tested, and what could be paired with the first run."""
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
    """Counts of the split that are not the same in all runs."""
    splits = [run.material.facts.get("data", {}).get("split", {}) for run in compared.runs]
    return [(name.replace("_", " "), values) for name, values in different(splits)]


def _protocol_of(run: Run) -> str:
    data = run.material.facts.get("data", {})
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
    """Gives a table per (protocol, metric): a row per training set, columns per run."""
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
        (row_name(each),
         *(_score(summary, each.name, task, name) for summary in compared.summaries),
         *(_change_cell(compared, (run, each.name, task, name)) for run in paired))
        for each in compared.training_sets()
    )  # fmt: skip
    how = compared.metric(name)
    label = how.label
    return Table(
        f"{label[0].upper()}{label[1:]}, {protocol(task)}",
        (f"training set, {header(how)}", first, *others,
         *(f"{run} against {first}" for run in paired)),
        tuple(row for row in rows if any(cell != (NONE,) for cell in row[1:])),
        " ".join(f"Not tested: {each}." for each in left_out),
    )  # fmt: skip


def _score(summary: Summary, training_set: str, task: str, name: str) -> tuple[str, ...]:
    """Gives "37.9 [33.1, 42.6]", "+6.5 [2.1, 10.8] from real, gain"."""
    found = summary.means.get((training_set, task, name))
    if found is None:
        return (NONE,)
    lines = [with_interval(found, summary.metric(name))]
    baseline = summary.named("baseline")[0]
    change = summary.compared(training_set, baseline, task, name)
    if change:
        amount = with_interval(change.estimate, change.record, signed=True)
        lines.append(f"{amount} from {baseline}, {accuracy.VERDICTS[change.verdict]}")
    return tuple(lines)


def _change_cell(compared: Compared, key: Key) -> tuple[str, ...]:
    """Gives "+3.1 [0.2, 6.0]", "p 0.012, better"."""
    if key in compared.identical:
        return (SAME,)
    each = compared.changes.get(key)
    if each is None:
        return (NONE,)
    return (
        with_interval(each.estimate, each.record, signed=True),
        f"p {p_value(each.p_adjusted)}, {VERDICTS[each.verdict]}",
    )


def quality_table(compared: Compared) -> Table:
    """Gives a row per metric and kind of images, a column per run."""
    kinds: list[tuple[str, str]] = []
    called: dict[str, str] = {}
    for summary in compared.summaries:
        if len(summary.quality):
            kinds += list(summary.quality[["metric", "images"]].itertuples(index=False, name=None))
        called |= summary.kinds()
    metrics = list(dict.fromkeys(name for name, _ in kinds))
    rows = tuple(
        ((header(compared.metric(name)), images(called.get(kind, kind))),
         *(_quality_cell(summary, name, kind) for summary in compared.summaries))
        for name, kind in sorted(dict.fromkeys(kinds), key=lambda each: metrics.index(each[0]))
    )  # fmt: skip
    return Table(
        "Image quality",
        ("metric", *(run.name for run in compared.runs)),
        rows,
        "Mean over seeds and folds; in brackets the lowest and highest of several, else the "
        "interval. A distance shrinks as n grows: compare what has the same n.",
    )


def _quality_cell(summary: Summary, name: str, kind: str) -> tuple[str, ...]:
    """Gives a cell of image quality as in a report, and n."""
    rows = _quality_rows(summary.quality, name, kind)
    if rows.empty:
        return (NONE,)
    low, high = ends(rows)
    how = summary.metric(name)
    bracket = f" {interval(low, high, how)}" if low < high else ""
    return (f"{number(rows['value'].mean(), how)}{bracket}", f"n = {shown(int(rows['n'].min()))}")


def _quality_rows(quality: pd.DataFrame, name: str, kind: str) -> pd.DataFrame:
    if quality.empty:
        return quality
    rows = quality[(quality["metric"] == name) & (quality["images"] == kind)]
    return rows.dropna(subset="value")


def all_tables(compared: Compared) -> list[Table]:
    """Gives every table, in the order of the page."""
    quality = quality_table(compared)
    return [
        *settings_tables(compared),
        data_table(compared),
        *recognition_tables(compared).values(),
        *([quality] if quality.rows else []),
    ]


def frame(compared: Compared) -> pd.DataFrame:
    """Gives the numbers behind the tables: a row per run and number, and per difference."""
    return pd.DataFrame(list(_rows_of(compared)))


def _rows_of(compared: Compared) -> Iterator[dict[str, object]]:
    for run, summary in zip(compared.runs, compared.summaries, strict=True):
        for (training_set, task, name), e in summary.means.items():
            start: dict[str, object] = {"kind": "mean", "run": run.name}
            start |= {"training_set": training_set}
            yield start | {"protocol": task, "metric": name} | _numbers_of(e)
        for row in summary.quality.to_dict("records"):
            start = {"kind": "quality", "run": run.name, "seed": row["seed"], "n": row["n"]}
            start |= {"images": row["images"], "metric": row["metric"], "value": row["value"]}
            yield start | {name: row[name] for name in ("ci_low", "ci_high") if name in row}
    for key, each in compared.changes.items():
        yield (
            _difference_row(compared, *key)
            | _numbers_of(each.estimate)
            | {"p": each.estimate.p, "p_adjusted": each.p_adjusted, "verdict": each.verdict}
        )
    for same in sorted(compared.identical):
        yield _difference_row(compared, *same) | {"value": 0.0, "verdict": SAME}


def _difference_row(
    compared: Compared, run: str, training_set: str, task: str, name: str
) -> dict[str, object]:
    return {"kind": "difference", "run": run, "against": compared.runs[0].name,
            "training_set": training_set, "protocol": task, "metric": name}  # fmt: skip


def _numbers_of(e: Estimate) -> dict[str, object]:
    return {"value": e.value, "ci_low": e.low, "ci_high": e.high, "seeds": e.seeds,
            "subjects": e.subjects, "n": e.probes}  # fmt: skip
