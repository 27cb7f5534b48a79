"""The frozen types of the ledger: what a cost row, an event and an outcome are, in which units and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NANO = 1_000_000_000
"""Nano-dollars in a dollar. All money is carried as integer nano-dollars."""

DIMENSIONS = (
    "team",
    "feature",
    "workflow",
    "user_segment",
    "environment",
    "provider",
    "model",
    "version",
    "release",
    "region",
    "tier",
    "account",
    "key",
    "charge",
    "tags",
)
"""Dimensions of a cost row, in the order in which people are shown them. `charge` is the charge kind
(usage, credit, tax, pool); `tags` is a canonical JSON object of further tags. Null is untagged or unknown."""

DRIVERS = ("runs", "requests", "errors", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
"""Counted drivers of a cost row. Cached and cache-write tokens are part of the input tokens."""

CHARGES = ("usage", "credit", "tax", "pool")

Scope = tuple[tuple[str, str | None], ...]
"""A predicate over dimensions: pairs (dimension, value), in the order of DIMENSIONS; () is everywhere,
a value of None is untagged. Hashable, so that incidents, events and feedback can be keyed by it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LedgerError(Exception):
    """What is wrong with input or settings, in words for the user: names the thing, the value and the next step."""


def scope_of(mapping: Mapping[str, str | None]) -> Scope:
    """The scope of a JSON object. Raises LedgerError where a key is no dimension."""
    unknown = sorted(set(mapping) - set(DIMENSIONS))
    if unknown:
        raise LedgerError(
            f"scope names {', '.join(unknown)}, which is no dimension; use one of {', '.join(DIMENSIONS)}"
        )
    return tuple((d, mapping[d]) for d in DIMENSIONS if d in mapping)


def scope_json(scope: Scope) -> dict[str, str | None]:
    """The JSON object of a scope."""
    return dict(scope)


def utc(moment: datetime) -> datetime:
    """The moment in UTC. Raises LedgerError for a naive time: it could mean any zone."""
    if moment.tzinfo is None:
        raise LedgerError(f"time {moment.isoformat()} has no zone; write it with one, such as {moment.isoformat()}Z")
    return moment.astimezone(UTC)


def to_hour(moment: datetime) -> int:
    """Whole hours since 1970-01-01T00:00Z, rounded down."""
    return int((utc(moment) - _EPOCH) // timedelta(hours=1))


def to_second(moment: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00Z, rounded down."""
    return int((utc(moment) - _EPOCH) // timedelta(seconds=1))


def from_hour(hour: int) -> datetime:
    """The start of an epoch hour."""
    return _EPOCH + timedelta(hours=int(hour))


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody announced: a deploy, launch, batch or price_change. `expected` says that it costs money;
    `expected_usd` (from `time` to `until`) or `expected_usd_a_day` (no end) is the estimate, in dollars."""

    id: str
    time: datetime
    until: datetime | None
    kind: str
    scope: Scope
    title: str
    expected: bool
    expected_usd: float | None = None
    expected_usd_a_day: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often a business outcome (a ticket solved, a contract reviewed) happened in an hour within a scope."""

    hour: datetime
    scope: Scope
    name: str
    count: int
