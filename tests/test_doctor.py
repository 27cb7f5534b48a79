"""The doctor finds what is wrong and says how it is mended; the servers it asks are real ones on loopback."""

from __future__ import annotations

import json
import shutil
import socket
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from agent.build import open_store
from agent.config import load_site
from agent.doctor import NEEDED_SCOPES, examine
from agent.intake import take_in
from agent.reconciled import Reconciled, reconciled
from ledger.store import Store
from tests.receivers import serving

SAMPLE = Path(__file__).parent.parent / "fixtures" / "sample"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TWO_SOURCES = """
[store]
url = "sqlite:///two.db"
[[sources]]
name = "log"
reader = "table"
path = "log.csv"
[[sources]]
name = "bill"
reader = "table"
path = "bill.csv"
[accounts.a]
truth = "bill"
compare = ["log"]
"""
TOKEN, KEY = "xoxb-good", "sk-ant-good"


class Answers(BaseHTTPRequestHandler):
    """auth.test of Slack, as it answers, and one model of Anthropic."""

    def do_POST(self):
        good = self.path == "/api/auth.test" and self.headers["Authorization"] == f"Bearer {TOKEN}"
        body = {"ok": True, "team": "Acme", "user": "why-spike"} if good else {"ok": False, "error": "invalid_auth"}
        self._say(200, body)

    def do_GET(self):
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return self._say(401, {"type": "error"})
        known = self.path == "/v1/models/claude-haiku-5-5"
        return self._say(200 if known else 404, {"id": "claude-haiku-5-5"})

    def _say(self, status, body):
        self.send_response(status)
        self.send_header("X-OAuth-Scopes", ",".join(sorted(self.server.scopes)))
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


@contextmanager
def answering(scopes=NEEDED_SCOPES):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.scopes = scopes
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample"))


def findings(folder, extra="", environment=None, *, offline=False, now=NOW):
    """By what they are about: (mark, what was found, fix)."""
    file = folder / "config.toml"
    file.write_text((SAMPLE / "config.toml").read_text() + extra)
    site = load_site(file, environment or {})
    return {f.about: (f.mark, f.found, f.fix) for f in examine(site, now=now, offline=offline)}


def test_a_sound_site_has_no_fault(folder):
    """Nor does it have one before the first load."""
    assert "FAULT" not in {mark for mark, *_ in findings(folder).values()}
    store = Store.open(f"sqlite:///{folder}/sample.db")
    take_in(load_site(folder / "config.toml", {}), store, now=NOW)
    found = findings(folder)
    assert found["freshness of gateway"] == ("ok", "it ends 0 d 2 h ago", "")
    assert "FAULT" not in {mark for mark, *_ in found.values()}


def test_every_fault_has_a_fix(folder):
    """Whatever is wrong, the next step is said."""
    extra = """
[[sources]]
name = "typo"
reader = "tabel"
[[sources]]
name = "gone"
reader = "focus"
path = "nowhere/*.csv"
[[sources]]
name = "database"
reader = "litellm_postgres"
url_env = "LITELLM_URL"
[slack]
mode = "socket"
[finance]
mail = ["cfo@example.com"]
[llm]
enabled = true
"""
    found = findings(folder, extra, offline=True)
    faults = {about: fix for about, (mark, _, fix) in found.items() if mark == "FAULT"}
    assert faults.keys() == {"source typo", "source gone", "source database", "Slack", "mail", "model"}
    assert all(faults.values())


