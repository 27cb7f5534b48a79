"""The outbox: messages wait in the store until they are delivered, each once on each route.

A delivery is claimed, sent, and what became of it written down, one by one. A process that dies in between leaves a
claim whose lease runs out; the next one asks the receiver, where it can be asked, before it sends again."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, and_, func, or_, select, update

from ledger.engine import insert_ignore, reading
from ledger.schema import delivery, message
from notifiers.archive import message_from_json, message_to_json
from notifiers.compose import operator_message, summary_message
from notifiers.types import Message, Route

MENDED = timedelta(hours=1)
"""After so long it is seen whether somebody has put right what a channel refused."""
LEASE = timedelta(minutes=3)
OLDEST = timedelta(hours=72)
"""What could not be sent for so long is given up: it is no news any more."""
ATTEMPTS = 12
PATIENCE = 30.0
"""Seconds for which a rate limit is waited out at once."""
A_MINUTE = 5
"""So many incidents a minute to one channel; the rest becomes one summary."""
EDITABLE = ("slack",)


class SendError(Exception):
    """A message that was not taken."""


class Later(SendError):
    """Not now: a limit, a fault of the server. `seconds` is what the receiver asked for, if it did; `taken` says that
    it may have arrived, its answer lost."""

    def __init__(self, reason: str, seconds: float | None = None, *, taken: bool = False) -> None:
        super().__init__(reason)
        self.seconds, self.taken = seconds, taken


class Refused(SendError):
    """Not like this: no such channel or address, a token that was taken back. `mendable` is what somebody can put
    right while the message stays as it is: it is tried again each hour."""

    def __init__(self, reason: str, *, mendable: bool = False) -> None:
        super().__init__(reason)
        self.mendable = mendable


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery as a sender sees it. `head` is the receipt of the thread's first message, where this one follows;
    `before` the receipt of anything that reached the same address."""

    id: str
    message: Message
    route: Route
    head: str = ""
    before: str = ""


class Sender(Protocol):
    """Delivers to one kind of channel. `send` returns a receipt, or raises Later or Refused; `find` says whether an
    earlier try whose answer was lost arrived (a receipt), or that it did not or nobody can tell (None); it raises Later
    where the receiver cannot be asked just now."""

    def send(self, job: Job) -> str: ...
    def find(self, job: Job) -> str | None: ...


@dataclass(frozen=True)
class Outcome:
    """What a round of sending did; `troubles` are in words."""

    sent: int = 0
    troubles: list[str] = field(default_factory=list)


def queue(
    conn: Connection, what: Message, routes: Sequence[Route], *, now: datetime, not_before: datetime | None = None
) -> int:
    """Puts a message into the outbox; the same message on the same route once. Returns how many deliveries are new."""
    body = {"key": what.key, "thread": what.thread, "kind": what.kind, "created_at": now, "body": message_to_json(what)}
    insert_ignore(conn, message, body)
    return sum(_queue_one(conn, what, r, now=now, not_before=not_before) for r in routes)


def _queue_one(conn: Connection, what: Message, to: Route, *, now: datetime, not_before: datetime | None) -> bool:
    if what.edits_head and to.channel not in EDITABLE:
        return False
    name = f"{what.key}|{to.channel}|{to.workspace}|{to.address}"
    row = {
        "id": hashlib.sha256(name.encode()).hexdigest()[:32], "message_key": what.key, "thread": what.thread,
        "channel": to.channel, "address": to.address, "workspace": to.workspace, "rule": to.rule, "status": "queued",
        "attempts": 0, "queued_at": now, "not_before": not_before, "receipt": "", "error": "",
        "head": not (what.reply or what.edits_head),
    }  # fmt: skip
    return insert_ignore(conn, delivery, row)


def threads_told(conn: Connection, threads: Sequence[str]) -> dict[str, list[Route]]:
    """Where the head of each thread was sent to: replies go there too, whatever the rules say by now."""
    rows = conn.execute(select(delivery).where(delivery.c.thread.in_(list(threads)), delivery.c.head)).all()
    found: dict[str, list[Route]] = defaultdict(list)
    for r in rows:
        if r.status not in ("failed", "superseded"):
            found[r.thread].append(Route(r.channel, r.address, r.rule, r.workspace))
    return dict(found)


