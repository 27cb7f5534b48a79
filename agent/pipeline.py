"""One tick: take in, judge, explain, write it all down with the messages in one transaction, then send.

It may be killed at any line. Loads are whole or absent; incidents, their changes, explanations and queued messages
come with the hour up to which all was judged, in one transaction; a message is sent from the queue, not from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from agent.book import Book, judged_on, read_book, write_book
from agent.build import detection_settings, explain_context
from agent.config import Site
from agent.explaining import Explainer, Heard, Told
from agent.history import History, whole_hours
from agent.intake import Intake, take_in
from agent.narrating import template, words_of
from agent.notices import notices
from agent.readiness import days_of_history, readiness
from agent.replay import Replay
from agent.telling import Telling, Tellings
from detector import Change, Detector, Incident
from explainer import Look
from ledger.rehearsal import rehearsal
from ledger.store import Store
from ledger.types import NANO

LONGEST = timedelta(days=400)
"""How far back rows are read."""
SILENT = timedelta(days=60)
"""How much of its history a first run replays."""
FRESH = timedelta(hours=72)
"""What happened longer ago is never told."""
Track = Callable[[Sequence[datetime]], Iterable[datetime]]


@dataclass(frozen=True)
class TickReport:
    """What a tick did. `silent` is a first run: `tellings` are what it would have said."""

    at: datetime
    intake: Intake
    hours: Sequence[datetime] = ()
    changes: tuple[Change, ...] = ()
    incidents: tuple[Incident, ...] = ()
    tellings: tuple[Telling, ...] = ()
    silent: bool = False
    dry_run: bool = False
    overtaken: bool = False
    ready: list[str] = field(default_factory=list)
    sent: int = 0
    unsent: tuple[str, ...] = ()

    @property
    def faults(self) -> list[str]:
        """What did not work, in words."""
        return [*self.intake.faults, *self.unsent]

    @property
    def worst_usd(self) -> float:
        """The largest amount of an open incident, in dollars; 0 without one."""
        going = [abs(i.impact_nano) for i in self.incidents if i.state == "open" and i.kind == "spend"]
        return max(going, default=0) / NANO

    def lines(self, look: Look) -> list[str]:
        """What is shown."""
        lines = [*self.intake.lines(look), *self.ready]
        if self.overtaken:
            return [*lines, "another process judged these hours meanwhile; nothing of this tick was kept"]
        if self.hours:
            lines.append(f"judged {len(self.hours)} hours, until {self.hours[-1]:%Y-%m-%d %H:%MZ}")
        would = self.silent or self.dry_run
        if self.silent and self.tellings:
            lines.append("a first run tells nobody; it would have said:")
        lines += [f"{'would tell' if would else 'told'}: {t.line()}" for t in self.tellings]
        going = [i for i in self.incidents if i.state == "open" and i.kind == "spend"]
        return [*lines, f"{len(going)} open incidents, {self.sent} messages sent"]

    def as_json(self) -> dict[str, Any]:
        """The document of --json."""
        return {
            "at": self.at,
            "loads": self.intake.loads,
            "hours": len(self.hours),
            "judged_until": self.hours[-1] if self.hours else None,
            "silent": self.silent,
            "dry_run": self.dry_run,
            "ready": self.ready,
            "changes": [{"incident": c.incident.id, "what": c.what, "at": c.at} for c in self.changes],
            "messages": [t.as_json() for t in self.tellings],
            "sent": self.sent,
            "faults": self.faults,
        }


def tick(
    site: Site, store: Store, *, now: datetime, dry_run: bool = False, track: Track = lambda hours: hours
) -> TickReport:
    """Ingest, detect, explain, notify, once. The same data give the same incidents, ids and words. A dry run does it all
    in a copy of the store, up to what would be sent."""
    if dry_run:
        with rehearsal(store) as copy:
            return _tick(site, copy, now=now, dry_run=True, track=track)
    return _tick(site, store, now=now, dry_run=False, track=track)


def _tick(site: Site, store: Store, *, now: datetime, dry_run: bool, track: Track) -> TickReport:
    taken = take_in(site, store, now=now, dry_run=dry_run)
    book = read_book(store.engine)
    table = store.costs(now, since=now - LONGEST)
    history = History(table)
    settings = detection_settings(site)
    ready = readiness(table, now, settings)
    hours = _hours(book, history, now) if days_of_history(table, now) >= settings.min_history_days else []
    replay = Replay(
        Detector(settings, book=book.incidents), history, events=store.events(), feedback=book.feedback
    )  # fmt: skip
    explainer = Explainer(replay, explain_context(site, store, now))
    heard: list[Heard] = []
    for at, step in zip(track(hours), replay.steps(hours), strict=True):
        heard += explainer.hear(step.changes, at)
    silent = book.judged_until is None
    words = template(site, now) if silent or dry_run else words_of(site, store, now=now)
    tellings = Tellings(site, store, now=now, words=words).of([h for h in heard if _wanted(h.change, silent, now)])
    if hours and not silent:
        tellings += notices(site, store, table, now)
    changes = tuple(h.change for h in heard)
    report = TickReport(
        now, taken, hours, changes, tuple(replay.detector.incidents), tuple(tellings), silent, dry_run, False, ready
    )  # fmt: skip
    return report if dry_run else _keep(site, store, book, report, explainer.told)


def _hours(book: Book, history: History, now: datetime) -> list[datetime]:
    """The whole hours since the last tick, or of the end of the history where there was none."""
    if book.judged_until is not None:
        return whole_hours(book.judged_until, now)
    first = history.hours()[0]
    return whole_hours(max(first, now - SILENT), now)


def _wanted(change: Change, silent: bool, now: datetime) -> bool:
    """True for what people should hear of; in a first run however old it is, since nothing of it is sent."""
    return change.tell and (silent or change.at > now - FRESH)


def _keep(site: Site, store: Store, book: Book, report: TickReport, told: dict[str, Told]) -> TickReport:
    """Writes it all down, or nothing where another process was first; then sends what is due."""
    tellings = Tellings(site, store, now=report.at)
    if report.hours:
        known = {i.id: i for i in book.incidents}
        moved = [i for i in report.incidents if known.get(i.id) != i]
        with store.engine.begin() as conn:
            if not judged_on(conn, book.judged_until, report.hours[-1]):
                return replace(report, overtaken=True)
            explanations = {i: t.explanation for i, t in told.items()}
            write_book(conn, incidents=moved, changes=report.changes, explanations=explanations, at=report.at)
            if not report.silent:
                tellings.queue(conn, report.tellings)
    sent, unsent = tellings.send()
    return replace(report, sent=sent, unsent=tuple(unsent))
