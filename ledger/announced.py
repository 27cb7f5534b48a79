"""Events and outcomes in the store: appended, the latest word on each counting."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from ledger.schema import event, outcome
from ledger.types import Event, LedgerError, Outcome, from_hour, scope_json, scope_of, to_hour


def read_events(conn: Connection, at: datetime | None) -> list[Event]:
    """The events as they were known at `at` (None: now), by time."""
    query = select(event).order_by(event.c.seq)
    rows = conn.execute(query.where(event.c.known_at <= at) if at else query)
    return sorted({r.id: _event_of(r) for r in rows}.values(), key=lambda e: (e.time, e.id))


def append_events(conn: Connection, events: Iterable[Event], *, at: datetime) -> int:
    """Appends those that say something else than what was last announced under their id; returns how many did.

    An end set by `append_end` stands until the announcement itself changes, however often a file repeats it."""
    rows = conn.execute(select(event).order_by(event.c.seq))
    announced = {r.id: _event_of(r) for r in rows if not json.loads(r.body).get("ended")}
    count = 0
    for e in events:
        if announced.get(e.id) != e:
            _append(conn, e, at, ended=False)
            announced[e.id] = e
            count += 1
    return count


def append_end(conn: Connection, event_id: str, *, at: datetime, until: datetime) -> Event:
    """Ends an event at `until`. Raises LedgerError where there is none, or where it would end before it began."""
    known = {e.id: e for e in read_events(conn, None)}
    if event_id not in known:
        raise LedgerError(f"there is no event {event_id}; `why-spike events list` shows them")
    found = known[event_id]
    if until < found.time:
        raise LedgerError(
            f"event {event_id} began at {found.time:%Y-%m-%dT%H:%MZ}, so it cannot end at {until:%Y-%m-%dT%H:%MZ}; "
            "name a later time"
        )
    ended = replace(found, until=until)
    if ended != found:
        _append(conn, ended, at, ended=True)
    return ended


def read_outcomes(conn: Connection, since: datetime | None, until: datetime | None) -> list[Outcome]:
    """The counts of the hours in [since, until), by hour."""
    query = select(outcome).order_by(outcome.c.seq)
    if since:
        query = query.where(outcome.c.hour >= to_hour(since))
    if until:
        query = query.where(outcome.c.hour < to_hour(until))
    latest = {(r.hour, r.scope, r.name): int(r._mapping["count"]) for r in conn.execute(query)}
    found = [Outcome(from_hour(h), scope_of(json.loads(s)), n, c) for (h, s, n), c in latest.items()]
    return sorted(found, key=lambda o: (o.hour, o.name, str(o.scope)))


def append_outcomes(conn: Connection, outcomes: Iterable[Outcome], *, at: datetime) -> int:
    """Appends the counts that are new or changed; returns how many."""
    known = {(o.hour, o.scope, o.name): o.count for o in read_outcomes(conn, None, None)}
    new = {(o.hour, o.scope, o.name): o for o in outcomes}
    changed = [o for key, o in new.items() if known.get(key) != o.count]
    rows = [
        {"hour": to_hour(o.hour), "scope": json.dumps(scope_json(o.scope)), "name": o.name, "count": o.count, "loaded_at": at}
        for o in changed
    ]  # fmt: skip
    if rows:
        conn.execute(insert(outcome), rows)
    return len(rows)


def _append(conn: Connection, e: Event, at: datetime, *, ended: bool) -> None:
    body = {
        "kind": e.kind, "scope": scope_json(e.scope), "title": e.title, "expected": e.expected,
        "expected_usd": e.expected_usd, "expected_usd_a_day": e.expected_usd_a_day, "ended": ended,
    }  # fmt: skip
    conn.execute(insert(event).values(id=e.id, known_at=at, time=e.time, until=e.until, body=json.dumps(body)))


def _event_of(row: Row[Any]) -> Event:
    body = json.loads(row.body)
    return Event(
        row.id, row.time, row.until, body["kind"], scope_of(body["scope"]), body["title"], body["expected"],
        body["expected_usd"], body["expected_usd_a_day"],
    )  # fmt: skip
