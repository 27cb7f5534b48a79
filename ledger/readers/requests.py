"""Reader `requests`: single requests in Parquet or CSV, one batch over all files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.batch import Batch, Fault
from ledger.readers.cells import ZONED, cells, quoted
from ledger.readers.checks import near, no_such_columns, write_bad
from ledger.readers.files import TABULAR, connect, cut_off, files_of, fingerprint, scan, unreadable
from ledger.readers.settings import SourceSettings
from ledger.readers.summed import COUNTS, NAMES, Requests
from ledger.types import DIMENSIONS, LedgerError

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

KNOWN = ("time", *NAMES, "cost_usd", "cost", "currency", "error", *COUNTS, *DIMENSIONS)


def read_requests(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG001
    """One batch over all files of the path: an hour is summed from all its requests, so that what comes twice in two
    files counts once. Raises LedgerError, BadRows among them."""
    import duckdb

    files = files_of(settings.path, TABULAR)
    with connect() as conn:
        parts = [_view(conn, number, path, settings) for number, path in enumerate(files)]
        conn.execute(f"CREATE VIEW raw AS {' UNION ALL BY NAME '.join(parts)}")
        columns = [name for name, *_ in conn.execute("DESCRIBE raw").fetchall()]
        said = {"cost": "cost_usd"} if "currency" not in columns else {}
        try:
            found = Requests(conn, columns, settings, said=said).summed()
        except duckdb.Error as error:
            raise unreadable(Path(settings.path), error) from error
        name = files[0].name if len(files) == 1 else f"{len(files)} files of {Path(settings.path).name}"
        bad_file = write_bad(
            settings.bad_folder, settings.name, found.faults, lambda: _bad_rows(conn, files, found.faults)
        )
    yield Batch(
        "rows", settings.name, found.frame, name, fingerprint(files), adds_up=True, derived=True,
        unpriced=found.unpriced, priced=found.entries, bad=found.faults, bad_file=bad_file,
        warning=cut_off(files),
    )  # fmt: skip


def _view(conn: DuckDBPyConnection, number: int, path: Path, settings: SourceSettings) -> str:
    """The SELECT of one file: checked columns, beside what they were read from where that did not fit."""
    import duckdb

    item, values = scan(path)
    item = item.replace("?", quoted(values[0]))
    try:
        described = conn.execute(f"DESCRIBE SELECT * FROM {item}").fetchall()
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    types = {name: kind for name, kind, *_ in described if name != "file_row_number"}
    if "time" not in types:
        raise LedgerError(
            f"{path.name}: column time is missing{near('time', types)}; a table of requests needs it: add it, or rename the one "
            "that is meant"
        )
    no_such_columns(path.name, types, KNOWN)
    if types["time"].startswith("TIMESTAMP") and types["time"] not in ZONED:
        raise LedgerError(f"{path.name}: column time has times without a zone; write them with one (UTC)")
    place = [f"{quoted(path.name)} AS file", f"file_row_number + 1 + {number << 40} AS id"]
    return f"SELECT {', '.join([*place, *cells(types, settings.currency)])} FROM {item}"


def _bad_rows(conn: DuckDBPyConnection, files: Sequence[Path], faults: Sequence[Fault]) -> pd.DataFrame:
    """The rows with faults as they stand in the files."""
    import pandas as pd

    found = []
    for path in files:
        item, values = scan(path)
        rows = [f.row - 1 for f in faults if f.file == path.name and f.row]
        query = f"SELECT *, file_row_number + 1 AS row FROM {item} WHERE list_contains(?, file_row_number)"
        found.append(conn.execute(query, [*values, rows]).df().drop(columns="file_row_number").assign(file=path.name))
    return pd.concat(found)
