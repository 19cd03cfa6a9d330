"""The accuracy and quality tables: as CSV with full numbers; in print as Markdown, LaTeX, HTML."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from faces.files import write_text
from reports.statistics import Estimate
from reports.summary import Summary
from reports.words import NONE, images, interval, metric, number, p_value, protocol

TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        **{sign: f"\\{sign}" for sign in "&%$#_{}"},
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "\N{NO-BREAK SPACE}": "~",
        "\N{MINUS SIGN}": "$-$",
        "\N{EN DASH}": "--",
        "\N{UPWARDS ARROW}": r"$\uparrow$",
        "\N{DOWNWARDS ARROW}": r"$\downarrow$",
        "\N{GREEK CAPITAL LETTER DELTA}": r"$\Delta$",
        "\N{PLUS-MINUS SIGN}": r"$\pm$",
        "\N{LATIN SMALL LETTER E WITH ACUTE}": r"\'e",
    }
)
ARROWS = {
    "higher": "\N{NO-BREAK SPACE}\N{UPWARDS ARROW}",
    "lower": "\N{NO-BREAK SPACE}\N{DOWNWARDS ARROW}",
    "": "",
}


@dataclass(frozen=True)
class Table:
    """A printed table. The first cell of a row is its name; a cell is one or more short lines."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    note: str = ""


def accuracy_tables(summary: Summary) -> list[Table]:
    """One table per protocol: a row per training set, a column per metric."""
    note = (
        "Mean over seeds [95 % interval], then the difference from the baseline [interval] and "
        "its p after Holm's adjustment."
    )
    return [
        Table(
            title=f"Recognition of {protocol(where)}",
            header=("training set", *(header(name) for name in summary.metrics(where))),
            rows=tuple(
                ((each.name, each.label), *(recognition_cell(summary, each.name, where, name)
                                 for name in summary.metrics(where)))
                for each in summary.training_sets
            ),
            note=note,
        )
        for where in summary.protocols()
    ]  # fmt: skip


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
    rows = []
    for (name, where, what), estimate in summary.means.items():
        each = summary.compared(name, baseline, where, what)
        row = {"protocol": where, "metric": what, "training_set": name}
        row |= {"mean": estimate.value, "ci_low": estimate.low, "ci_high": estimate.high}
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


def quality_table(quality: pd.DataFrame) -> Table:
    """A row per metric; a column per kind of images, the floor and the untranslated first."""
    kinds = image_kinds(quality)
    counts = sorted(set(quality["n"]))
    same = f" n = {counts[0]} images of each kind." if len(counts) == 1 else ""
    return Table(
        title="Real, untranslated and fake images",
        header=("metric", *(images(kind) for kind in kinds)),
        rows=tuple(
            ((header(name),), *(quality_cell(quality, kind, name, not same) for kind in kinds))
            for name in dict.fromkeys(quality["metric"])
        ),
        note=f"Mean over seeds, with the lowest and highest seed where there are several.{same}",
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
    return f"{number(values.mean(), name)} {interval(low, high, name)}", *counts


def markdown(table: Table) -> str:
    """A pipe table; the lines of a cell are joined, since Markdown knows no line break there."""
    rows = [table.header, *(tuple("; ".join(cell) for cell in row) for row in table.rows)]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    lines.insert(1, f"|---|{'---:|' * (len(table.header) - 1)}")
    return "\n".join([f"### {table.title}", "", *lines, "", table.note, ""])


def latex(table: Table) -> str:
    """A table that compiles without any package; the lines of a cell stand in a small tabular."""
    rows = [r" & ".join(tex_cell(cell) for cell in row) + r" \\ \hline" for row in table.rows]
    head = " & ".join(cell.translate(TEX) for cell in table.header) + r" \\ \hline\hline"
    return "\n".join(
        [
            "% Needs no package. A wide table fits with \\small or on a turned page.",
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{table.title.translate(TEX)}. {table.note.translate(TEX)}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(table.header) - 1)}}}",
            r"\hline",
            head,
            *rows,
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def tex_cell(lines: tuple[str, ...]) -> str:
    """Braces guard a leading bracket, which LaTeX would take for an option."""
    texts = [line.translate(TEX) for line in lines]
    if len(texts) == 1:
        return f"{{{texts[0]}}}"
    stacked = r"} \\ {".join(texts)
    return rf"\begin{{tabular}}[t]{{@{{}}r@{{}}}}{{{stacked}}}\end{{tabular}}"


def write_tables(folder: Path, summary: Summary) -> None:
    """Writes accuracy and quality as csv, md and tex; quality only where there is any."""
    folder.mkdir(parents=True, exist_ok=True)
    write_kinds(folder / "accuracy", accuracy_tables(summary), accuracy_frame(summary))
    if len(summary.quality):
        write_kinds(folder / "quality", [quality_table(summary.quality)], summary.quality)


def write_kinds(stem: Path, tables: list[Table], numbers: pd.DataFrame) -> None:
    write_text(stem.with_suffix(".csv"), numbers.to_csv(index=False, float_format="%.8g"))
    write_text(stem.with_suffix(".md"), "\n".join(markdown(table) for table in tables))
    write_text(stem.with_suffix(".tex"), "\n".join(latex(table) for table in tables))
