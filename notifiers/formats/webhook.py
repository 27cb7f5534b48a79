"""A message as JSON for a webhook: the neutral message itself, without what only a channel of people needs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from typing import Any

from notifiers.archive import message_to_json
from notifiers.types import Chart, Message

LEFT_OUT = ("buttons", "attachments", "edits_head")


def webhook_payload(message: Message, rule: str) -> dict[str, Any]:
    """`schema`, `rule` and the fields of a message; times are ISO 8601 in UTC, charts carry their numbers."""
    charts = tuple(_in_utc(chart) for chart in message.charts)
    content = json.loads(message_to_json(replace(message, charts=charts)))
    return {"schema": 1, "rule": rule} | {k: v for k, v in content.items() if k not in LEFT_OUT}


def _in_utc(chart: Chart) -> Chart:
    times = tuple(t.astimezone(UTC) for t in chart.times)
    since, until = (at.astimezone(UTC) if at else None for at in (chart.marked_from, chart.marked_to))
    return replace(chart, times=times, marked_from=since, marked_to=until, zone="UTC")
