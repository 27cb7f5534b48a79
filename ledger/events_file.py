"""Reads what was announced: JSON lines of events."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger.batch import BadRows, Fault
from ledger.types import Event, LedgerError, scope_of, utc

KINDS = ("deploy", "launch", "batch", "price_change", "reorganisation", "other")
FIX = "mend the line; nothing of the file was stored"


def read_events(path: Path) -> list[Event]:
    """The events of a file, one JSON object a line. Raises LedgerError, BadRows among them with every bad line."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path}: cannot be read ({error}); name a file of JSON lines") from error
    events, faults = [], []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                events.append(event_of(json.loads(line)))
            except (ValueError, LedgerError) as error:
                faults.append(Fault(path.name, number, "", line[:80], str(error), FIX))
    if faults:
        raise BadRows(faults)
    return events


def event_of(record: Mapping[str, Any]) -> Event:
    """An event of a JSON object; its id is a hash of the content where it has none. Raises ValueError, LedgerError."""
    if not isinstance(record, Mapping):
        raise LedgerError("it is no JSON object")
    missing = [k for k in ("time", "kind", "scope") if k not in record]
    if missing:
        raise ValueError(f"{missing[0]} is missing")
    if record["kind"] not in KINDS:
        raise ValueError(f"kind {record['kind']!r} is none of {', '.join(KINDS)}")
    if not isinstance(record["scope"], Mapping):
        raise LedgerError("scope is no object of dimensions and values")
    start, until = _time(record["time"]), _time(record["until"]) if record.get("until") else None
    if until and until < start:
        raise ValueError(f"it ends ({record['until']}) before it begins ({record['time']})")
    digest = hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()
    return Event(
        str(record.get("id") or f"event-{digest[:12]}"), start, until, record["kind"], scope_of(record["scope"]),
        str(record.get("title") or ""), bool(record.get("expected", False)),
        _usd(record, "expected_usd"), _usd(record, "expected_usd_a_day"),
    )  # fmt: skip


def _time(text: Any) -> datetime:
    try:
        return utc(datetime.fromisoformat(str(text)))
    except ValueError as error:
        raise ValueError(f"{text!r} is no time; write it as 2026-11-01T13:00:00Z") from error


def _usd(record: Mapping[str, Any], name: str) -> float | None:
    value = record.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} {value!r} is no amount of dollars")
    return float(value)
