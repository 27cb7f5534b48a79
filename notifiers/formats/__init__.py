"""Formats: each turns a neutral message into what a channel takes. Limits and escaping live here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifiers.formats.mail import mail_payload
from notifiers.formats.slack import slack_payload
from notifiers.formats.text import text_payload
from notifiers.formats.webhook import webhook_payload
from notifiers.types import Message

Format = Callable[[Message, str], dict[str, Any]]
"""(message, the name of the rule that chose the route) -> payload."""

FORMATS: dict[str, Format] = {
    "slack": slack_payload,
    "mail": mail_payload,
    "text": text_payload,
    "webhook": webhook_payload,
}

__all__ = ["FORMATS", "Format", "mail_payload", "slack_payload", "text_payload", "webhook_payload"]
