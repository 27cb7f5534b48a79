"""Turns what changed into messages on their routes, puts them into the outbox, and sends what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from agent.book import read_incident
from agent.channels import fallback_rule, look, quiet, routes_of, rules, senders
from agent.config import Site
from agent.explaining import Heard
from agent.narrating import Words, template, words_of
from agent.ownership import owner_of
from detector import Change
from explainer.types import Explanation
from ledger.engine import reading
from ledger.store import Store
from ledger.types import NANO
from notifiers import compose, routing
from notifiers.outbox import queue, send_due, threads_told, waits
from notifiers.types import Message, Route

GOES_ON = ("grew", "moved", "reopened")
"""What is told as a new incident where nobody was told of its beginning."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One message and where it goes; `edit` brings the head of its thread up to date."""

    message: Message
    routes: tuple[Route, ...]
    edit: Message | None = None

    def line(self) -> str:
        """On a line."""
        where = ", ".join(f"{r.channel} {r.address}" for r in self.routes) or "no channel"
        return f"{self.message.headline} → {where}"

    def as_json(self) -> dict[str, Any]:
        """As a JSON object."""
        places = [{"channel": r.channel, "address": r.address, "rule": r.rule} for r in self.routes]
        return {
            "key": self.message.key,
            "thread": self.message.thread,
            "headline": self.message.headline,
            "routes": places,
        }


class Tellings:
    """The messages of one tick over one site and store, at one time."""

    def __init__(self, site: Site, store: Store, *, now: datetime, words: Words | None = None) -> None:
        self._site, self._store, self._now = site, store, now
        self._words = words or template(site, now)
        self._look = look(site, now)

    def of(self, heard: Sequence[Heard]) -> list[Telling]:
        """What is told of these changes, in order. A reply goes where its head went; where there is no head, what goes
        on is told as new, and what is over is not told at all."""
        threads = sorted({h.change.incident.id for h in heard})
        with reading(self._store.engine) as conn:
            heads = threads_told(conn, threads)
        found = []
        for one in heard:
            telling = self._one(one.change, one.explanation, heads)
            if telling is not None:
                found.append(telling)
                heads.setdefault(one.change.incident.id, list(telling.routes))
        return found

    def _one(self, change: Change, why: Explanation, heads: Mapping[str, list[Route]]) -> Telling | None:
        incident = change.incident
        known = incident.id in heads
        if not known and change.what in GOES_ON and incident.state == "open":
            change = Change(incident, "opened", change.at, change.tell)
        if not known and change.what != "opened":
            return None
        rule = self._rule(change)
        what = self._told(change, why)
        message = compose.incident_message(what, self._look)
        if not known:
            return Telling(message, rule.routes)
        return Telling(message, tuple(heads[incident.id]), compose.head_now(what, self._look))

    def head(self, change: Change, why: Explanation) -> Message:
        """The head of an incident's thread as it is to stand from now on."""
        return compose.head_now(self._told(change, why), self._look)

    def _told(self, change: Change, why: Explanation) -> compose.Told:
        owner = owner_of(self._site.config, change.incident.scopes[0])
        return compose.Told(change, why, self._words(why, "team"), owner.owner if owner else "")

    def _rule(self, change: Change) -> routing.Rule:
        incident = change.incident
        if incident.kind == "operator":
            return routing.Rule("operator", (), routes_of(self._site.config.operator, "operator"))
        return routing.route(
            incident.scopes, usd=abs(incident.impact_nano) / NANO, severity=compose.severity_of(incident),
            rules=rules(self._site), fallback=fallback_rule(self._site),
        )  # fmt: skip

    def queue(self, conn: Connection, tellings: Iterable[Telling]) -> None:
        """Into the outbox, within a transaction of the caller's."""
        for telling in tellings:
            wait = routing.not_before(telling.message, quiet(self._site), self._now)
            for message in (telling.message, telling.edit):
                if message is not None and telling.routes:
                    queue(conn, message, telling.routes, now=self._now, not_before=wait)

    def send(self, key: str = "") -> tuple[int, list[str]]:
        """Sends what is due (or of it only the message of a key); how many went out, and what did not work."""
        config = self._site.config
        done = send_due(
            self._store.engine, senders(self._site), now=self._now, fallback=routes_of(config.fallback, "fallback"),
            operator=routes_of(config.operator, "operator") or routes_of(config.fallback, "fallback"), key=key,
        )  # fmt: skip
        return done.sent, done.troubles


def queue_head(site: Site, store: Store, incident_id: str, *, now: datetime) -> str | None:
    """Brings the head of an incident's thread up to date with what people said: with the figures that were last told.
    The key of the message that does it; None where nothing was told yet."""
    known = read_incident(store.engine, incident_id)
    if known is None or known[1] is None or not known[2]:
        return None
    incident, why, changes = known
    assert why is not None
    tellings = Tellings(site, store, now=now, words=words_of(site, store, now=now))
    last = replace(changes[-1].incident, acknowledged_by=incident.acknowledged_by)
    edit = tellings.head(Change(last, changes[-1].what, now, changes[-1].tell), why)
    with store.engine.begin() as conn:
        queue(conn, edit, threads_told(conn, [incident_id]).get(incident_id, ()), now=now)
    return edit.key


def send_caused(site: Site, store: Store, key: str, *, now: datetime) -> bool:
    """Sends one message that waits in the outbox and no other. False where it has to be tried again."""
    Tellings(site, store, now=now).send(key)
    return not waits(store.engine, key)


def send_waiting(site: Site, store: Store, *, now: datetime) -> tuple[int, list[str]]:
    """Sends what waits in the outbox."""
    return Tellings(site, store, now=now).send()


def send_test(site: Site, store: Store, *, now: datetime) -> tuple[int, list[str]]:
    """Sends a marked test message to every configured place."""
    config = site.config
    places = {
        (r.channel, r.workspace, r.address): r
        for address in (config.fallback, config.operator, config.finance, *config.owners)
        for r in routes_of(address, "test")
    }
    with store.engine.begin() as conn:
        queue(conn, compose.test_message(now, look(site, now)), list(places.values()), now=now)
    return send_waiting(site, store, now=now)
