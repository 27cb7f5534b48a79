"""The process that stays: two of them share one store, and SIGTERM ends each cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from agent.logs import blanked
from ledger.schema import job_run

PROGRAM = Path(sys.executable).parent / "why-spike"


def started(folder, url):
    """A `why-spike run` over a store without sources."""
    (folder / "config.toml").write_text("")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK", "ANTHROPIC"))}
    return subprocess.Popen(
        [PROGRAM, "run", "--json", "--config", folder / "config.toml"],
        env=environment | {"WHY_SPIKE_STORE_URL": url, "PYTHONFAULTHANDLER": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def lines_until(process, words):
    """Its log up to the first line with these words."""
    seen = []
    for line in process.stderr:
        seen.append(json.loads(line))
        if words in seen[-1]["event"]:
            return seen
    raise AssertionError(f"{words!r} was never said: {seen}")


def stopped(process):
    """Its code, what is left of its log, and its documents, after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    try:
        documents, rest = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # says where each of its threads is
        raise AssertionError(process.communicate()[1]) from None
    return process.returncode, rest, [json.loads(line) for line in documents.splitlines()]


def test_two_processes_on_one_postgresql_do_each_tick_once(pg_url, tmp_path):
    """Both start at the same time, one ticks, both stop cleanly."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    both = [started(tmp_path / name, pg_url) for name in ("one", "two")]
    for process in both:
        lines_until(process, "why-spike runs")
    ended = [stopped(process) for process in both]
    assert [code for code, *_ in ended] == [0, 0]
    assert all("why-spike has stopped" in rest for _, rest, _ in ended)
    engine = create_engine(pg_url)
    with engine.connect() as conn:
        ticks = conn.execute(select(job_run).where(job_run.c.job == "tick")).all()
    engine.dispose()
    assert len({t.slot for t in ticks}) == len(ticks) >= 1
    assert [d["job"] for *_, documents in ended for d in documents] == ["tick"] * len(ticks)
    assert {(t.state, t.attempts, t.error) for t in ticks} == {("done", 1, "")}


def test_a_stop_in_the_middle_of_the_first_tick_finishes_it(tmp_path):
    """The slot is done, not left to its lease."""
    process = started(tmp_path, f"sqlite:///{tmp_path}/run.db")
    lines_until(process, "why-spike runs")
    code, rest, documents = stopped(process)
    assert code == 0
    assert "no cost to judge" in rest or "has stopped" in rest
    assert [(d["schema"], d["job"], d["hours"]) for d in documents] in ([], [(1, "tick", 0)])
    engine = create_engine(f"sqlite:///{tmp_path}/run.db")
    with engine.connect() as conn:
        assert {t.state for t in conn.execute(select(job_run))} <= {"done"}
    engine.dispose()


def test_serve_says_that_it_listens_and_that_it_has_stopped(tmp_path):
    """A document each, for whoever started it."""
    (tmp_path / "config.toml").write_text('[slack]\nmode = "http"\nport = 0\n')
    process = subprocess.Popen(
        [PROGRAM, "serve", "--json", "--config", tmp_path / "config.toml"], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN": "xoxb-1"},
    )  # fmt: skip
    first = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [first["state"], json.loads(rest)["state"]] == ["listening", "stopped"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("token xoxb-12-ab failed", "token *** failed"),
        ("postgresql://u:pw@host/db", "postgresql://***@host/db"),
        ("Authorization: Bearer sk-ant-1", "Authorization: ***"),
        ("search cost $5 more", "search cost $5 more"),
    ],
)
def test_a_log_line_holds_no_secret(line, shown):
    """Tokens and passwords are blanked, whoever logged them."""
    assert blanked(None, "info", {"event": line})["event"] == shown
