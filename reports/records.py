"""results.json and results.csv: every number of a run, in an order that never changes."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from faces.common.files import write_text
from reports.answer.sentences import Answer
from reports.folds import Spread
from reports.gaps import Gap
from reports.statistics import Estimate
from reports.summary import Comparison, Summary

SCHEMA = 1
PROVENANCE_KEYS = ("settings", "versions", "device", "data", "weights", "stages", "failures",
                   "command", "notes")  # fmt: skip


def results(summary: Summary, provenance: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return the content of results.json, version 1 (docs/results.md)."""
    rows = {
        "recognition": table_rows(
            summary.recognition, ("training_set", "protocol", "metric", "seed", "value", "n")
        ),
        "means": [
            _mean_row(*key, estimate) | _fold_columns(summary.over_folds.get(key))
            for key, estimate in summary.means.items()
        ],
        "comparisons": [_comparison_row(comparison) for comparison in summary.comparisons],
        "gap_closed": [_gap_row(gap) for gap in summary.gaps],
        "quality": table_rows(summary.quality, _quality_columns(summary.quality)),
    }
    sentences: dict[str, Any] = {
        "headline": answer.headline,
        "details": [{"about": about, "sentences": lines} for about, lines in answer.details],
        "caveats": answer.caveats,
        "leaky": answer.leaky,
    }
    known = {name: provenance[name] for name in PROVENANCE_KEYS if name in provenance}
    sets = [asdict(training_set) for training_set in summary.training_sets]
    metrics = [asdict(record) for record in summary.records.values()]
    described = {"answer": sentences, "training_sets": sets, "metrics": metrics}
    return {"schema": SCHEMA, **known, **described, **rows}


def _quality_columns(quality: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of image quality; older runs measured no intervals."""
    ends = ("ci_low", "ci_high") if "ci_low" in quality else ()
    return ("images", "metric", "seed", "value", "n", *ends)


def table_rows(table: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON objects; with folds, each has its fold."""
    rows = [
        {name: _plain(value) for name, value in zip(columns, row, strict=True)}
        for row in table[list(columns)].itertuples(index=False)
    ]
    for row, fold in zip(rows, table.get("fold", ()), strict="fold" in table):
        row |= {} if pd.isna(fold) else {"fold": int(fold)}
    return rows


def _mean_row(training_set: str, protocol: str, metric: str, estimate: Estimate) -> dict[str, Any]:
    return {
        "training_set": training_set,
        "protocol": protocol,
        "metric": metric,
        "mean": _plain(estimate.value),
        "ci_low": _plain(estimate.low),
        "ci_high": _plain(estimate.high),
        "seeds": estimate.seeds,
        "subjects": estimate.subjects,
        "n": estimate.probes,
    }


def _fold_columns(spread: Spread | None) -> dict[str, Any]:
    """Return the further columns of `means` where there are several folds."""
    if spread is None:
        return {}
    return {
        "fold_mean": _plain(spread.mean),
        "fold_std": _plain(spread.std),
        "folds": spread.folds,
    }


def _comparison_row(comparison: Comparison) -> dict[str, Any]:
    return {
        "training_set": comparison.training_set,
        "baseline": comparison.baseline,
        "protocol": comparison.protocol,
        "metric": comparison.metric,
        "difference": _plain(comparison.estimate.value),
        "ci_low": _plain(comparison.estimate.low),
        "ci_high": _plain(comparison.estimate.high),
        "p": _plain(comparison.estimate.p),
        "p_adjusted": _plain(comparison.p_adjusted),
        "verdict": comparison.verdict,
        "family": comparison.family,
        "mcnemar_p": None if comparison.mcnemar_p is None else _plain(comparison.mcnemar_p),
        "seeds": comparison.estimate.seeds,
        "test": comparison.estimate.test,
    }


def _gap_row(gap: Gap) -> dict[str, Any]:
    """Return a row of the gap closed; an end that the interval does not have is null."""
    return {
        "training_set": gap.training_set,
        "baseline": gap.baseline,
        "ceiling": gap.ceiling,
        "protocol": gap.protocol,
        "metric": gap.record.name,
        "share": _plain(gap.share.value),
        "ci_low": _plain(gap.share.low),
        "ci_high": _plain(gap.share.high),
    }


def _plain(value: Any) -> Any:
    """Return a JSON value; floats are rounded to eight digits, NaN and infinity are None."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    return float(f"{value:.8g}") if np.isfinite(value) else None


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with sorted keys and lists in their order. Raises ValueError for NaN."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def write_csv(path: Path, content: dict[str, Any]) -> None:
    """Write the lists of numbers as one table; its column `kind` names the list of each row."""
    lists = ("recognition", "means", "comparisons", "gap_closed", "quality")
    rows = [{"kind": name, **row} for name in lists for row in content[name]]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    # As objects: beside empty cells whole numbers would become 1.0.
    table = pd.DataFrame(rows, columns=columns or ["kind"], dtype=object)
    write_text(path, table.to_csv(index=False))
