"""Reader `requests`: single requests in Parquet or CSV, one batch over all files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.batch import Batch
from ledger.readers.checks import near, no_such_columns, write_bad
from ledger.readers.files import TABULAR, connect, files_of, fingerprint, scan, unreadable
from ledger.readers.settings import SourceSettings
from ledger.readers.summed import COUNTS, NAMES, Requests
from ledger.types import DIMENSIONS, LedgerError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KNOWN = ("time", *NAMES, "cost_usd", "cost", "currency", "error", *COUNTS, *DIMENSIONS)
MOST_TOKENS = 1_000_000_000
MOST_COST = 1_000_000_000
_CENTURY = "BETWEEN 946684800000000 AND 4102444800000000"
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}


def read_requests(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG001
    """One batch over all files of the path: an hour is summed from all its requests, so that what comes twice in two
    files counts once. Raises LedgerError, BadRows among them."""
    import duckdb

    files = files_of(settings.path, TABULAR)
    with connect() as conn:
        parts = [_view(conn, number, path, settings) for number, path in enumerate(files)]
        conn.execute(f"CREATE VIEW raw AS {' UNION ALL BY NAME '.join(parts)}")
        columns = [name for name, *_ in conn.execute("DESCRIBE raw").fetchall()]
        try:
            found = Requests(conn, columns, settings).summed()
        except duckdb.Error as error:
            raise unreadable(Path(settings.path), error) from error
        name = files[0].name if len(files) == 1 else f"{len(files)} files of {Path(settings.path).name}"
        bad_file = write_bad(settings.bad_folder, settings.name, found.faults)
    yield Batch(
        "rows", settings.name, found.frame, name, fingerprint(files), adds_up=True, derived=True,
        unpriced=found.unpriced, bad=found.faults, bad_file=bad_file,
    )  # fmt: skip


def _view(conn: DuckDBPyConnection, number: int, path: Path, settings: SourceSettings) -> str:
    """The SELECT of one file: checked columns, beside what they were read from where that did not fit."""
    import duckdb

    item, values = scan(path)
    item = item.replace("?", _quoted(values[0]))
    try:
        described = conn.execute(f"DESCRIBE SELECT * FROM {item}").fetchall()
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    types = {name: kind for name, kind, *_ in described if name != "file_row_number"}
    if "time" not in types:
        raise LedgerError(f"{path.name}: column time is missing{near('time', types)}; a table of requests needs it")
    no_such_columns(path.name, types, KNOWN)
    if types["time"].startswith("TIMESTAMP") and types["time"] != "TIMESTAMP WITH TIME ZONE":
        raise LedgerError(f"{path.name}: column time has times without a zone; write them with one (UTC)")
    parts = [f"{_quoted(path.name)} AS file", f"file_row_number + 1 + {number << 40} AS id", *_time(types["time"])]
    parts += [p for c in COUNTS if c in types for p in _count(c, types[c])]
    parts += _cost(types)
    parts += [f'{_text(n, types[n])} AS "{n}"' for n in (*NAMES, *DIMENSIONS) if n in types]
    if "cost" in types and ("currency" in types or settings.currency != "USD"):
        said = _text("currency", types["currency"]) if "currency" in types else "NULL"
        parts.append(f"upper(coalesce({said}, {_quoted(settings.currency)})) AS currency")
    parts.append("coalesce(TRY_CAST(error AS BOOLEAN), false) AS failed" if "error" in types else "false AS failed")
    return f"SELECT {', '.join(parts)} FROM {item}"


def _quoted(text: str) -> str:
    """A string literal: a view takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _time(kind: str) -> list[str]:
    moment, shown = "time", "CAST(time AS VARCHAR)"
    if kind != "TIMESTAMP WITH TIME ZONE":
        zoned = rf"regexp_matches({shown}, '([zZ]|[+-]\d{{2}}:?\d{{2}})$')"
        moment = f"CASE WHEN {zoned} THEN TRY_CAST(time AS TIMESTAMPTZ) END"
    us = f"epoch_us({moment})"
    return [f"{us} AS us", f"CASE WHEN NOT coalesce({us} {_CENTURY}, false) THEN coalesce({shown}, '') END AS bad_time"]


def _count(name: str, kind: str) -> list[str]:
    """The column as a count, and its text where it is none."""
    value, right = name, f"{name} BETWEEN 0 AND {MOST_TOKENS}"
    if kind not in _WHOLE:
        value = f"TRY_CAST({name} AS DOUBLE)"
        right = f"coalesce({value} BETWEEN 0 AND {MOST_TOKENS} AND {value} = floor({value}), false)"
    bad = f"CASE WHEN {name} IS NOT NULL AND NOT {right} THEN CAST({name} AS VARCHAR) END AS bad_{name}"
    return [f"TRY_CAST({value} AS BIGINT) AS {name}", bad]


def _cost(types: dict[str, str]) -> list[str]:
    name = "cost" if "cost" in types else "cost_usd"
    if name not in types:
        return ["NULL::DOUBLE AS cost"]
    value = f"TRY_CAST({name} AS DOUBLE)"
    right = f"coalesce(abs({value}) <= {MOST_COST}, false)"
    bad = f"CASE WHEN {name} IS NOT NULL AND NOT {right} THEN CAST({name} AS VARCHAR) END AS bad_cost"
    return [f"{value} AS cost", bad]


def _text(name: str, kind: str) -> str:
    return f'"{name}"' if kind == "VARCHAR" else f'CAST("{name}" AS VARCHAR)'