def test_two_sources_of_one_account_are_compared(folder):
    """A tenth is noted, with the day that has most of it; a nano-dollar is not."""
    (folder / "config.toml").write_text(TWO_SOURCES)
    (folder / "log.csv").write_text("hour,account,cost_usd\n2026-11-21T09:00Z,a,5.50\n2026-11-22T09:00Z,a,0.50\n")
    (folder / "bill.csv").write_text(
        "hour,grain,account,cost_usd\n2026-11-21T00:00Z,day,a,5\n2026-11-22T00:00Z,day,a,0.5\n"
    )
    site = load_site(folder / "config.toml", {})
    store = open_store(site)
    taken = take_in(site, store, now=NOW)
    assert not taken.faults
    found = {f.about: f for f in examine(site, now=NOW, offline=True)}["account a"]
    assert found.mark == "note"
    assert found.found == "bill $5.50, log $6.00 over 2 days: $0.50 apart, most on 2026-11-21 ($0.50)"
    (pair,) = reconciled(store.differences())
    assert [(d["day"], d["truth_nano"]) for d in pair.as_json()["days"]] == [
        ("2026-11-21", 5_000_000_000), ("2026-11-22", 500_000_000),
    ]  # fmt: skip
    assert not Reconciled([replace(d, other_nano=d.truth_nano + 1) for d in pair.days]).much


def test_old_data_is_a_fault(folder):
    """More than two days behind what the source's lag allows."""
    store = Store.open(f"sqlite:///{folder}/sample.db")
    take_in(load_site(folder / "config.toml", {}), store, now=NOW)
    assert findings(folder, now=NOW + timedelta(days=1))["freshness of gateway"][0] == "ok"
    mark, said, fix = findings(folder, now=NOW + timedelta(days=4))["freshness of gateway"]
    assert (mark, said) == ("FAULT", "it ends 4 d 2 h ago")
    assert fix


def test_a_store_that_cannot_be_opened_is_a_fault(folder):
    """And the doctor does not fall over it; no password is shown."""
    mark, said, fix = findings(folder, environment={"WHY_SPIKE_STORE_URL": "postgresql://u:hidden@127.0.0.1:1/x"})[
        "store"
    ]
    assert mark == "FAULT"
    assert "hidden" not in said
    assert fix


def test_slack_is_asked_for_token_and_scopes(folder):
    """A good token, a bad one, one whose app lacks a scope, and a Slack that is not there."""
    with answering() as url, answering(NEEDED_SCOPES - {"files:write"}) as poor:
        extra = lambda at: f'[fallback]\nslack = "#ai"\n[slack]\napi_url = "{at}/api/"\n'
        assert findings(folder, extra(url), {"SLACK_BOT_TOKEN": TOKEN})["Slack"][0] == "ok"
        mark, said, _ = findings(folder, extra(url), {"SLACK_BOT_TOKEN": "xoxb-bad"})["Slack"]
        assert (mark, "invalid_auth" in said) == ("FAULT", True)
        mark, said, _ = findings(folder, extra(poor), {"SLACK_BOT_TOKEN": TOKEN})["Slack"]
        assert (mark, "files:write" in said) == ("FAULT", True)
    assert findings(folder, extra("http://127.0.0.1:1"), {"SLACK_BOT_TOKEN": TOKEN})["Slack"][0] == "FAULT"


def test_the_mail_server_is_asked(folder):
    """One that answers, one that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        extra = lambda at: f'[mail]\nhost = "127.0.0.1"\nport = {at}\nsecurity = "none"\nsender = "a@example.com"\n'
        assert findings(folder, extra(port))[f"mail server 127.0.0.1:{port}"][0] == "ok"
    finally:
        server.stop()
    assert findings(folder, extra(1))["mail server 127.0.0.1:1"][0] == "FAULT"


@pytest.mark.parametrize(
    ("key", "model", "mark"),
    [(KEY, "claude-haiku-5-5", "ok"), ("sk-ant-bad", "claude-haiku-5-5", "FAULT"), (KEY, "claude-gone", "FAULT")],
)
def test_the_model_is_asked_for(folder, key, model, mark):
    """A key that is refused and a model that is gone are told apart."""
    with answering() as url:
        extra = f'[llm]\nenabled = true\nmodel = "{model}"\nbase_url = "{url}"\n'
        found = findings(folder, extra, {"ANTHROPIC_API_KEY": key})["model"]
    assert found[0] == mark
    assert "sk-ant" not in found[1]
