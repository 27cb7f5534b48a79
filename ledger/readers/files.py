"""Finds, reads and fingerprints the files of a source. DuckDB reads; all columns of a CSV come as text."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ledger.types import LedgerError

if TYPE_CHECKING:
    import duckdb

LEFT_OUT = ".bad.csv"
"""How files end that hold what was left out of a load."""
TABULAR = (".parquet", ".csv", ".csv.gz")


def files_of(path: str, endings: Sequence[str]) -> list[Path]:
    """The files that a path names, sorted. Raises LedgerError where there is none."""
    place = Path(path).expanduser()
    if place.is_dir():
        found = [p for p in place.rglob("*") if p.name.endswith(tuple(endings))]
    elif place.is_file():
        return [place]
    else:
        found = [Path(p) for p in glob.glob(str(place), recursive=True)]  # noqa: PTH207
    found = sorted(p for p in found if not p.name.endswith(LEFT_OUT))
    if not found:
        raise LedgerError(
            f"{path}: there is no such file; name a file, a folder or a pattern with {', '.join(endings)} files"
        )
    return found


def cut_off(files: Sequence[Path]) -> str:
    """A word of warning where the last line of a CSV has no end: it may be all there, or cut off in a value."""
    odd = []
    for path in files:
        if path.name.endswith(".csv") and path.stat().st_size:
            with path.open("rb") as stream:
                stream.seek(-1, os.SEEK_END)
                odd += [] if stream.read(1) in b"\r\n" else [path.name]
    return f"the last line of {odd[0]} has no end: if it was cut off, undo this load and fetch it again" if odd else ""


def fingerprint(files: Sequence[Path]) -> str:
    """SHA-256 of the contents, whatever the files are called."""
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that stays within bounds and out of the network."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "700MB",
        "threads": 2,
        "preserve_insertion_order": False,
    }
    conn = duckdb.connect(":memory:", config=settings)
    conn.execute("SET TimeZone = 'UTC'")
    return conn


def scan(path: Path) -> tuple[str, list[str]]:
    """The FROM item that reads a file (with `file_row_number`), and its parameters. Raises LedgerError for a file
    without even a header."""
    if path.stat().st_size == 0:
        raise LedgerError(f"{path} is empty, without a header; fetch it again, or take it away")
    if path.name.endswith(".parquet"):
        return "read_parquet(?, file_row_number=true)", [str(path)]
    options = "all_varchar=true, header=true, delim=',', quote='\"', strict_mode=true, null_padding=false, nullstr=''"
    return f"(SELECT *, row_number() OVER () - 1 AS file_row_number FROM read_csv(?, {options}))", [str(path)]


def read_frame(path: Path) -> pd.DataFrame:
    """A file as a frame, with `row` counted from 1. Raises LedgerError where it is truncated or not what it seems."""
    import duckdb

    item, values = scan(path)
    try:
        with connect() as conn:
            types = {name: kind for name, kind, *_ in conn.execute(f"DESCRIBE SELECT * FROM {item}", values).fetchall()}
            floats = [name for name, kind in types.items() if kind in ("FLOAT", "DOUBLE")]
            odd = {
                name
                for name in floats
                if conn.execute(f"SELECT 1 FROM {item} WHERE isnan({_quoted(name)}) LIMIT 1", values).fetchone()
            }
            cells = [f"{_exact('NAN' if n in odd else kind, n)} AS {_quoted(n)}" for n, kind in types.items()]
            frame = conn.execute(f"SELECT {', '.join(cells)} FROM {item}", values).df()
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    frame["row"] = frame.pop("file_row_number").astype("int64") + 1
    return frame.sort_values("row", ignore_index=True)


def _exact(kind: str, name: str) -> str:
    """The column as it comes to pandas without loss: decimals as text, and floats where one is NaN, which pandas would
    take for a missing value; nested values as JSON, times to the microsecond."""
    column = _quoted(name)
    if kind == "NAN" or kind.startswith("DECIMAL"):
        return f"CAST({column} AS VARCHAR)"
    if kind == "TIMESTAMPTZ_NS":
        return f"CAST({column} AS TIMESTAMPTZ)"
    if kind == "TIMESTAMP_NS":
        return f"CAST({column} AS TIMESTAMP)"
    return f"CAST(to_json({column}) AS VARCHAR)" if kind.startswith(("MAP", "STRUCT")) or kind.endswith("]") else column


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def unreadable(path: Path, error: Exception) -> LedgerError:
    """In words: a file that is cut off, empty, or of another kind than its name says."""
    first = str(error).splitlines()[0]
    return LedgerError(f"{path}: cannot be read ({first}); it may be cut off: fetch it again, nothing of it was stored")
