"""Cost rows to and from the database, past the row objects of SQLAlchemy: a million of them go by in a second or two."""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from ledger.table import CostTable, Ints
from ledger.types import DRIVERS

_COLUMNS = ("load_id", "series_id", "hour", "available", *DRIVERS, "cost_nano", "original_currency", "original_cost")
_PACKED = ("(load_id{wide} << 32) | series_id", "(available << 24) | hour")
"""Two numbers in one, as each value of each row costs time: 31 bits each, and 24 bits for an hour."""
_COUNTS = (*(f"coalesce({d}, -1)" for d in DRIVERS), "cost_nano")
_WIDTH = len(_PACKED) + len(_COUNTS)
_HEADER = len(b"PGCOPY\n\xff\r\n\0") + 8
"""Of PostgreSQL's binary COPY: the signature, flags and the length of the extension."""


class RawRows(NamedTuple):
    """(n,) each, drivers (n, 7) with -1 for unknown; in no order."""

    series: Ints
    load: Ints
    hour: Ints
    available: Ints
    drivers: Ints
    cost: Ints


def read_rows(conn: Connection, until: int, source: str | None, hours: tuple[int, int] | None) -> RawRows:
    """The stored rows available by `until` (epoch seconds), of one source or all, of the hours [from, to) or all."""
    lite = conn.dialect.name == "sqlite"
    mark = "?" if lite else "%s"
    where = [f"available <= {mark}"]
    values: list[int | str] = [until]
    if hours:
        where += [f"hour >= {mark}", f"hour < {mark}"]
        values += hours
    if source is not None:
        where.append(f"series_id IN (SELECT id FROM series WHERE source = {mark})")
        values.append(source)
    what = f"FROM cost WHERE {' AND '.join(where)}"
    grid = _sqlite(conn, what, tuple(values)) if lite else _postgres(conn, what, tuple(values))
    ids, times = grid[:, 0], grid[:, 1]
    return RawRows(ids & 0xFFFFFFFF, ids >> 32, times & 0xFFFFFF, times >> 24, grid[:, 2:-1], grid[:, -1])


def _sqlite(conn: Connection, what: str, values: tuple[int | str, ...]) -> Ints:
    columns = ", ".join([*(c.format(wide="") for c in _PACKED), *_COUNTS])
    rows: Any = conn.exec_driver_sql(f"SELECT {columns} {what}", values).cursor
    return np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, _WIDTH)


def _postgres(conn: Connection, what: str, values: tuple[int | str, ...]) -> Ints:
    """Binary COPY of integers that are never null: each row has the same width, so numpy reads the stream as it is."""
    columns = ", ".join(f"({c})::int8" for c in [*(c.format(wide="::int8") for c in _PACKED), *_COUNTS])
    driver: Any = conn.connection.driver_connection
    with driver.cursor() as cursor:
        copied = cursor.copy(f"COPY (SELECT {columns} {what}) TO STDOUT (FORMAT BINARY)", values)
        with copied as stream:
            data = b"".join(bytes(block) for block in stream)
    row = np.dtype([("fields", ">i2"), ("cells", [("size", ">i4"), ("value", ">i8")], _WIDTH)])
    count = (len(data) - _HEADER) // row.itemsize
    cells = np.frombuffer(data, row, count, _HEADER)["cells"]
    grid: Ints = cells["value"].astype(np.int64)
    return grid


def write_rows(conn: Connection, load_id: int, series_id: Ints, table: CostTable, originals: pd.DataFrame) -> None:
    """Appends rows. `originals` (n,) has the amount as it was billed and its currency, None where it was dollars."""
    if not len(table):
        return
    counts = [pd.Series(column, dtype=object).where(column >= 0, None).tolist() for column in table.drivers.T]
    words = [originals[c].astype(object).where(originals[c].notna(), None).tolist() for c in _COLUMNS[-2:]]
    columns = [
        [load_id] * len(table), series_id.tolist(), table.hour.tolist(), table.available.tolist(), *counts,
        table.cost.tolist(), *words,
    ]  # fmt: skip
    rows, names = zip(*columns, strict=True), ", ".join(_COLUMNS)
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" * len(_COLUMNS))
        conn.exec_driver_sql(f"INSERT INTO cost ({names}) VALUES ({marks})", list(rows))
        return
    driver: Any = conn.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY cost ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
