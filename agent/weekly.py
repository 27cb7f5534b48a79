"""Gathers the week for the digest, and sends it."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import numpy as np

from agent.book import read_book, read_incident
from agent.build import explain_context
from agent.channels import look, routes_of, senders
from agent.config import Site
from agent.narrating import Words, template, words_of
from agent.ownership import owner_of
from detector import Incident
from explainer import Context, explain_change
from explainer.outlook import outlook
from explainer.wording import CAUSE_WORDS
from ledger.store import Store
from ledger.table import CostTable
from ledger.types import Outcome, Scope, from_hour, to_hour
from notifiers.digest import DigestData, Happened, digest_message
from notifiers.outbox import Outcome as Sent
from notifiers.outbox import queue, send_due
from notifiers.types import Message

WEEK = timedelta(days=7)
CELL = ("team", "feature", "model")
SHOWN = 12
EIGHTIETH = 1.28
"""Standard deviations to either side of the middle that hold about 80 %."""


def week_of(site: Site, at: datetime) -> tuple[datetime, datetime]:
    """The last full week, Monday to Monday in the site's zone, before a moment."""
    local = at.astimezone(site.config.zone)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time(), site.config.zone)
    before = datetime.combine(monday.date() - WEEK, time(), site.config.zone)
    return before, monday


def digest(
    site: Site,
    store: Store,
    *,
    now: datetime,
    week: tuple[datetime, datetime],
    late: bool = False,
    words: Words | None = None,
) -> Message:
    """The page of a week, from what is known now."""
    return digest_message(_gathered(site, store, now, week, late, words or template(site, now)), look(site, now))


def send_digest(site: Site, store: Store, *, now: datetime, slot: datetime, late: bool = False) -> Sent:
    """Queues the page of the week before a slot for finance, once, and sends what is due."""
    message = digest(site, store, now=now, week=week_of(site, slot), late=late, words=words_of(site, store, now=now))
    config = site.config
    to = routes_of(config.finance, "finance") or routes_of(config.fallback, "fallback")
    with store.engine.begin() as conn:
        queue(conn, message, to, now=now)
    fallback = routes_of(config.fallback, "fallback")
    operator = routes_of(config.operator, "operator") or fallback
    return send_due(store.engine, senders(site), now=now, fallback=fallback, operator=operator)


def _gathered(
    site: Site, store: Store, now: datetime, week: tuple[datetime, datetime], late: bool, words: Words
) -> DigestData:
    start, end = week
    zone, before = site.config.zone, datetime.combine(week[0].date() - WEEK, time(), site.config.zone)
    table, events = store.costs(now, since=start - timedelta(days=70)), store.events()
    context = explain_context(site, store, now)
    why = explain_change(
        table, scope=(), period=(start, end), against=(before, start), events=events, now=end, context=context
    )
    month = (end - timedelta(days=1)).replace(day=1)
    budget = next((round(b.usd_a_month * 1e9) for b in site.config.budgets if b.scope == ()), None)
    happened = _happened(site, store, start, end)
    untagged: Scope = (("team", None),)
    return DigestData(
        start, end, why, words(why, "finance"), month_so_far=_spent(table, month, end),
        forecast=_forecast(table, context, end), budget=budget,
        incidents=tuple(h for h in happened if h.incident.kind == "spend"),
        planned=tuple(h for h in happened if h.incident.kind == "planned"),
        untagged=(_spent(table, start, end, untagged), _spent(table, before, start, untagged)),
        unit_costs=_unit_costs(table, store.outcomes(before, end), (before, start, end)),
        incomplete=tuple(f"{f.source} reaches {f.reaches.astimezone(zone):%Y-%m-%d %H:%M %Z}" for f in store.freshness(now) if f.reaches < end),
        days=tuple((d, _spent(table, d, d + timedelta(days=1))) for d in _days(start, end)),
        cells=_cells(table, before, start, end), late=late,
    )  # fmt: skip


def _rows(table: CostTable, start: datetime, end: datetime, scope: Scope = ()) -> np.ndarray:
    return (table.hour >= to_hour(start)) & (table.hour < to_hour(end)) & table.inside(scope)[table.leaf]


