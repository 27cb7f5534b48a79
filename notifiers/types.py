"""The frozen types of the notifiers: a neutral message, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Tone = Literal["alert", "calm", "good", "operator"]


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows; a format draws it as a native Slack chart, a PNG or terminal bars. `kind` band: `actual`
    against `low`..`high` over `times`, the hours from `marked_from` shaded; waterfall: `labels` and signed `values`
    that add up; bars: `labels` and `values`. Amounts are in `currency` (empty where it is none), for drawing only; `language`
    the locale of its numbers, `zone` that of its times."""

    kind: Literal["band", "waterfall", "bars"]
    title: str
    alt: str
    unit: str
    times: tuple[datetime, ...] = ()
    actual: tuple[float, ...] = ()
    expected: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    marked_from: datetime | None = None
    marked_to: datetime | None = None
    labels: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    currency: str = ""
    language: str = "en_US"
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Button:
    """Something a reader can do. `action` is one of a fixed set of words, `value` names what it is done to."""

    action: Literal["acknowledge", "expected", "not_useful", "mute", "why", "share"]
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    """A small table; `numeric` says which columns are set right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent along."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """What is said, free of any channel's form. `key` is unique: the same key is delivered once. `thread` groups
    a head and its replies; a head's `edits_head` replies bring it up to date."""

    key: str
    thread: str
    kind: Literal["incident", "budget", "digest", "operator", "answer", "summary", "test"]
    tone: Tone
    headline: str
    paragraphs: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    evidence: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    footer: str = ""
    rate: str = ""
    """By which rate dollars are shown in another currency."""
    reply: bool = False
    edits_head: bool = False
    severity: Literal["low", "medium", "high"] = "medium"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes: a channel kind (slack, mail, webhook, terminal), an address there, and the name of the
    rule that chose it, shown in the footer."""

    channel: str
    address: str
    rule: str
    workspace: str = ""
