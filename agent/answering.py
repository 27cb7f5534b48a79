"""Answers of the `explain` command: of an incident as it was told, or of any two periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from agent.book import read_incident
from agent.build import explain_context
from agent.channels import look
from agent.config import Site
from agent.incidents_shown import incident_json, judgement_json
from detector import Incident
from explainer import Look, explain_change, narrate
from explainer.releases import Spans, release_spans, scope_of_release, span_words
from explainer.types import Explanation
from ledger.store import Store
from ledger.table import CostTable
from ledger.types import LedgerError, Scope, scope_json
from notifiers.compose import answer_message, band
from notifiers.types import Message, Table

BEFORE = timedelta(days=35)
"""What is read beside the periods, for the month so far."""


@dataclass(frozen=True, slots=True)
class Answer:
    """For people and for programs."""

    message: Message
    document: dict[str, Any]


def of_incident(site: Site, store: Store, incident_id: str, *, why_flagged: bool, now: datetime) -> Answer:
    """The newest explanation of an incident; with `why_flagged`, what it was judged by as well. Raises LedgerError."""
    known = read_incident(store.engine, incident_id)
    if known is None:
        raise LedgerError(f"there is no incident {incident_id}; `why-spike incidents` lists them")
    incident, why, changes = known
    if why is None:
        raise LedgerError(f"incident {incident_id} has no explanation yet; the next tick gives it")
    shown = look(site, now)
    message = answer_message(why, narrate(why, "team", shown), shown, key=incident_id)
    message = replace(message, charts=(band(incident, shown), *message.charts))
    document = explanation_document(why, shown) | {
        "incident": incident_json(incident),
        "changes": [{"what": c.what, "at": c.at, "impact_usd": c.incident.impact_nano / 1e9} for c in changes],
    }
    if why_flagged:
        message = replace(message, charts=message.charts[:1], tables=(_judged(incident),), numbers=())
        document["judgement"] = judgement_json(incident.judgement)
    return Answer(message, document)


def of_periods(site: Site, store: Store, given: Sequence[datetime | None], scope: Scope) -> Answer:
    """Why spend changed: (from, to, against from, against to); without the last two, the same span right before."""
    start, end, against_start, against_end = given
    assert start is not None
    assert end is not None
    if start >= end:
        raise LedgerError(f"the period ends ({end.isoformat()}) before it begins ({start.isoformat()})")
    against_end = against_end or start
    against_start = against_start or against_end - (end - start)
    table = store.costs(since=min(start, against_start) - BEFORE)
    return _of_spans(site, store, table, ((start, end), (against_start, against_end)), scope)


def of_releases(site: Site, store: Store, release: str, against: str | None, scope: Scope) -> Answer:
    """Why spend changed from one release to another, by default from the one before. Raises LedgerError."""
    table = store.costs()
    scope = scope_of_release(table, scope, release)
    spans, other = release_spans(table, scope, release, against)
    return _of_spans(site, store, table, spans, scope, named=span_words(spans[1], other))


def _of_spans(
    site: Site, store: Store, table: CostTable, spans: Spans, scope: Scope, *, named: str | None = None
) -> Answer:
    known = store.freshness()
    now = max([f.known for f in known], default=spans[0][1])
    why = explain_change(
        table, scope=scope, period=spans[0], against=spans[1], events=store.events(), now=now,
        context=explain_context(site, store, now), named=named,
    )  # fmt: skip
    shown = look(site, now)
    message = answer_message(why, narrate(why, "team", shown), shown, key="explain")
    return Answer(message, explanation_document(why, shown))


def explanation_document(why: Explanation, shown: Look) -> dict[str, Any]:
    """An explanation as a JSON object; amounts in integer nano-dollars, so that they add up exactly."""
    return {
        "question": why.question, "scope": scope_json(why.scope), "from": why.start, "to": why.end, "against": why.against,
        "base_nano": why.base, "current_nano": why.current, "delta_nano": why.delta, "drivers": dict(why.drivers),
        "parts": {
            name: [{"value": p.value, "rest": p.rest, "base_nano": p.base, "current_nano": p.current, "delta_nano": p.delta} for p in parts]
            for name, parts in why.parts
        },
        "places": [{"scope": scope_json(p.scope), "delta_nano": p.delta, "driver": p.driver, "drivers": dict(p.drivers)} for p in why.places],
        "rest_nano": why.rest, "cause": why.cause, "confidence": why.confidence, "driver": why.driver,
        "evidence": [{"text": e.text, "supports": e.supports} for e in why.evidence],
        "facts": [{"id": f.id, "name": f.name, "value": f.value, "unit": f.unit, "text": f.text} for f in why.facts],
        "narrative": {reader: _words(why, reader, shown) for reader in ("team", "finance")},
    }  # fmt: skip


def _words(why: Explanation, reader: Any, shown: Look) -> dict[str, Any]:
    words = narrate(why, reader, shown)
    return {"headline": words.headline, "sentences": words.sentences, "next_steps": words.next_steps, "narrator": words.narrator}  # fmt: skip


def _judged(incident: Incident) -> Table:
    judged = incident.judgement
    rows = [
        ("signal", judged.signal), ("score", f"{judged.score:.3g}"), ("threshold", f"{judged.threshold:.3g}"),
        *((name.replace("_", " "), f"{value:.4g}") for name, value in judged.evidence), ("settings", judged.settings),
        ("version", judged.version), ("first told", f"{incident.detected_at:%Y-%m-%d %H:%MZ}"),
    ]  # fmt: skip
    return Table("Judged by", ("what", "value"), tuple(rows), (False, True))
