"""A real PostgreSQL server for the tests, and an empty database for each of them.

The server is WHYSPIKE_TEST_PG_URL where that is set, else the machine's own binaries run on loopback in a folder that
goes away. Without either the tests that need one skip; with CI=true they fail.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from sqlalchemy import URL, make_url

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
    programs = sorted(BINARIES.glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3]))
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
    as_server: list[str] = []
    if os.geteuid() == 0:  # initdb and postgres refuse to run as root
        as_server = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        shutil.chown(folder, "postgres", "postgres")
    data, port = folder / "data", _free_port()

    def run(program: str, *words: str) -> None:
        subprocess.run([*as_server, programs / program, *words], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *DURABILITY]
    with (data / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in (s.split("=", 1) for s in settings))
    run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "start")
    try:
        yield URL.create("postgresql", "postgres", host="127.0.0.1", port=port, database="postgres")
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


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
