"""A printed table, and its forms: Markdown, LaTeX, and a CSV of the full numbers beside them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from faces.common.files import write_text

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
        "\N{MULTIPLICATION SIGN}": r"$\times$",
        "\N{LESS-THAN OR EQUAL TO}": r"$\leq$",
        "\N{GREATER-THAN OR EQUAL TO}": r"$\geq$",
        "\N{ALMOST EQUAL TO}": r"$\approx$",
        "\N{RIGHTWARDS ARROW}": r"$\rightarrow$",
        "\N{MIDDLE DOT}": r"$\cdot$",
        "\N{EM DASH}": "---",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": "``",
        "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
        "\N{LATIN SMALL LETTER E WITH ACUTE}": r"\'e",
    }
)


@dataclass(frozen=True)
class Table:
    """A printed table. The first cell of a row is its name; a cell is one or more short lines.

    `data` are the files with its numbers, relative to the report; `folded`: the page shows it only
    when asked to.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    note: str = ""
    data: tuple[str, ...] = ()
    folded: bool = False


def markdown(table: Table) -> str:
    """Return a pipe table; the lines of a cell are joined, as Markdown allows no line breaks."""
    rows = [table.header, *(tuple(map(_joined, row)) for row in table.rows)]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    lines.insert(1, f"|---|{'---:|' * (len(table.header) - 1)}")
    return "\n".join([f"### {table.title}", "", *lines, "", table.note, ""])


def _joined(lines: tuple[str, ...]) -> str:
    """Return "A; p 0.01", but "51.0 [48.2, 53.1]": an interval follows its number directly."""
    return "; ".join(lines).replace("; [", " [")


def latex(table: Table) -> str:
    """Return a table for LaTeX without any package; a cell of several lines is a small tabular."""
    rows = [r" & ".join(_tex_cell(cell) for cell in row) + r" \\ \hline" for row in table.rows]
    head = " & ".join(map(tex, table.header)) + r" \\ \hline\hline"
    return "\n".join(
        [
            "% Needs no package. A wide table fits with \\small or on a turned page.",
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{tex(table.title)}. {tex(table.note)}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(table.header) - 1)}}}",
            r"\hline",
            head,
            *rows,
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _tex_cell(lines: tuple[str, ...]) -> str:
    """Return a cell in LaTeX; braces guard a leading bracket, which would be read as an option."""
    texts = [tex(line) for line in lines]
    if len(texts) == 1:
        return f"{{{texts[0]}}}"
    stacked = r"} \\ {".join(texts)
    return rf"\begin{{tabular}}[t]{{@{{}}r@{{}}}}{{{stacked}}}\end{{tabular}}"


def tex(text: str) -> str:
    """Return text in ASCII for LaTeX: signs as commands, letters without accents, others as "?"."""
    plain = unicodedata.normalize("NFKD", text.translate(TEX))
    letters = (sign for sign in plain if not unicodedata.combining(sign))
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in letters)


def write_formats(stem: Path, tables: list[Table], numbers: pd.DataFrame) -> list[Table]:
    """Write `<stem>.csv`, `.md` and `.tex`; returns the tables, which now name these files."""
    write_text(stem.with_suffix(".csv"), numbers.to_csv(index=False, float_format="%.8g"))
    write_text(stem.with_suffix(".md"), "\n".join(markdown(table) for table in tables))
    write_text(stem.with_suffix(".tex"), "\n".join(latex(table) for table in tables))
    data = tuple(f"{stem.parent.name}/{stem.name}.{ending}" for ending in ("csv", "md", "tex"))
    return [replace(table, data=data) for table in tables]


def cells_frame(tables: Sequence[Table]) -> pd.DataFrame:
    """Return the content of tables of words, a row per cell: table, row, column, value."""
    return pd.DataFrame(
        [
            (table.title, _joined(row[0]), column, _joined(cell))
            for table in tables
            for row in table.rows
            for column, cell in zip(table.header[1:], row[1:], strict=True)
        ],
        columns=["table", "row", "column", "value"],
    )
