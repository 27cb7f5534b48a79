"""What every test shares: no network but loopback, no keys from the environment."""

from __future__ import annotations

import os
import socket

import pytest

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
