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
        [PROGRAM, "run", "--config", folder / "config.toml"],
        env=environment | {"WHY_SPIKE_STORE_URL": url}, stderr=subprocess.PIPE, text=True,
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
    """What is left of its log, and its code, after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=60)
    return process.returncode, rest


def test_two_processes_on_one_postgresql_do_each_tick_once(pg_url, tmp_path):
    """Both start at the same time, one ticks, both stop cleanly."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    both = [started(tmp_path / name, pg_url) for name in ("one", "two")]
    for process in both:
        lines_until(process, "why-spike runs")
    ended = [stopped(process) for process in both]
    assert [code for code, _ in ended] == [0, 0]
    assert all("why-spike has stopped" in rest for _, rest in ended)
    engine = create_engine(pg_url)
    with engine.connect() as conn:
        ticks = conn.execute(select(job_run).where(job_run.c.job == "tick")).all()
    engine.dispose()
    assert len({t.slot for t in ticks}) == len(ticks) >= 1
    assert {(t.state, t.attempts, t.error) for t in ticks} == {("done", 1, "")}


def test_a_stop_in_the_middle_of_the_first_tick_finishes_it(tmp_path):
    """The slot is done, not left to its lease."""
    process = started(tmp_path, f"sqlite:///{tmp_path}/run.db")
    lines_until(process, "why-spike runs")
    code, rest = stopped(process)
    assert code == 0
    assert "no cost to judge" in rest or "has stopped" in rest
    engine = create_engine(f"sqlite:///{tmp_path}/run.db")
    with engine.connect() as conn:
        assert {t.state for t in conn.execute(select(job_run))} <= {"done"}
    engine.dispose()


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
