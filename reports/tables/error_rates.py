"""Makes the tables of failures and error rates, in the words of ISO/IEC 19795-1.

A failure to enrol (FTE) is a person without a gallery image in which a face was found, a failure to
acquire (FTA) a probe without a found face. FMR and FNMR are the error rates of the comparison
algorithm: failures are left out. FAR and FRR are those of the system: a failed attempt is accepted
by nobody, and a genuine one is thereby rejected,

    FRR = F + (1 - F) FNMR,    FAR = (1 - F) FMR,

where F is the share of the probes that failed. Without failures to enrol F is FTA. Both rates are
at thresholds that were set on other pairs, the metrics `fnmr@...` and `fmr@...`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.material import Material
from reports.statistics import Estimate
from reports.summary import UNSEEN, Summary
from reports.tables.accuracy import row_name
from reports.tables.formats import Table
from reports.words import NONE, number, with_interval

FNMR, FMR = "fnmr@", "fmr@"  # how the names of the metrics begin; a threshold follows
TITLE = "Failures and error rates, in the words of ISO/IEC 19795-1"


@dataclass(frozen=True)
class Rates:
    """The error rates of a training set at one threshold; `failed` is the share F of probes."""

    fnmr: Estimate
    fmr: Estimate
    failed: float

    @property
    def frr(self) -> float:
        """The false reject rate of the system."""
        return self.failed + (1 - self.failed) * self.fnmr.value

    @property
    def far(self) -> float:
        """The false accept rate of the system."""
        return (1 - self.failed) * self.fmr.value


def error_rate_tables(material: Material, summary: Summary) -> list[Table]:
    """Return the table of failures and that of error rates; none without such thresholds."""
    thresholds = _thresholds(summary)
    if not thresholds:
        return []
    attempts = material.provenance.get("data", {}).get("attempts", {})
    tables = [_failure_table(attempts), _rate_table(summary, thresholds[0])]
    return [table for table in tables if table.rows]


def error_rate_frame(summary: Summary) -> pd.DataFrame:
    """Return the rates at every threshold, one row per training set and threshold."""
    rows = [
        {"protocol": UNSEEN, "threshold": threshold, "training_set": name,
         "fmr": found.fmr.value, "fmr_ci_low": found.fmr.low, "fmr_ci_high": found.fmr.high,
         "fnmr": found.fnmr.value, "fnmr_ci_low": found.fnmr.low, "fnmr_ci_high": found.fnmr.high,
         "failed": found.failed, "far": found.far, "frr": found.frr}
        for threshold in _thresholds(summary)
        for name, found in rates(summary, threshold)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def rates(summary: Summary, threshold: str) -> Iterator[tuple[str, Rates]]:
    """Yield training sets that have rates at a threshold, by name, with their rates."""
    for training_set in summary.training_sets:
        keys = [(training_set.name, UNSEEN, start + threshold) for start in (FNMR, FMR)]
        if all(key in summary.means for key in keys):
            fnmr, fmr = (summary.means[key] for key in keys)
            failed = failed_share(summary, training_set.name, FNMR + threshold)
            yield training_set.name, Rates(fnmr, fmr, failed)


def failed_share(summary: Summary, training_set: str, metric: str) -> float:
    """Return the share of the unseen people's probes that a metric of found faces lacks, 0 to 1.

    Metrics of a seed and fold are means over as many probes as they are about; most are about all.
    """
    rows = summary.recognition
    rows = rows[(rows["training_set"] == training_set) & (rows["protocol"] == UNSEEN)]
    rows = rows[rows["seed"] == rows["seed"].iloc[0]]
    folds = rows["fold"] if "fold" in rows else pd.Series(0, rows.index)
    own = rows[rows["metric"] == metric].groupby(folds)["n"].sum()
    every = rows.groupby(folds)["n"].max()[own.index]  # of folds that have the metric
    return float(1 - own.sum() / every.sum())


def _thresholds(summary: Summary) -> list[str]:
    """Return the names of the thresholds at which there are both rates, in the metrics' order."""
    names = summary.metrics(UNSEEN)
    found = [name.removeprefix(FNMR) for name in names if name.startswith(FNMR)]
    return sorted((name for name in found if FMR + name in names), key=_place)


def _place(threshold: str) -> tuple[bool, float]:
    """Put thresholds on photographs first, and higher rates before lower ones."""
    source, _, rate = threshold.partition("-fmr=")
    return source != "vis", -float(rate)


def _failure_table(attempts: Mapping[str, Any]) -> Table:
    """Return the counts of both failures, where the run has them."""
    if not attempts:
        return Table(f"{TITLE}: failures", (), ())
    lines = {
        "failure to enrol (FTE): people without a face in the gallery": ("people", "not_enrolled"),
        "failure to acquire (FTA): probes without a face": ("probes", "not_acquired"),
    }
    return Table(
        title=f"{TITLE}: failures",
        header=("failure", "of", "failed", "rate, %"),
        rows=tuple(
            ((words,), (f"{attempts[of]:,}",), (f"{attempts[failed]:,}",),
             (_percent(attempts[failed], attempts[of]),))
            for words, (of, failed) in lines.items()
        ),
        note=f"Probes are those of enrolled people. {attempts['lost_probes']:,} further probes "
        "show people who could not be enrolled; they fail, too.",
    )  # fmt: skip


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else NONE


def _rate_table(summary: Summary, threshold: str) -> Table:
    found = dict(rates(summary, threshold))
    failed = max((rate.failed for rate in found.values()), default=0.0)
    fnmr, fmr = (summary.metric(start + threshold) for start in (FNMR, FMR))
    return Table(
        title=TITLE,
        header=("training set", "FMR, %", "FNMR, %", "FAR, %", "FRR, %"),
        rows=tuple(
            (
                row_name(training_set)[:1],
                (with_interval(found[training_set.name].fmr, fmr),),
                (with_interval(found[training_set.name].fnmr, fnmr),),
                (number(found[training_set.name].far, fmr),),
                (number(found[training_set.name].frr, fnmr),),
            )
            for training_set in summary.training_sets
            if training_set.shown and training_set.name in found
        ),
        note=f"At the threshold {threshold}, which was set on other pairs. FMR and FNMR are of the "
        "comparison algorithm, failures left out; FAR = (1 − F) FMR and FRR = F + (1 − F) FNMR are "
        f"of the system, where F = {100 * failed:.1f} % of the probes failed to be acquired or "
        "their people to be enrolled. Other thresholds are in the CSV file.",
        folded=True,
    )
