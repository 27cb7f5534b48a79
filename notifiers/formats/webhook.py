"""A message as JSON for a webhook: the neutral message itself, without what only a channel of people needs."""

from __future__ import annotations

import json
from typing import Any

from notifiers.archive import message_to_json
from notifiers.types import Message

LEFT_OUT = ("buttons", "attachments", "edits_head")


def webhook_payload(message: Message, rule: str) -> dict[str, Any]:
    """`schema`, `rule` and the fields of a message; times are ISO 8601 in UTC, charts carry their numbers."""
    content = json.loads(message_to_json(message))
    return {"schema": 1, "rule": rule} | {k: v for k, v in content.items() if k not in LEFT_OUT}
