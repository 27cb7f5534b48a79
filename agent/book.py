"""The book of incidents in the store: what a tick starts from, and the one place that writes what it found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from detector import Change, Feedback, Incident
from detector.archive import incident_from_json, incident_to_json
from explainer.archive import explanation_from_json, explanation_to_json
from explainer.types import Explanation
from ledger.engine import insert_ignore, reading, upsert
from ledger.schema import explanation, feedback, incident, incident_change, meta
from ledger.types import scope_of

JUDGED_UNTIL = "judged_until"


@dataclass(frozen=True, slots=True)
class Book:
    """All incidents, what people said of them, and the hour up to which everything was judged (None: never)."""

    incidents: tuple[Incident, ...]
    feedback: tuple[Feedback, ...]
    judged_until: datetime | None


def read_book(engine: Engine) -> Book:
    """The book as it stands."""
    with reading(engine) as conn:
        bodies = conn.execute(select(incident.c.body).order_by(incident.c.detected_at, incident.c.id)).scalars()
        said = conn.execute(select(feedback).order_by(feedback.c.at, feedback.c.id)).all()
        until = conn.execute(select(meta.c.value).where(meta.c.key == JUDGED_UNTIL)).scalar()
        words = tuple(
            Feedback(r.at, r.word, r.by, r.incident_id, scope_of(json.loads(r.scope)) if r.scope else None, r.until)
            for r in said
        )
        seen = {w.incident_id: w.by for w in words if w.word == "acknowledge"}
        incidents = tuple(_seen_by(incident_from_json(b), seen) for b in bodies)
    return Book(incidents, words, datetime.fromisoformat(until) if until else None)


def read_incident(engine: Engine, incident_id: str) -> tuple[Incident, Explanation | None, list[Change]] | None:
    """An incident with its newest explanation and its changes, oldest first; None where there is none."""
    with reading(engine) as conn:
        body = conn.execute(select(incident.c.body).where(incident.c.id == incident_id)).scalar()
        if body is None:
            return None
        why = conn.execute(select(explanation.c.body).where(explanation.c.incident_id == incident_id)).scalar()
        query = select(incident_change).where(incident_change.c.incident_id == incident_id)
        rows = conn.execute(query.order_by(incident_change.c.id)).all()
        said = select(feedback.c.incident_id, feedback.c.by).where(feedback.c.word == "acknowledge")
        seen = dict(map(tuple, conn.execute(said.order_by(feedback.c.at)).all()))
    changes = [Change(incident_from_json(r.body), r.what, r.at, r.tell) for r in rows]
    return _seen_by(incident_from_json(body), seen), explanation_from_json(why) if why else None, changes


def _seen_by(found: Incident, seen: Mapping[str | None, str]) -> Incident:
    """Acknowledged is what people said, not what a tick wrote."""
    return replace(found, acknowledged_by=seen[found.id]) if found.id in seen else found


def judged_on(conn: Connection, before: datetime | None, until: datetime) -> bool:
    """Moves the hour up to which everything was judged; False where another process moved it meanwhile, and then
    nothing of this tick may be kept."""
    if before is None:
        return insert_ignore(conn, meta, {"key": JUDGED_UNTIL, "value": until.isoformat()})
    mine = (meta.c.key == JUDGED_UNTIL) & (meta.c.value == before.isoformat())
    return conn.execute(update(meta).where(mine).values(value=until.isoformat())).rowcount == 1


def write_book(
    conn: Connection,
    *,
    incidents: Iterable[Incident],
    changes: Iterable[Change],
    explanations: Mapping[str, Explanation],
    at: datetime,
) -> None:
    """Writes incidents that are new or changed, what happened to them, and why."""
    for i in incidents:
        row = {
            "id": i.id, "kind": i.kind, "state": i.state, "detected_at": i.detected_at, "updated_at": i.updated_at,
            "body": incident_to_json(i),
        }  # fmt: skip
        upsert(conn, incident, row, ["id"])
    for c in changes:
        row = {
            "incident_id": c.incident.id,
            "what": c.what,
            "at": c.at,
            "tell": c.tell,
            "body": incident_to_json(c.incident),
        }
        conn.execute(insert(incident_change).values(**row))
    for incident_id, found in explanations.items():
        upsert(
            conn,
            explanation,
            {"incident_id": incident_id, "updated_at": at, "body": explanation_to_json(found)},
            ["incident_id"],
        )
