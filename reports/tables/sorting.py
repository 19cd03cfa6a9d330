"""Gives the numbers by which the rows of a printed table are sorted on the page."""

import re

from reports.tables.formats import Table
from reports.words import MINUS, NO_BATCH_NORM, NONE

NOTHING = ("", NONE, "-", NO_BATCH_NORM)
AFTER = r"(?=$| ?%| [\[(]| [^\W\d]{1,8}$)"  # nothing, a bracket, a unit: no sentence
NUMBER = re.compile(r"(?:[a-z]+ )?(?:[<>≤≥±=] ?)?([+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)" + AFTER)
SECONDS = {"h": 3600.0, "min": 60.0, "s": 1.0}
DURATION = re.compile(r"(?:[\d.]+ (?:h|min|s)(?: |$))+")


def number_of(line: str) -> float | None:
    """Return the number that a line starts with: "37.9 [33.1, 42.6]" => 37.9, "p < 0.001" => 0.001.

    "3 min 20 s" => 200.0; None for other lines ("77ab2", "3.12.4", "n. a.", "2 steps of 3").
    """
    text = line.strip().replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")
    if DURATION.fullmatch(text):
        parts = text.split()
        return sum(
            float(value) * SECONDS[unit]
            for value, unit in zip(parts[::2], parts[1::2], strict=True)
        )
    found = NUMBER.match(text)
    return float(found[1].replace(",", "")) if found else None


def sort_values(table: Table) -> list[list[float | None]]:
    """Return a number or None per cell, from the first line of each."""
    return [[number_of(_first_line(cell)) for cell in row] for row in table.rows]


def numeric(table: Table, values: list[list[float | None]]) -> list[bool]:
    """Tell per column whether all cells are numbers or empty; the first column has names."""
    return [
        place > 0
        and any(row[place] is not None for row in values)
        and all(
            row[place] is not None or _first_line(cells[place]) in NOTHING
            for row, cells in zip(values, table.rows, strict=True)
        )
        for place in range(len(table.header))
    ]


def _first_line(cell: tuple[str, ...]) -> str:
    return str(cell[0]).strip() if cell else ""
