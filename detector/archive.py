"""Incidents to and from JSON, as they stand in the store."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from detector.types import Incident, Judgement
from ledger.types import Scope, scope_json, scope_of

TIMES = ("detected_at", "started_at", "ended_at", "updated_at")
SERIES = ("hours", "actual", "expected", "low", "high")


def incident_to_json(incident: Incident) -> str:
    """The whole incident with what it was judged by."""
    raw = asdict(incident)
    raw |= {name: [scope_json(s) for s in getattr(incident, name)] for name in ("scopes", "first_scopes")}
    raw |= {name: at.isoformat() if (at := getattr(incident, name)) else None for name in TIMES}
    return json.dumps(raw, ensure_ascii=False)


def incident_from_json(text: str) -> Incident:
    """The incident of such a text, equal to the one that was written."""
    raw = json.loads(text)
    raw |= {name: _scopes(raw[name]) for name in ("scopes", "first_scopes")}
    raw |= {name: datetime.fromisoformat(raw[name]) if raw[name] else None for name in TIMES}
    judged = raw["judgement"]
    judged |= {name: tuple(judged[name]) for name in SERIES}
    judged["evidence"] = tuple((name, value) for name, value in judged["evidence"])
    return Incident(**{**raw, "judgement": Judgement(**judged)})


def _scopes(raw: list[dict[str, Any]]) -> tuple[Scope, ...]:
    return tuple(scope_of(s) for s in raw)
