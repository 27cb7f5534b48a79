"""Events and outcomes in the store: as they were known at any time, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger import Event, LedgerError, Outcome
from tests.stores import START

DAY = timedelta(days=1)
LAUNCH = Event("launch", START + DAY, None, "launch", (("team", "a"), ("region", None)), "New search", True, 9.5, 1.25)
BATCH = Event("batch", START, START + DAY, "batch", (), "Backfill", False)


def test_events_come_back_as_they_were_announced(store):
    """By time; said twice they are one."""
    assert store.add_events([LAUNCH, BATCH], at=START) == 2
    assert store.add_events([LAUNCH, BATCH], at=START + DAY) == 0
    assert store.events() == [BATCH, LAUNCH]


def test_what_was_announced_can_be_asked_for_at_any_time(store):
    """A change is known from when it was made."""
    store.add_events([LAUNCH], at=START)
    later = replace(LAUNCH, time=START + 2 * DAY)
    assert store.add_events([later], at=START + DAY) == 1
    assert store.events(START - DAY) == []
    assert store.events(START) == [LAUNCH]
    assert store.events(START + DAY) == [later]


def test_an_event_that_was_ended_stays_ended(store):
    """However often the file that announced it is read again; until it says something else."""
    store.add_events([LAUNCH], at=START)
    ended = store.end_event("launch", at=START + DAY, until=START + 2 * DAY)
    assert store.add_events([LAUNCH], at=START + 2 * DAY) == 0
    assert store.events() == [ended] == [replace(LAUNCH, until=START + 2 * DAY)]
    assert store.events(START) == [LAUNCH]
    moved = replace(LAUNCH, title="New search, again")
    assert store.add_events([moved], at=START + 2 * DAY) == 1
    assert store.events() == [moved]


def test_an_end_that_cannot_be_is_refused(store):
    """Of an event that there is not, or before it began."""
    store.add_events([LAUNCH], at=START)
    with pytest.raises(LedgerError, match="no event lunch"):
        store.end_event("lunch", at=START, until=START + 2 * DAY)
    with pytest.raises(LedgerError, match="began at 2026-11-03T00:00Z, so it cannot end at 2026-11-02T00:00Z"):
        store.end_event("launch", at=START, until=START)
    assert store.events() == [LAUNCH]


def test_a_later_count_replaces_an_earlier_one(store):
    """By hour, scope and name; the last counts where a table says two things at once."""
    solved = Outcome(START, (("team", "a"),), "tickets_solved", 4)
    other = replace(solved, scope=(("team", None),), count=1)
    late = replace(solved, hour=START + DAY, count=2)
    assert store.add_outcomes([solved, other, late], at=START) == 3
    assert store.add_outcomes([solved, replace(solved, count=5), late], at=START) == 1
    assert store.outcomes() == [replace(solved, count=5), other, late]
    assert store.outcomes(START + DAY) == [late]
    assert store.outcomes(until=START + DAY) == [replace(solved, count=5), other]
