"""Explanations: of an incident against what was expected, and of any period against another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Literal

import numpy as np

from detector.types import Incident
from explainer.causes import CALM, Circumstances, cause_of, circumstances
from explainer.confidence import share_of
from explainer.context import Context
from explainer.drivers import ALL, REQUESTS, RUNS, drivers_of, leaf_drivers
from explainer.facts import facts_of
from explainer.findings import Findings, Measure
from explainer.look import Look
from explainer.lost_tags import lost_tags, with_lost
from explainer.moves import Span, incident_move, moved_drivers, moves_within
from explainer.outlook import outlook
from explainer.parts import tables
from explainer.period_cause import Asked, cause_of_change, incident_pool
from explainer.periods import INPUT, OUTPUT, REFERENCE, Comparison, against_period, against_usual, between, merged
from explainer.places import largest, places_of
from explainer.types import Driver, Evidence, Explanation, Place
from ledger.table import CostTable, Ints
from ledger.types import NANO, Event, Scope

HOUR = timedelta(hours=1)


def explain_incident(
    table: CostTable, incident: Incident, *, events: Sequence[Event], now: datetime, context: Context
) -> Explanation:
    """Why an incident's spend is not what was expected; base, current and delta are the incident's own figures."""
    scope = incident.scopes[0]
    end = incident.ended_at + HOUR if incident.ended_at else max(now, incident.started_at + HOUR)
    span = (incident.started_at, end)
    fine = against_usual(table, scope, span, incident.expected_nano)
    compared = merged(fine)
    known = events if incident.event_id is None else [e for e in events if e.id == incident.event_id]
    around = circumstances(table, scope, span, known or events)
    by_leaf = taken_over(leaf_drivers(compared), around)
    if incident.signal == "attribution":
        drivers: tuple[tuple[Driver, int], ...] = (("attribution", int(by_leaf.sum())),)
    else:
        drivers = drivers_of(by_leaf)
    seen = incident.signal if around.taken_over != "model" or incident.signal != "volume" else "model_mix"
    driver: Driver = seen if seen in ALL else largest(drivers, incident.impact_nano)
    cause, sure, evidence = cause_of(incident, driver, share_of(drivers, driver, incident.impact_nano), around)
    renamed = incident_move(table, scope, span) if cause in ("unannounced_launch", "outage_drop", "tag_move") else None
    if renamed:
        cause, sure, evidence = "tag_move", 0.85, (Evidence(renamed.words, supports=True), *evidence)
    elif cause == "pool" and incident_pool(table, scope, span):
        cause = "pool_change"
    total = int((compared.current.cost - compared.base.cost).sum())
    place = Place(scope, total, drivers, driver, incident.impact_nano)
    question = "Why is spend " + ("above" if incident.direction == "up" else "below") + " what was expected?"
    state = "ongoing" if incident.ended_at is None else "ended"
    usual = (span[0] - REFERENCE, span[0])
    made = Explanation(
        question, incident.id, scope, span[0], span[1], "what was expected", int(compared.base.cost.sum()),
        int(compared.current.cost.sum()), total, drivers, tables(fine, compared, by_leaf, scope), (place,), 0, cause, sure, driver,
        evidence, (), cause in CALM,
    )  # fmt: skip
    return _with_facts(
        made, _findings(table, compared, around, made, context, now=now, state=state, before=usual), context.look
    )


def explain_change(
    table: CostTable,
    *,
    scope: Scope,
    period: tuple[datetime, datetime],
    against: tuple[datetime, datetime],
    events: Sequence[Event],
    now: datetime,
    context: Context,
    named: str | None = None,
) -> Explanation:
    """Why spend within a scope differs between two periods [start, end). `named` says what it is compared with."""
    fine = against_period(table, scope, period, against)
    compared = merged(fine)
    moves = moves_within(table, compared, scope, (period, against))
    lost = lost_tags(table, compared, scope, (period, against)) if not moves else None
    around = circumstances(table, scope, period, events)
    by_leaf = taken_over(with_lost(moved_drivers(leaf_drivers(compared), moves), lost), around)
    drivers, delta = drivers_of(by_leaf), int((compared.current.cost - compared.base.cost).sum())
    places = places_of(compared, by_leaf, scope)
    asked = Asked(table, compared, by_leaf, (period, against), scope, places, moves, lost, around, context.look)
    driver, cause, sure, evidence = cause_of_change(asked)
    made = Explanation(
        "Why did spend change?", None, scope, period[0], period[1], named or _words(period, against, context.look), int(compared.base.cost.sum()),
        int(compared.current.cost.sum()), delta, drivers, tables(fine, compared, by_leaf, scope), places,
        delta - sum(p.delta for p in places), cause, sure, driver, evidence, (), cause in CALM,
    )  # fmt: skip
    return _with_facts(
        made, _findings(table, compared, around, made, context, now=now, state="period", before=against), context.look
    )


def taken_over(by_leaf: Ints, around: Circumstances) -> Ints:
    """The drivers, where a model was asked for by name whose requests came from others or went to them: what looks like
    volume within it is the mix of models."""
    if around.taken_over != "model":
        return by_leaf
    out = by_leaf.copy()
    volume, mix = ALL.index("volume"), ALL.index("model_mix")
    out[:, mix] += out[:, volume]
    out[:, volume] = 0
    return out


def _words(period: tuple[datetime, datetime], against: tuple[datetime, datetime], look: Look) -> str:
    """By the clock of the reader's zone: a week in which clocks change is a week, too."""
    (start, end), (start_before, end_before) = (
        [at.astimezone(look.zone).replace(tzinfo=None) for at in span] for span in (period, against)
    )
    days = (start - start_before) / timedelta(days=1)
    same = end - start == end_before - start_before
    if same and days == 7:
        return "the week before"
    if same and days == 1:
        return "the day before"
    if start_before.time() == end_before.time() == time():
        last = end_before - timedelta(days=1)
        if start_before.day == end_before.day == 1 and (start_before.year, start_before.month) == (
            last.year,
            last.month,
        ):
            return f"{start_before:%B %Y}"
        return f"{start_before:%Y-%m-%d}" + (f" to {last:%Y-%m-%d}" if last > start_before else "")
    return f"{start_before:%Y-%m-%d %H:%M} to {end_before:%Y-%m-%d %H:%M} {look.zone_name(against[1])}"


