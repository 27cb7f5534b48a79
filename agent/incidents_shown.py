"""Incidents as they are shown on the command line."""

from __future__ import annotations

from typing import Any

from detector import Incident
from detector.types import Judgement
from explainer import Look
from ledger.types import NANO, scope_json
from notifiers.figures import money, place


def incident_line(incident: Incident, look: Look) -> str:
    """An incident on one line."""
    where = " and ".join(place(s) for s in incident.scopes)
    return (
        f"{incident.id}  {incident.started_at:%Y-%m-%d %H:%MZ}  {incident.state:<9}  {incident.kind:<8}  "
        f"{incident.direction:<4}  {money(incident.impact_nano, look)}  {where}"
    )


def incident_json(incident: Incident) -> dict[str, Any]:
    """An incident as a JSON object, without the series it was judged by."""
    names = ("id", "kind", "state", "direction", "signal", "detected_at", "started_at", "ended_at", "updated_at",
             "event_id", "acknowledged_by", "note")  # fmt: skip
    return {name: getattr(incident, name) for name in names} | {
        "scope": [scope_json(s) for s in incident.scopes],
        "actual_usd": incident.actual_nano / NANO,
        "expected_usd": incident.expected_nano / NANO,
        "impact_usd": incident.impact_nano / NANO,
    }


def judgement_json(judged: Judgement) -> dict[str, Any]:
    """What an incident was judged by, series and all."""
    return {name: getattr(judged, name) for name in judged.__slots__} | {"evidence": dict(judged.evidence)}
