"""Makes the tables of the people missed most often, and of those they are confused with."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from faces.common.metric import Metric
from reports.indistinguishable import best_fakes
from reports.material import Material
from reports.summary import Summary
from reports.tables.formats import Table
from reports.words import NONE, listed, number, protocol

MOST_SUBJECTS = 10
MOST_PAIRS = 10


@dataclass(frozen=True)
class Compared:
    """The names of the two training sets whose probes are looked at; without fakes only one."""

    baseline: str
    fakes: str | None

    @property
    def names(self) -> list[str]:
        """Return the names that there are."""
        return [self.baseline, *([self.fakes] if self.fakes else [])]


def compared_sets(summary: Summary, task: str, name: str) -> Compared:
    """Return the baseline and the best fakes by their mean; of equally good ones the first."""
    return Compared(summary.in_role("baseline")[0], best_fakes(summary, task, name))


def subject_tables(
    material: Material, summary: Summary, metrics: Sequence[tuple[str, str]]
) -> list[Table]:
    """Return per (protocol, metric) the hardest subjects and, where known, the confused pairs."""
    tables = []
    for task, name in metrics:
        sets = compared_sets(summary, task, name)
        confused = confusions(material.confusions, sets, task)
        rows = hardest(material.outcomes, sets, task, summary.metric(name))
        if len(rows):
            record = summary.metric(name)
            tables.append(_hardest_table(rows, confused, sets, task=task, record=record))
        if len(confused):
            tables.append(_pairs_table(pairs(confused, sets), sets, task))
    return tables


def subject_frame(
    material: Material, summary: Summary, metrics: Sequence[tuple[str, str]]
) -> pd.DataFrame:
    """Return all subjects, hardest first: protocol, metric, subject, probes, a column per set."""
    parts = []
    for task, name in metrics:
        sets = compared_sets(summary, task, name)
        rows = hardest(material.outcomes, sets, task, summary.metric(name))
        rows = rows.rename(columns={"baseline": "value", "fakes": "value_with_fakes"})
        chosen = {"protocol": task, "metric": name, "baseline": sets.baseline, "fakes": sets.fakes}
        parts.append(rows.assign(**chosen))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def hardest(outcomes: pd.DataFrame, sets: Compared, task: str, record: Metric) -> pd.DataFrame:
    """Return subject, probes, baseline, fakes (if any) and mean of both, the worst mean first."""
    rows = outcomes[(outcomes["protocol"] == task) & (outcomes["metric"] == record.name)]
    columns = dict(zip(sets.names, ("baseline", "fakes"), strict=False))
    rows = rows[rows["training_set"].isin(list(columns))]
    if rows.empty:
        return pd.DataFrame(columns=["subject", "probes", *columns.values(), "mean"])
    means = rows.pivot_table(index="subject", columns="training_set", values="value", sort=False)
    table = means.rename(columns=columns)
    ordered = [column for column in columns.values() if column in table]
    table = table[ordered].assign(
        mean=table[ordered].mean(axis=1), probes=rows.groupby("subject")["probe"].nunique()
    )
    lowest_first = record.better != "lower"
    table = table.rename_axis(columns=None).reset_index()
    return table.sort_values(["mean", "subject"], ascending=[lowest_first, True], kind="stable")


def confusions(table: pd.DataFrame, sets: Compared, task: str) -> pd.DataFrame:
    """Return the probes of the compared sets that another person matches at least as well."""
    if table.empty:
        return table
    rows = table[(table["protocol"] == task) & table["training_set"].isin(sets.names)]
    return rows[rows["impostor"] >= rows["genuine"]]


def _hardest_table(
    rows: pd.DataFrame, confused: pd.DataFrame, sets: Compared, *, task: str, record: Metric
) -> Table:
    unit = f", {record.unit}" if record.unit else ""
    chosen = f"; {sets.fakes} has the best mean of the sets with fakes" if sets.fakes else ""
    gains = (sets.fakes, "difference") if "fakes" in rows else ()
    return Table(
        title=f"Hardest people: {record.label}{unit}, {protocol(task)}",
        header=("person", "probes", sets.baseline, *gains, "most often taken for"),
        rows=tuple(
            ((str(row.subject),), (str(row.probes),), (number(row.baseline, record),),
             *(((number(row.fakes, record),),
                (number(row.fakes - row.baseline, record, signed=True),))
               if gains else ()),
             (taken_for(confused, row.subject),))
            for row in rows.head(MOST_SUBJECTS).itertuples()
        ),
        note=(
            f"The {min(MOST_SUBJECTS, len(rows))} of {len(rows)} people with the worst mean over "
            f"{listed(sets.names)} and all seeds{chosen}. A few of many are always hard by chance: "
            "the difference of one person is not a finding."
        ),
    )  # fmt: skip


def taken_for(confused: pd.DataFrame, subject: str) -> str:
    """Return "s07 (5 of 9), s03 (2 of 9)", the two with whom a person was confused most."""
    if confused.empty:
        return NONE
    found = confused["other"][confused["subject"] == subject].astype(str).value_counts(sort=False)
    most = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
    return ", ".join(f"{other} ({count} of {found.sum()})" for other, count in most) or NONE


def pairs(confused: pd.DataFrame, sets: Compared) -> pd.DataFrame:
    """Return subject, other, confusions per set, and `all` of them; the most frequent first."""
    table = pd.crosstab(
        [confused["subject"].astype(str), confused["other"].astype(str)], confused["training_set"]
    ).reindex(columns=sets.names, fill_value=0)
    table = table.assign(all=table.sum(axis=1)).rename_axis(columns=None).reset_index()
    return table.sort_values(
        ["all", "subject", "other"], ascending=[False, True, True], kind="stable"
    )


def _pairs_table(table: pd.DataFrame, sets: Compared, task: str) -> Table:
    return Table(
        title=f"Most confused pairs, {protocol(task)}",
        header=("person", "taken for", *sets.names, "together"),
        rows=tuple(
            tuple((str(row[column]),) for column in ("subject", "other", *sets.names, "all"))
            for _, row in table.head(MOST_PAIRS).iterrows()
        ),
        note=(
            "How often a probe of a person was at least as alike the other as its own gallery "
            f"image or class, over all seeds; the {min(MOST_PAIRS, len(table))} most frequent of "
            f"{len(table)} pairs."
        ),
    )


def pair_frame(
    material: Material, summary: Summary, metrics: Sequence[tuple[str, str]]
) -> pd.DataFrame:
    """Return all confused pairs: protocol, subject, other, and counts per training set."""
    parts = []
    for task, name in metrics:
        sets = compared_sets(summary, task, name)
        if len(confused := confusions(material.confusions, sets, task)):
            parts.append(pairs(confused, sets).assign(protocol=task))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
