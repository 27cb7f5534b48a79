"""Ticks and digests come when they should: on both days on which clocks change, and once after a time of absence."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agent.config import read_config
from agent.schedule import Job, Runner, digest_trigger, last_slot, tick_trigger
from ledger.engine import open_engine
from ledger.schema import job_run

NEW_YORK = ZoneInfo("America/New_York")
CONFIG = read_config("[schedule]\ndigest_day = 'sun'\ndigest_hour = 9\n[locale]\nzone = 'America/New_York'\n")
MONDAY = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/schedule.db")
    yield engine
    engine.dispose()


def slots(trigger, start, days):
    found, at = [], start
    while (slot := trigger.get_next_fire_time(None, at)) < start + timedelta(days=days):
        found.append(slot)
        at = slot + timedelta(seconds=1)
    return found


def test_a_year_of_digests_comes_once_a_week_at_the_hour_people_read_clocks():
    """52 Sundays at nine in New York, the two on which clocks change among them."""
    found = slots(digest_trigger(CONFIG), datetime(2026, 1, 1, tzinfo=UTC), 364)
    assert len(found) == 52
    local = [s.astimezone(NEW_YORK) for s in found]
    assert {(s.strftime("%a"), s.hour, s.minute) for s in local} == {("Sun", 9, 0)}
    days = {(s.month, s.day) for s in local}
    assert {(3, 8), (11, 1)} <= days


def test_ticks_come_every_hour_through_both_changes_of_the_clock():
    """They run in UTC, so that no hour is left out or doubled."""
    for start in (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)):
        found = slots(tick_trigger(CONFIG), start, 1)
        assert len(found) == 24
        assert all(b - a == timedelta(hours=1) for a, b in pairwise(found))


def test_the_last_slot_is_the_newest_that_has_come():
    """At the very moment it has come; a moment before it has not."""
    slot = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    assert last_slot(digest_trigger(CONFIG), slot) == slot
    assert last_slot(digest_trigger(CONFIG), slot - timedelta(seconds=1)) == slot - timedelta(days=7)
    assert last_slot(tick_trigger(CONFIG), MONDAY) == MONDAY.replace(minute=10)


class Clock:
    """Says what it is told."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


def runner(engine, clock, done, *, fails=False):
    def work(slot, late):
        done.append((slot, late))
        if fails:
            raise RuntimeError("it broke")

    job = Job("digest", digest_trigger(CONFIG), work)
    return Runner(engine, [job], now=clock), job


def test_a_digest_missed_while_the_process_was_down_goes_out_once_and_late(engine):
    """Two weeks away: one digest, marked late, however often the process starts again."""
    clock, done = Clock(datetime(2026, 11, 1, 14, 0, tzinfo=UTC)), []
    first, job = runner(engine, clock, done)
    assert first.ring(job)
    clock.at = datetime(2026, 11, 17, 8, 0, tzinfo=UTC)
    again, job = runner(engine, clock, done)
    assert again.ring(job)
    assert not again.ring(job)
    assert not runner(engine, clock, done)[0].ring(job)
    assert done == [
        (datetime(2026, 11, 1, 14, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 15, 14, 0, tzinfo=UTC), True),
    ]


def test_a_new_installation_sends_no_digest_of_a_week_before_it(engine):
    """What came before the first start was not missed."""
    done = []
    made, job = runner(engine, Clock(MONDAY), done)
    assert not made.ring(job)
    assert not done


def test_two_processes_do_a_slot_once(engine):
    """Both hear the bell, one works."""
    clock, done = Clock(datetime(2026, 11, 22, 14, 0, 5, tzinfo=UTC)), []
    one, job = runner(engine, clock, done)
    two, other = runner(engine, clock, done)
    threads = [threading.Thread(target=r.ring, args=(j,)) for r, j in ((one, job), (two, other))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(done) == 1


def test_a_job_that_fails_is_written_down_and_ends_nothing(engine):
    """Its error stands in the store, the next slot comes."""
    clock, done = Clock(datetime(2026, 11, 22, 14, 0, 5, tzinfo=UTC)), []
    made, job = runner(engine, clock, done, fails=True)
    assert made.ring(job)
    with engine.connect() as conn:
        row = conn.execute(select(job_run)).one()
    assert (row.state, row.error) == ("failed", "RuntimeError: it broke")
    clock.at += timedelta(days=7)
    assert made.ring(job)


def test_the_bell_rings_at_the_start_and_a_stop_waits_for_the_work(engine):
    """start() catches up in the background; stop() returns when what is under way has ended."""
    started, ended, let_go = threading.Event(), threading.Event(), threading.Event()

    def work(_slot, _late):
        started.set()
        let_go.wait(10)
        ended.set()

    made = Runner(engine, [Job("tick", tick_trigger(CONFIG), work)], now=Clock(MONDAY.replace(minute=12)))
    made.start()
    assert started.wait(10)
    let_go.set()
    made.stop()
    assert ended.is_set()


def test_a_stop_right_after_the_start_breaks_nothing(engine):
    """At whatever line of the scheduler's thread it comes; an error in that thread would fail the test."""
    for _ in range(100):
        rung = threading.Event()

        def now(rung=rung):
            rung.set()
            return MONDAY

        made = Runner(engine, [Job("tick", tick_trigger(CONFIG), lambda _slot, _late: None)], now=now)
        made.start()
        assert rung.wait(10)
        made.stop()
