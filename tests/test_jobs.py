"""Each slot of each job is done once, whoever comes, and none is lost with its holder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from agent.jobs import ATTEMPTS, LEASE, claim, finish, first_slot
from ledger.engine import open_engine

SLOT = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/jobs.db")
    yield engine
    engine.dispose()


def test_a_slot_is_claimed_once(engine):
    """Of eight that come at the same time one gets it."""
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda i: claim(engine, "tick", SLOT, holder=f"p{i}", now=SLOT), range(8)))
    assert sum(won) == 1


def test_a_slot_that_is_done_is_not_done_again(engine):
    """Neither at once nor when the lease is over."""
    assert claim(engine, "tick", SLOT, holder="a", now=SLOT)
    finish(engine, "tick", SLOT, holder="a")
    assert not claim(engine, "tick", SLOT, holder="b", now=SLOT + 2 * LEASE)


def test_a_slot_whose_holder_is_gone_is_taken_over(engine):
    """When its lease is over, not before; and the old holder's word counts no more."""
    assert claim(engine, "tick", SLOT, holder="a", now=SLOT)
    assert not claim(engine, "tick", SLOT, holder="b", now=SLOT + LEASE / 2)
    assert claim(engine, "tick", SLOT, holder="b", now=SLOT + LEASE + timedelta(seconds=1))
    finish(engine, "tick", SLOT, holder="a")
    assert claim(engine, "tick", SLOT, holder="c", now=SLOT + 3 * LEASE)


def test_a_slot_that_failed_is_tried_again_a_few_times(engine):
    """Then it is left."""
    tries = 0
    while claim(engine, "tick", SLOT, holder="a", now=SLOT):
        tries += 1
        finish(engine, "tick", SLOT, holder="a", error="no")
    assert tries == ATTEMPTS


def test_jobs_and_slots_do_not_stand_in_each_others_way(engine):
    """A digest and a tick, or two hours, are claimed apart; the first slot is remembered."""
    assert first_slot(engine) is None
    assert claim(engine, "tick", SLOT, holder="a", now=SLOT)
    assert claim(engine, "digest", SLOT, holder="a", now=SLOT)
    assert claim(engine, "tick", SLOT + timedelta(hours=1), holder="a", now=SLOT)
    assert first_slot(engine) == SLOT
