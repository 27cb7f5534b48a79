"""A copy of a store that goes away: what would happen is done there for real, and nothing of it is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from sqlalchemy import Engine, insert, select

from ledger.engine import open_engine, reading
from ledger.schema import metadata
from ledger.store import Store

CHUNK = 10_000


@contextmanager
def rehearsal(store: Store) -> Iterator[Store]:
    """The store as it stands at one moment, copied into a SQLite file in a temporary folder. Raises LedgerError."""
    with TemporaryDirectory(prefix="why-spike-") as folder:
        file = Path(folder) / "rehearsal.db"
        if store.engine.dialect.name == "sqlite":
            _copy_file(store.engine, file)
        copy = open_engine(f"sqlite:///{file}")
        try:
            if store.engine.dialect.name != "sqlite":
                _copy_rows(store.engine, copy)
            yield Store(copy, store.accounts)
        finally:
            copy.dispose()


def _copy_file(source: Engine, file: Path) -> None:
    with closing(sqlite3.connect(file)) as into, closing(source.raw_connection()) as conn:
        cast("sqlite3.Connection", conn.driver_connection).backup(into)


def _copy_rows(source: Engine, target: Engine) -> None:
    with reading(source) as conn, target.begin() as into:
        for table in metadata.sorted_tables:
            rows = conn.execution_options(yield_per=CHUNK).execute(select(table).order_by(*table.primary_key))
            for part in rows.mappings().partitions():
                into.execute(insert(table), [dict(row) for row in part])
