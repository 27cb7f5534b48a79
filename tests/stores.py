"""A real PostgreSQL server for the tests, an empty database for each of them, and batches to fill stores with.

The server is WHYSPIKE_TEST_PG_URL where that is set, else the machine's own binaries run on loopback in a folder that
goes away. Without either the tests that need one skip; with CI=true they fail.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd
import psycopg
from sqlalchemy import URL, make_url

from ledger.batch import COLUMNS, Batch
from ledger.table import CostTable
from ledger.types import DIMENSIONS, DRIVERS, to_hour

START = datetime(2026, 11, 2, tzinfo=UTC)
TIMES = "datetime64[us, UTC]"

BINARIES = Path("/usr/lib/postgresql")
DURABILITY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class NoServer(Exception):
    """Why there is no PostgreSQL here."""


@contextmanager
def postgres_server() -> Iterator[URL]:
    """The URL of a server on which databases can be made. Raises NoServer."""
    given = os.environ.get("WHYSPIKE_TEST_PG_URL")
    if given:
        yield make_url(given).set(drivername="postgresql")
        return
    programs = sorted(BINARIES.glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if not programs:
        raise NoServer(
            f"no PostgreSQL: WHYSPIKE_TEST_PG_URL is not set and {BINARIES} has none (apt install postgresql)"
        )
    folder = Path(mkdtemp(prefix="why-spike-pg-"))
    try:
        with _running(programs[-1].parent, folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(programs: Path, folder: Path) -> Iterator[URL]:
    dies_with_us = ["setpriv", "--pdeathsig=INT"]
    as_server: list[str] = []
    if os.geteuid() == 0:  # initdb and postgres refuse to run as root
        as_server = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
        shutil.chown(folder, "postgres", "postgres")
    run, data, port = [*dies_with_us, *as_server], folder / "data", _free_port()
    made = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "--auth=trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    ]
    subprocess.run([*run, *made], check=True, cwd=folder, stdout=subprocess.DEVNULL)
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *DURABILITY]
    words = [word for setting in settings for word in ("-c", setting)]
    url = URL.create("postgresql", "postgres", host="127.0.0.1", port=port, database="postgres")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*run, programs / "postgres", "-D", data, *words], cwd=folder, stderr=log, stdout=log)
    try:
        _await(server, url, folder / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # its fast way to stop
        server.wait()


def _await(server: subprocess.Popen[bytes], url: URL, log: Path) -> None:
    """Returns once the server answers. Raises NoServer where it ends instead."""
    while True:
        with suppress(psycopg.OperationalError), psycopg.connect(url.render_as_string(hide_password=False)):
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.05)
            raise NoServer(f"PostgreSQL ended while it started: {log.read_text()}")


@contextmanager
def empty_database(server: URL, name: str) -> Iterator[str]:
    """The URL of a database of this name that is dropped in the end, whoever is still connected."""
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as conn:
        conn.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            conn.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def batch(rows: Sequence[Mapping[str, Any]], **said: Any) -> Batch:
    """A batch of rows; what a row does not say is unknown, `hour` and `available` may be whole hours from START."""
    hour = [_moment(r["hour"]) for r in rows]
    known = [_moment(r.get("available", r["hour"])) for r in rows]
    columns = {c: pd.Series([r.get(c) for r in rows], dtype=object) for c in (*DIMENSIONS, *COLUMNS[-4:])}
    counts = {d: pd.array([r.get(d) for r in rows], dtype="Int64") for d in DRIVERS}
    times = {"hour": pd.Series(hour, dtype=TIMES), "available_at": pd.Series(known, dtype=TIMES)}
    rest = {
        "grain": [r.get("grain", "hour") for r in rows],
        "cost_nano": pd.array([r.get("cost", 0) for r in rows], dtype="int64"),
        "row": range(1, len(rows) + 1),
    }
    frame = pd.DataFrame({**columns, **counts, **times, **rest})[list(COLUMNS)]
    content = hashlib.sha256(repr((rows, said.get("covers"))).encode()).hexdigest()
    if "covers" in said:
        said["covers"] = (_moment(said["covers"][0]), _moment(said["covers"][1]))
    return Batch(
        **{"kind": "rows", "source": "log", "name": f"{content[:8]}.csv", **said}, frame=frame, content_hash=content
    )


def _moment(when: datetime | int) -> datetime:
    return when if isinstance(when, datetime) else START + timedelta(hours=when)


def shown(table: CostTable, *dimensions: str) -> dict[tuple[Any, ...], int]:
    """Cost by (source, dimensions, hours from START); each row's key must be its own."""
    leaves = [tuple(row) for row in table.leaves[["source", *dimensions]].itertuples(index=False)]
    keys = [
        (*leaves[leaf], hour - to_hour(START))
        for leaf, hour in zip(table.leaf.tolist(), table.hour.tolist(), strict=True)
    ]
    assert len(set(keys)) == len(keys), "a key comes twice"
    return dict(zip(keys, table.cost.tolist(), strict=True))
