"""Messages to and from JSON, as they stand in the store."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from notifiers.types import Attachment, Button, Chart, Message, Table


def message_to_json(message: Message) -> str:
    """The whole message; attachments in base64."""
    return json.dumps(asdict(message), default=_plain)


def message_from_json(text: str) -> Message:
    """The message of such a text."""
    raw = json.loads(text)
    raw |= {name: tuple(raw[name]) for name in ("paragraphs", "evidence", "next_steps")}
    raw["numbers"] = _rows(raw["numbers"])
    raw["charts"] = tuple(_chart(c) for c in raw["charts"])
    raw["tables"] = tuple(_table(t) for t in raw["tables"])
    raw["buttons"] = tuple(Button(**b) for b in raw["buttons"])
    raw["attachments"] = tuple(
        Attachment(a["name"], a["mime"], base64.b64decode(a["content"])) for a in raw["attachments"]
    )
    return Message(**raw)


def _rows(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(r) for r in rows)


def _table(raw: dict[str, Any]) -> Table:
    return Table(raw["title"], tuple(raw["columns"]), _rows(raw["rows"]), tuple(raw["numeric"]))


def _chart(raw: dict[str, Any]) -> Chart:
    series = {name: tuple(raw[name]) for name in ("actual", "expected", "low", "high", "labels", "values")}
    times = tuple(datetime.fromisoformat(t) for t in raw["times"])
    marks = {n: datetime.fromisoformat(raw[n]) if raw[n] else None for n in ("marked_from", "marked_to")}
    return Chart(**{**raw, **series, **marks, "times": times})


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a message")
