"""The tables of accuracy and image quality: printed, and as frames of full numbers."""

import pandas as pd

from reports.formats import Table
from reports.material import TrainingSet
from reports.statistics import Estimate
from reports.summary import Summary
from reports.words import NONE, images, interval, metric, number, p_value, protocol

ARROWS = {
    "higher": "\N{NO-BREAK SPACE}\N{UPWARDS ARROW}",
    "lower": "\N{NO-BREAK SPACE}\N{DOWNWARDS ARROW}",
    "": "",
}


def accuracy_tables(summary: Summary) -> list[Table]:
    """One table per protocol: a row per training set, a column per metric."""
    over = "seeds and the probes of all folds" if summary.over_folds else "seeds"
    note = (
        f"Mean over {over} [95 % interval], then the difference from the baseline [interval] and "
        "its p after Holm's adjustment."
    )
    return [
        Table(
            title=f"Recognition of {protocol(where)}",
            header=("training set", *(header(name) for name in summary.metrics(where))),
            rows=tuple(
                (row_name(each), *(recognition_cell(summary, each.name, where, name)
                                 for name in summary.metrics(where)))
                for each in summary.training_sets
            ),
            note=note,
        )
        for where in summary.protocols()
    ]  # fmt: skip


def row_name(each: TrainingSet) -> tuple[str, ...]:
    """A training set in the first cell of a row."""
    return (each.name, each.label, *(["leaky"] if each.leaky else []))


def header(name: str) -> str:
    how = metric(name)
    return f"{how.label}{f', {how.unit}' if how.unit else ''}{ARROWS[how.better]}"


def recognition_cell(summary: Summary, training_set: str, where: str, name: str) -> tuple[str, ...]:
    """ "37.9 [33.1, 42.6]", "+6.5 [2.1, 10.8]", "p 0.012"; a dash where nothing was scored."""
    estimate = summary.means.get((training_set, where, name))
    if estimate is None:
        return (NONE,)
    lines = [f"{number(estimate.value, name)} {interval(estimate.low, estimate.high, name)}"]
    each = summary.compared(training_set, summary.named("baseline")[0], where, name)
    if each:
        found = each.estimate
        lines.append(
            f"{number(found.value, name, signed=True)} {interval(found.low, found.high, name)}"
        )
        lines.append(f"p {p_value(each.p_adjusted)}")
    return tuple(lines)


def accuracy_frame(summary: Summary) -> pd.DataFrame:
    """The numbers behind the accuracy tables, one row per training set, protocol and metric."""
    baseline = summary.named("baseline")[0]
    roles = {each.name: each.role for each in summary.training_sets}
    rows = []
    for (name, where, what), estimate in summary.means.items():
        each = summary.compared(name, baseline, where, what)
        row = {"protocol": where, "metric": what, "training_set": name}
        row |= {
            "role": roles[name],
            "mean": estimate.value,
            "ci_low": estimate.low,
            "ci_high": estimate.high,
        }
        row |= {"seeds": estimate.seeds, "subjects": estimate.subjects, "probes": estimate.probes}
        if each:
            row |= difference_columns(each.estimate, each.p_adjusted)
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


def quality_table(summary: Summary) -> Table:
    """A row per metric; a column per kind of images, the floor and the untranslated first."""
    quality, called = summary.quality, summary.kinds()
    kinds = image_kinds(quality)
    repeats = "seeds and folds" if "fold" in quality else "seeds"
    counts = sorted(set(quality["n"]))
    same = f" n = {counts[0]} images of each kind." if len(counts) == 1 else ""
    return Table(
        title="Real, untranslated and fake images",
        header=("metric", *(images(called.get(kind, kind)) for kind in kinds)),
        rows=tuple(
            ((header(name),), *(quality_cell(quality, kind, name, not same) for kind in kinds))
            for name in dict.fromkeys(quality["metric"])
        ),
        note=f"Mean over {repeats}, with the lowest and highest where there are several.{same}",
    )


def image_kinds(quality: pd.DataFrame) -> list[str]:
    """The kinds of images: real, untranslated, then the variants as given."""
    place = {"real": 0, "vis": 1}
    return sorted(dict.fromkeys(quality["images"]), key=lambda kind: place.get(kind, 2))


def quality_cell(quality: pd.DataFrame, kind: str, name: str, with_count: bool) -> tuple[str, ...]:
    rows = quality[(quality["images"] == kind) & (quality["metric"] == name)]
    values = rows["value"].dropna()
    if values.empty:
        return (NONE,)
    counts = (f"n = {int(rows['n'].min())}",) if with_count else ()
    low, high = values.min(), values.max()
    if number(low, name) == number(high, name):
        return number(low, name), *counts
    return number(values.mean(), name), interval(low, high, name), *counts
