"""Cost rows to and from the database, a column at a time where the driver can."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from ledger.table import Ints
from ledger.types import DRIVERS

_COUNTS = ", ".join(f"coalesce(c.{d}, -1)" for d in DRIVERS)
_READ = f"SELECT c.series_id, c.load_id, c.hour, c.available, {_COUNTS}, c.cost_nano FROM cost c"
_WIDTH = 5 + len(DRIVERS)
_COLUMNS = ("load_id", "series_id", "hour", "available", *DRIVERS, "cost_nano", "original_currency", "original_cost")
Raw = tuple[Ints, Ints, Ints, Ints, Ints, Ints]


def read_rows(conn: Connection, until: int, source: str | None, hours: tuple[int, int] | None) -> Raw:
    """(series_id, load_id, hour, available, drivers (n, 7), cost) of the rows available by `until` (epoch seconds)."""
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    query, values = f"{_READ} WHERE c.available <= {mark}", [until]
    if hours:
        query += f" AND c.hour >= {mark} AND c.hour < {mark}"
        values += hours
    if source is not None:
        query += f" AND c.series_id IN (SELECT id FROM series WHERE source = {mark})"
        values.append(source)  # type: ignore[arg-type]
    rows: Any = conn.exec_driver_sql(query, tuple(values)).cursor
    flat = np.fromiter(chain.from_iterable(rows), np.int64)
    grid = flat.reshape(-1, _WIDTH)
    return grid[:, 0], grid[:, 1], grid[:, 2], grid[:, 3], grid[:, 4:-1], grid[:, -1]


def write_rows(
    conn: Connection, load_id: int, series_id: Ints, hour: Ints, available: Ints, frame: pd.DataFrame
) -> None:
    """Appends rows; `frame` gives drivers, cost_nano and the original amounts."""
    counts = [frame[d].astype(object).where(frame[d].notna(), None).tolist() for d in DRIVERS]
    words = [frame[c].astype(object).where(frame[c].notna(), None).tolist() for c in _COLUMNS[-2:]]
    columns = [
        [load_id] * len(frame), series_id.tolist(), hour.tolist(), available.tolist(), *counts,
        frame["cost_nano"].tolist(), *words,
    ]  # fmt: skip
    rows = list(zip(*columns, strict=True))
    if not rows:
        return
    names = ", ".join(_COLUMNS)
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"INSERT INTO cost ({names}) VALUES ({', '.join('?' * len(_COLUMNS))})", rows)
        return
    driver = conn.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY cost ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