def _spent(table: CostTable, start: datetime, end: datetime, scope: Scope = ()) -> int:
    return int(table.cost[_rows(table, start, end, scope)].sum())


def _days(start: datetime, end: datetime) -> list[datetime]:
    return [
        datetime.combine(start.date() + timedelta(days=i), time(), start.tzinfo)
        for i in range((end.date() - start.date()).days)
    ]


def _forecast(table: CostTable, context: Context, end: datetime) -> tuple[int, int, int] | None:
    """(low, middle, high) by the month's end: the explainer's own outlook, and about it the spread of single days around
    their weekday's mean over the last four weeks. None where the month is over or four weeks are not known."""
    past = _days(end - timedelta(weeks=4), end)
    middle = outlook(table, (), context, end).forecast_nano
    if middle is None or end.day == 1 or from_hour(int(table.hour.min())) > past[0]:
        return None
    spent = np.array([_spent(table, d, d + timedelta(days=1)) for d in past], dtype=float).reshape(4, 7)
    left = calendar.monthrange(end.year, end.month)[1] - end.day + 1
    off = round(EIGHTIETH * float((spent - spent.mean(axis=0)).std()) * left**0.5)
    return middle - off, middle, middle + off


def _happened(site: Site, store: Store, start: datetime, end: datetime) -> list[Happened]:
    """Incidents that touch the week, the dearest first."""
    found = []
    for incident in read_book(store.engine).incidents:
        over = incident.ended_at is not None and incident.ended_at < start
        if incident.started_at >= end or over or incident.kind == "operator" or incident.state == "withdrawn":
            continue
        found.append(Happened(incident, _cause(store, incident), _owner(site, incident)))
    return sorted(found, key=lambda h: (-abs(h.incident.impact_nano), h.incident.id))[:SHOWN]


def _cause(store: Store, incident: Incident) -> str:
    known = read_incident(store.engine, incident.id)
    why = known[1] if known else None
    return CAUSE_WORDS[why.cause] if why else CAUSE_WORDS["unknown"]


def _owner(site: Site, incident: Incident) -> str:
    owner = owner_of(site.config, incident.scopes[0])
    return owner.owner if owner else "nobody"


def _unit_costs(
    table: CostTable, outcomes: Sequence[Outcome], weeks: tuple[datetime, datetime, datetime]
) -> tuple[tuple[str, int, int], ...]:
    """By outcome: its name, what one cost this week and the week before, over the spend of its own scope."""
    before, start, end = weeks
    found = []
    for scope, name in sorted({(o.scope, o.name) for o in outcomes}, key=str):
        mine = [o for o in outcomes if (o.scope, o.name) == (scope, name)]
        now, then = (sum(o.count for o in mine if a <= o.hour < b) for a, b in ((start, end), (before, start)))
        if now and then:
            each = (_spent(table, start, end, scope) // now, _spent(table, before, start, scope) // then)
            found.append((name.replace("_", " "), *each))
    return tuple(found[:4])


def _cells(table: CostTable, before: datetime, start: datetime, end: datetime) -> tuple[tuple[Scope, int, int], ...]:
    """By team, feature and model: the week before and this one, the largest first; they add up to the totals."""
    if not len(table.leaves):
        return ()
    number = table.leaves.groupby(list(CELL), dropna=False, sort=False).ngroup().to_numpy()
    names = table.leaves.iloc[np.unique(number, return_index=True)[1]]
    sums = np.zeros((2, len(names)), dtype=np.int64)
    for row, (a, b) in enumerate(((before, start), (start, end))):
        mask = _rows(table, a, b)
        np.add.at(sums[row], number[table.leaf[mask]], table.cost[mask])
    cells = [(tuple((d, names.iloc[i][d]) for d in CELL), int(sums[0, i]), int(sums[1, i])) for i in range(len(names))]
    return tuple(sorted((c for c in cells if c[1] or c[2]), key=lambda c: (-c[2], str(c[0]))))
