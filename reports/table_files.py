"""Writes and reads tables in gzipped CSV without loss: no type of a column is guessed.

A CSV file does not say which types its columns have: a subject "007" would be read as 7, one named
"NA" as missing. So the caller keeps the kind of each column beside the file. Rows are numbered
anew. The same table gives the same bytes.
"""

import csv
import gzip
from pathlib import Path

import pandas as pd
from pandas.api import types

from faces.common import tables
from faces.common.tables import KINDS

MISSING = "\\N"  # missing text; text that starts with a backslash gets a second one
SPEED = 6  # level of gzip; higher ones are slower and save little


def write_table(path: Path, table: pd.DataFrame) -> dict[str, str]:
    """Write a table => the kind of each column, which `read_table` needs."""
    kinds = {name: _kind_of(table[name]) for name in table.columns}
    plain = pd.DataFrame({name: _written(table[name], kind) for name, kind in kinds.items()})
    text = plain.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    path.write_bytes(gzip.compress(text.encode(), SPEED, mtime=0))
    return kinds


def read_table(path: Path, kinds: dict[str, str]) -> pd.DataFrame:
    """Read a file of `write_table`. Raises OSError or ValueError where it is another file."""
    if not kinds:
        return pd.DataFrame()
    table = tables.read(path, kinds)
    if list(table.columns) != list(kinds):
        raise ValueError(f"{path}: its columns are {', '.join(table.columns)}")
    return pd.DataFrame({name: _taken(table[name], kind) for name, kind in kinds.items()})


def _kind_of(column: pd.Series) -> str:
    """Return one of KINDS; columns of neither numbers nor truth values are text."""
    if types.is_bool_dtype(column):
        return "truth" if column.notna().all() else "text"
    if types.is_integer_dtype(column):
        return "whole" if column.notna().all() else "whole or none"
    return "number" if types.is_float_dtype(column) else "text"


def _written(column: pd.Series, kind: str) -> pd.Series:
    """Return a column as it goes into the file."""
    column = column.reset_index(drop=True)
    if kind != "text":
        return column.astype(KINDS[kind])
    text = column.astype(object).map(str)
    return text.mask(text.str.startswith("\\"), "\\" + text).mask(column.isna(), MISSING)


def _taken(column: pd.Series, kind: str) -> pd.Series:
    """Return a column as it was before it was written."""
    if kind != "text":
        return column
    return column.str.removeprefix("\\").mask(column == MISSING, None)
