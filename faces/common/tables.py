"""Writes and reads tables in CSV without loss: no cell is guessed to be a number or missing.

A CSV file does not say what its columns are: a person "007" would be read as 7, one named "NA" as
missing, "1e5" as 100000.0. So every table of the project is read here: a column is text unless it
is known to be something else, and no text is missing.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

# The kinds of columns, and the types that they have in memory.
KINDS = {"text": str, "number": "float64", "whole": "int64", "whole or none": "Int64",
         "truth": "bool"}  # fmt: skip


def csv_of(table: pd.DataFrame) -> str:
    """Return a table as CSV text, without its row labels; a missing cell is empty."""
    text = table.to_csv(index=False, lineterminator="\n")
    if "\r" in text:  # without quotes, which Python before 3.13 leaves out, it would end the row
        text = table.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    return text


def read(path: Path, kinds: Mapping[str, str], otherwise: str = "text") -> pd.DataFrame:
    """Read a CSV file; `kinds` gives the kinds of columns by name, `otherwise` that of all others.

    Text is what was written, and empty where it was missing. Numbers are equal to the last bit;
    an empty one is missing. Raises OSError, or ValueError for a cell that is not of its kind.
    """
    names = pd.read_csv(path, nrows=0).columns
    kind_of = {name: kinds.get(name, otherwise) for name in names}
    numbers = [name for name, kind in kind_of.items() if kind == "number"]
    table = pd.read_csv(
        path,
        dtype={name: KINDS[kind] for name, kind in kind_of.items()} | dict.fromkeys(numbers, str),
        # Only what is named here is missing, whatever else the installed pandas takes for it.
        keep_default_na=False,
        na_values={name: [""] for name, kind in kind_of.items() if kind != "text"},
        skip_blank_lines=False,
    )
    # Floats that pandas before 3.1 reads itself may be off by the last bit.
    return table.astype(dict.fromkeys(numbers, float))