def send_due(
    engine: Engine,
    senders: Mapping[str, Sender],
    *,
    now: datetime,
    fallback: Sequence[Route] = (),
    operator: Sequence[Route] = (),
    pause: Callable[[float], None] = time.sleep,
    key: str = "",
) -> Outcome:
    """Sends what is due, in order for each channel; with `key` nothing but the message of that key. What a channel
    refuses goes to the fallback, and the operator is told once; what it cannot take now waits."""
    return _Round(engine, senders, now, tuple(fallback), tuple(operator), pause, key).run()


def waits(engine: Engine, key: str) -> bool:
    """True while a delivery of this message has neither been made nor been given up."""
    d = delivery.c
    query = select(d.id).where(d.message_key == key, d.status.in_(("queued", "retry", "unknown", "sending"))).limit(1)
    with reading(engine) as conn:
        return conn.execute(query).first() is not None


@dataclass
class _Round:
    engine: Engine
    senders: Mapping[str, Sender]
    now: datetime
    fallback: tuple[Route, ...]
    operator: tuple[Route, ...]
    pause: Callable[[float], None]
    key: str = ""
    sent: int = 0
    troubles: list[str] = field(default_factory=list)
    blocked: set[tuple[str, str, str]] = field(default_factory=set)

    def run(self) -> Outcome:
        while rows := [r for r in self._due() if (r.channel, r.workspace, r.address) not in self.blocked]:
            if self._summed_up(rows):
                continue
            for row in rows:
                place = (row.channel, row.workspace, row.address)
                if place not in self.blocked and not self._deliver(row):
                    self.blocked.add(place)
        return Outcome(self.sent, list(dict.fromkeys(self.troubles)))

    def _due(self) -> list[Row[Any]]:
        d = delivery.c
        waiting = and_(
            d.status.in_(("queued", "retry", "unknown")), or_(d.not_before.is_(None), d.not_before <= self.now)
        )
        gone = and_(d.status == "sending", d.lease_until < self.now)
        query = select(delivery, message.c.body, message.c.kind).join(message, message.c.key == d.message_key)
        if self.key:
            query = query.where(d.message_key == self.key)
        order = (d.queued_at, d.head.desc(), message.c.created_at, d.message_key, d.id)
        with reading(self.engine) as conn:
            rows = conn.execute(query.where(or_(waiting, gone)).order_by(*order)).all()
            held = conn.execute(select(d.thread, d.channel, d.workspace, d.address).where(d.head, d.status != "sent", d.status != "failed", d.status != "superseded")).all()  # fmt: skip
        unsent = {tuple(h) for h in held}
        return [r for r in rows if r.head or (r.thread, r.channel, r.workspace, r.address) not in unsent]

    def _summed_up(self, rows: Sequence[Row[Any]]) -> bool:
        """More than five incidents to one channel: those beyond become one message. True where that was done."""
        by_place: dict[tuple[str, str, str, str], list[Row[Any]]] = defaultdict(list)
        for r in rows:
            if r.head and r.kind == "incident" and r.attempts == 0:
                by_place[r.channel, r.workspace, r.address, r.rule].append(r)
        done = False
        for (channel, workspace, address, rule), many in by_place.items():
            rest = many[max(0, A_MINUTE - self._in_the_last_minute(Route(channel, address, rule, workspace))) :]
            if not rest:
                continue
            key = hashlib.sha256("|".join(r.id for r in rest).encode()).hexdigest()[:16]
            told = summary_message(key, [message_from_json(r.body) for r in rest])
            with self.engine.begin() as conn:
                ids = [r.id for r in rest]
                conn.execute(update(delivery).where(delivery.c.id.in_(ids), delivery.c.status == "queued").values(status="superseded", error=f"in {told.key}"))  # fmt: skip
                queue(conn, told, [Route(channel, address, rule, workspace)], now=self.now)
            done = True
        return done

    def _in_the_last_minute(self, to: Route) -> int:
        d = delivery.c
        told = and_(d.head, d.channel == to.channel, d.workspace == to.workspace, d.address == to.address)
        recent = and_(d.status == "sent", d.sent_at > self.now - timedelta(minutes=1), d.sent_at < self.now)
        query = select(func.count()).select_from(delivery).join(message, message.c.key == d.message_key)
        with reading(self.engine) as conn:
            return conn.execute(query.where(told, recent, message.c.kind == "incident")).scalar() or 0

    def _deliver(self, row: Row[Any]) -> bool:
        """One delivery, from claim to what became of it. False where its channel has to wait."""
        lost = row.status in ("sending", "unknown")
        if not self._claim(row):
            return True
        job = self._job(row)
        sender = self.senders.get(row.channel)
        if row.queued_at < self.now - OLDEST:
            self._write(job, status="failed", error="too old to be told")
            return True
        if sender is None:
            return self._refused(job, f"no {row.channel} is configured", mendable=True)
        try:
            receipt = (self._find(sender, job) if lost else None) or self._send(sender, job)
        except Later as error:
            return self._later(job, row.attempts + 1, error)
        except Refused as error:
            return self._refused(job, str(error), mendable=error.mendable)
        self._write(job, status="sent", sent_at=self.now, receipt=receipt, error="")
        self.sent += 1
        return True

    def _find(self, sender: Sender, job: Job) -> str | None:
        try:
            return sender.find(job)
        except Later as error:
            raise Later(str(error), error.seconds, taken=True) from error

    def _send(self, sender: Sender, job: Job) -> str:
        for _ in range(3):
            try:
                return sender.send(job)
            except Later as error:
                if error.taken or error.seconds is None or error.seconds > PATIENCE:
                    raise
                self.pause(error.seconds)
        return sender.send(job)

    def _claim(self, row: Row[Any]) -> bool:
        d = delivery.c
        same = and_(d.id == row.id, d.status == row.status, d.attempts == row.attempts)
        values = {"status": "sending", "lease_until": self.now + LEASE, "attempts": row.attempts + 1}
        with self.engine.begin() as conn:
            return conn.execute(update(delivery).where(same).values(**values)).rowcount == 1

    def _job(self, row: Row[Any]) -> Job:
        to = Route(row.channel, row.address, row.rule, row.workspace)
        d = delivery.c
        here = select(d.receipt).where(d.channel == to.channel, d.workspace == to.workspace, d.address == to.address, d.status == "sent")  # fmt: skip
        with reading(self.engine) as conn:
            head = None if row.head else conn.execute(here.where(d.thread == row.thread, d.head)).scalar()
            before = conn.execute(here.order_by(d.sent_at.desc()).limit(1)).scalar()
        return Job(row.id, message_from_json(row.body), to, head or "", before or "")

    def _later(self, job: Job, attempts: int, error: Later) -> bool:
        if attempts >= ATTEMPTS:
            return self._refused(job, f"given up after {attempts} tries: {error}")
        wait = max(error.seconds or 0.0, min(3600.0, 30.0 * 2 ** (attempts - 1)))
        status = "unknown" if error.taken else "retry"
        self._write(job, status=status, not_before=self.now + timedelta(seconds=wait), error=str(error)[:500])
        self.troubles.append(f"{job.route.channel} {job.route.address}: {error}; it will be tried again")
        return False

    def _refused(self, job: Job, reason: str, *, mendable: bool = False) -> bool:
        mendable = mendable and job.message.kind != "test"  # a test that comes a day later misleads
        if mendable:
            self._write(job, status="retry", not_before=self.now + MENDED, error=reason[:500])
        else:
            self._write(job, status="failed", error=reason[:500])
        where = f"{job.route.channel} {job.route.address}"
        self.troubles.append(f"{where}: {reason}")
        if job.message.edits_head and not mendable:
            return True  # somebody deleted the head: what is new stands in the replies
        self._tell_operator(where, reason)
        if not job.message.edits_head:
            here = (job.route.channel, job.route.workspace, job.route.address)
            others = [replace(r, rule=f"{job.route.rule} → fallback") for r in self.fallback if (r.channel, r.workspace, r.address) != here]  # fmt: skip
            with self.engine.begin() as conn:
                queue(conn, job.message, others, now=self.now)
        return True

    def _tell_operator(self, where: str, reason: str) -> None:
        """Once for each place and fault a day."""
        key = hashlib.sha256(f"{where}|{reason}|{self.now:%Y-%m-%d}".encode()).hexdigest()[:16]
        told = operator_message(key, f"Nothing can be delivered to {where}", reason, "Messages go to the fallback.")
        with self.engine.begin() as conn:
            queue(conn, told, [r for r in self.operator if f"{r.channel} {r.address}" != where], now=self.now)

    def _write(self, job: Job, **values: Any) -> None:
        with self.engine.begin() as conn:
            conn.execute(update(delivery).where(delivery.c.id == job.id).values(lease_until=None, **values))
