"""What every test shares: no network but loopback, no keys from the environment."""

from __future__ import annotations

import os
import socket
import uuid
from contextlib import ExitStack

import pytest

from ledger.store import Store
from tests.stores import NoServer, empty_database, postgres_server

_SECRETS = ("ANTHROPIC_", "SLACK_", "WHY_SPIKE_")
_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test tried to reach {address}; only loopback is allowed")
    return _connect(self, address)


@pytest.fixture(autouse=True)
def _shut_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)
    for name in os.environ:
        if name.startswith(_SECRETS):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def pg_server():
    """One PostgreSQL server for all tests of a worker."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres_server())
        except NoServer as reason:
            if os.environ.get("CI") == "true":
                pytest.fail(str(reason))
            pytest.skip(str(reason))
        yield server


@pytest.fixture
def pg_url(pg_server):
    """An empty database on it."""
    with empty_database(pg_server, f"test_{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """Each store in turn: a SQLite file, a PostgreSQL database; both empty."""
    return f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("pg_url")


@pytest.fixture
def store(store_url):
    """An empty store on each engine in turn."""
    opened = Store.open(store_url)
    yield opened
    opened.engine.dispose()
