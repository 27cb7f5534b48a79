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
from ledger.readers.checks import near
from ledger.types import Event, LedgerError, scope_of, utc

FIELDS = ("id", "time", "until", "kind", "scope", "title", "expected", "expected_usd", "expected_usd_a_day")
KINDS = ("deploy", "launch", "batch", "price_change", "reorganisation", "other")
FIX = "mend the line, or load with --keep-good; nothing of the file was stored"


def read_events(path: Path) -> list[Event]:
    """The events of a file, one JSON object a line. Raises LedgerError, BadRows among them with every bad line."""
    events, faults = _read(path)
    if faults:
        raise BadRows(faults)
    return events


def sound_events(path: Path, bad_folder: Path) -> tuple[list[Event], str]:
    """The events of the good lines, and what was left out and where it stands with the reasons. Raises LedgerError."""
    events, faults = _read(path)
    if not faults:
        return events, ""
    lines = path.read_text().splitlines()
    target = bad_folder / f"{path.name}.bad.jsonl"
    left = [{"row": f.row, "reason": f.reason, "line": lines[(f.row or 1) - 1]} for f in faults]
    target.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in left))
    return events, f"{path.name}: {len(faults)} bad, left out: see {target}"


def _read(path: Path) -> tuple[list[Event], list[Fault]]:
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path}: cannot be read ({error}); name a file of JSON lines") from error
    events, faults = [], []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                events.append(event_of(_object(line)))
            except (ValueError, LedgerError) as error:
                faults.append(Fault(path.name, number, "", line[:80], str(error), FIX))
    return events, faults


def _object(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error}); it may be cut off") from error


def event_of(record: Mapping[str, Any]) -> Event:
    """An event of a JSON object; its id is a hash of the content where it has none. Fields beyond FIELDS are left alone,
    unless they look like one of them. Raises ValueError, LedgerError."""
    if not isinstance(record, Mapping):
        raise LedgerError("it is no JSON object")
    missing = [k for k in ("time", "kind", "scope") if k not in record]
    if missing:
        raise ValueError(f"{missing[0]} is missing{near(missing[0], record)}")
    meant = [(k, f) for k in record if k not in FIELDS and (f := near(str(k), FIELDS))]
    if meant:
        raise ValueError(f"there is no field {meant[0][0]}{meant[0][1]}")
    if record["kind"] not in KINDS:
        raise ValueError(f"kind {record['kind']!r} is none of {', '.join(KINDS)}")
    scope, expected = record["scope"], record.get("expected") or False
    if not isinstance(scope, Mapping) or not all(v is None or isinstance(v, str) for v in scope.values()):
        raise ValueError(f"scope {scope!r} is no object of dimensions and their values as text or null")
    if expected is not True and expected is not False:
        raise ValueError(f"expected {expected!r} is neither true nor false")
    start, until = _time(record["time"]), _time(record["until"]) if record.get("until") else None
    if until and until < start:
        raise ValueError(f"it ends ({record['until']}) before it begins ({record['time']})")
    digest = hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()
    return Event(
        str(record.get("id") or f"event-{digest[:12]}"), start, until, record["kind"], scope_of(scope),
        str(record.get("title") or ""), expected,
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