def _with_facts(explanation: Explanation, findings: Findings, look: Look) -> Explanation:
    return replace(explanation, facts=facts_of(explanation, findings, look))


def _findings(
    table: CostTable,
    c: Comparison,
    around: Circumstances,
    e: Explanation,
    context: Context,
    *,
    now: datetime,
    state: str,
    before: Span,
) -> Findings:
    ahead = outlook(table, e.scope, context, now)
    event = around.event
    overrun = None
    if e.cause == "batch_overrun" and event and event.until:
        overrun = max(int((e.end - event.until) / HOUR), 0) or None  # or it cost more than was announced
    return Findings(
        now=now, state=state, measures=(*_measures(table, c, e, before), *_outcomes(table, e, context, before)), spread=_spread(c, e), owner=context.owner_of(e.scope), event=event,  # type: ignore[arg-type]
        announced=around.announced, release=around.release, model_from=around.model_from if e.driver == "model_mix" else None,
        model_to=around.model_to if e.driver == "model_mix" else None, version_from=around.version_from,
        version_to=around.version_to, baseline_days=14 if e.incident_id else None, forecast_nano=ahead.forecast_nano,
        budget_nano=ahead.budget_nano, budget_breaks_at=ahead.breaks_at, budget_broke_at=ahead.broke_at, overrun_hours=overrun,
    )  # fmt: skip


def _outcomes(table: CostTable, e: Explanation, context: Context, before: Span) -> tuple[Measure, ...]:
    """What one outcome cost, before and now, in the narrowest scope that holds the explanation's and has outcomes."""
    held = [o for o in context.outcomes if set(o.scope) <= set(e.scope)]
    if not held:
        return ()
    scope, name = max(((o.scope, o.name) for o in held), key=lambda o: (len(o[0]), o[1]))
    costs = []
    for start, end in (before, (e.start, e.end)):
        achieved = sum(o.count for o in held if (o.scope, o.name) == (scope, name) and start <= o.hour < end)
        spent = int(between(table, scope, (start, end)).cost.sum())
        if achieved <= 0 or spent <= 0:
            return ()
        costs.append(spent / NANO / achieved)
    return (Measure("cost_per_outcome", "usd", costs[0], costs[1]),)


def _spread(c: Comparison, e: Explanation) -> Literal["everywhere", "nowhere"] | None:
    """Where no place stands out: everywhere, if most of the spend by feature moved the way and about as far as all."""
    if e.incident_id is not None:
        return "everywhere" if not e.scope else None
    if e.places or not e.delta or e.base <= 0:
        return None
    number = c.leaves.groupby(["team", "feature"], dropna=False, sort=False).ngroup().to_numpy()
    base, now = (np.bincount(number, weights=s.cost) for s in (c.base, c.current))
    moved, whole = (now - base) / np.maximum(base, 1), e.delta / e.base
    alike = base[(moved / whole > 0.5) & (moved / whole < 2)].sum()
    return "everywhere" if alike > 0.7 * base.sum() else "nowhere"


def _untagged(table: CostTable, e: Explanation, before: Span) -> list[Measure]:
    """How much of all spend had no team before, and has none now, in percent."""
    shares = []
    for span in (before, (e.start, e.end)):
        whole, nobody = (int(between(table, scope, span).cost.sum()) for scope in ((), (("team", None),)))
        if whole <= 0 or nobody < 0:
            return []
        shares.append(100 * nobody / whole)
    return [Measure("untagged_share", "percent", *shares)]


def _measures(table: CostTable, c: Comparison, e: Explanation, before: Span) -> tuple[Measure, ...]:
    """The units of the driver before and now, and what a request cost."""
    was, after = c.base.counts.sum(axis=0), c.current.counts.sum(axis=0)
    wanted: dict[str, tuple[str, int, int]] = {
        "requests_per_run": ("requests_per_run", REQUESTS, RUNS),
        "input_tokens_per_request": ("tokens_per_request", INPUT, REQUESTS),
        "output_tokens_per_request": ("tokens_per_request", OUTPUT, REQUESTS),
    }
    found = []
    if e.driver in wanted and was[wanted[e.driver][2]] > 0 and after[wanted[e.driver][2]] > 0:
        unit, a, b = wanted[e.driver]
        found.append(Measure(e.driver, unit, float(was[a] / was[b]), float(after[a] / after[b])))
    if e.driver == "attribution":
        found.extend(_untagged(table, e, before))
    for name, of in (("cost_per_run", RUNS), ("cost_per_request", REQUESTS)):
        if was[of] > 0 and after[of] > 0 and e.base > 0 and e.current > 0:
            found.append(Measure(name, "usd", e.base / NANO / float(was[of]), e.current / NANO / float(after[of])))
    if was[REQUESTS] > 0 and after[REQUESTS] > 0 and e.incident_id is None:
        found.append(Measure("requests", "requests", float(was[REQUESTS]), float(after[REQUESTS])))
    return tuple(found)
