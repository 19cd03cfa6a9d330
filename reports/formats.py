"""A printed table, and its forms: Markdown, LaTeX, and a CSV of the full numbers beside them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from faces.files import write_text

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


@dataclass(frozen=True)
class Table:
    """A printed table. The first cell of a row is its name; a cell is one or more short lines."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    note: str = ""


def markdown(table: Table) -> str:
    """A pipe table; the lines of a cell are joined, since Markdown knows no line break there."""
    rows = [table.header, *(tuple(map(joined, row)) for row in table.rows)]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    lines.insert(1, f"|---|{'---:|' * (len(table.header) - 1)}")
    return "\n".join([f"### {table.title}", "", *lines, "", table.note, ""])


def joined(lines: tuple[str, ...]) -> str:
    """ "A; p 0.01", but "51.0 [48.2, 53.1]": an interval follows its number without a sign."""
    return "; ".join(lines).replace("; [", " [")


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


def write_kinds(stem: Path, tables: list[Table], numbers: pd.DataFrame) -> None:
    write_text(stem.with_suffix(".csv"), numbers.to_csv(index=False, float_format="%.8g"))
    write_text(stem.with_suffix(".md"), "\n".join(markdown(table) for table in tables))
    write_text(stem.with_suffix(".tex"), "\n".join(latex(table) for table in tables))
