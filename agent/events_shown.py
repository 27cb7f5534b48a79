"""Events as they are shown on the command line."""

from __future__ import annotations

from typing import Any

from ledger.types import Event, scope_json


def event_json(event: Event) -> dict[str, Any]:
    """An event as a JSON object, with its scope as one."""
    return {name: getattr(event, name) for name in event.__slots__} | {"scope": scope_json(event.scope)}


def event_line(event: Event) -> str:
    """An event on one line."""
    where = ", ".join(f"{d}={'(untagged)' if v is None else v}" for d, v in event.scope) or "everywhere"
    until = f" to {event.until:%Y-%m-%d %H:%MZ}" if event.until else ""
    costs = ", expected to cost money" if event.expected else ""
    return f"{event.id}  {event.time:%Y-%m-%d %H:%MZ}{until}  {event.kind}  {where}  {event.title}{costs}"
