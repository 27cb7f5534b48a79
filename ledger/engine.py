"""Opens a store: SQLite (WAL) or PostgreSQL, brought to the newest schema, with the same meaning on both."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from ledger.types import LedgerError

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0001"
"""The newest revision; a test holds it to what stands in `migrations/versions`."""
BUSY_SECONDS = 20
_LOG = logging.getLogger(__name__)
_MIGRATING, _WRITING = 0x77687973, 0x77687974
"""PostgreSQL's advisory locks around migrations and around what is appended."""


def open_engine(url: str) -> Engine:
    """An engine over a store at the newest revision.

    Raises LedgerError where the URL is wrong, the server cannot be reached, or the store is newer than this program."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).expanduser().absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    try:
        _migrate(engine)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, DBAPIError):
            raise LedgerError(
                f"the store {_shown(engine)} cannot be opened ({error.orig}); see `why-spike doctor`"
            ) from error
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, all of it from one moment; on SQLite it waits for nobody."""
    options: dict[str, Any] = {"only_reads": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with _in_words(engine), engine.connect().execution_options(**options) as conn:
        yield conn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that appends facts, one at a time on either store: what it looked up still holds when it writes."""
    with _in_words(engine), engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITING})
        yield conn


@contextmanager
def _in_words(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise LedgerError(
            f"the store {_shown(engine)} failed ({error.orig}); nothing of this was kept, so it can be done again"
        ) from error


def insert_ignore(conn: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Inserts a row unless its key stands already. True where it was inserted."""
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    keys = list(table.primary_key.columns)
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*keys)
    return conn.execute(statement).first() is not None


def upsert(conn: Connection, table: Table, values: Mapping[str, Any], keys: Sequence[str]) -> None:
    """Inserts a row, or brings the one with these keys up to date."""
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table).values(**values)
    rest = {name: statement.excluded[name] for name in values if name not in keys}
    conn.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=rest))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise LedgerError(f"store url {url!r} is wrong; write sqlite:///why-spike.db or postgresql://...") from error
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise LedgerError(f"store url names {parsed.drivername}; use sqlite or postgresql")
    return parsed


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _tune_sqlite(engine: Engine) -> None:
    """The driver's own transactions are off, so that DDL rolls back too, and a writer takes its lock at BEGIN."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={BUSY_SECONDS}000", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _to_wal(connection)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        only_reads = conn.get_execution_options().get("only_reads", False)
        conn.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _to_wal(connection: sqlite3.Connection) -> None:
    """Switches a new store to WAL, once for all. While another process does so SQLite says "locked" at once, whatever its
    busy timeout."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _migrate(engine: Engine) -> None:
    with engine.connect().execution_options(only_reads=True) as conn:
        before = _revision(conn)
    if before == HEAD:
        return
    from alembic import command  # late: half a second that only an old store needs
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
        config.attributes["connection"] = conn
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise LedgerError(
                f"the store is at revision {_revision(conn)}, which this version of why-spike does not know ({error}); "
                "upgrade why-spike, or name another store"
            ) from error
    if before is None:
        _LOG.info("made the store %s at revision %s", _shown(engine), HEAD)
    else:
        _LOG.info("brought the store %s from revision %s to %s", _shown(engine), before, HEAD)


def _revision(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
