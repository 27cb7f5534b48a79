"""All tables of the program, in one MetaData; Alembic brings a store to it (ledger/migrations)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from ledger.types import DIMENSIONS, DRIVERS, utc


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; a naive time is refused. SQLite drops offsets, so it is converted before it is stored."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
_BIG = BigInteger().with_variant(Integer, "sqlite")


def _when(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime(), nullable=null)


def _text(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null)


load = Table(
    "load",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("source"),
    _text("kind"),
    _text("name"),
    _text("content_hash"),
    _when("loaded_at"),
    Column("available", _BIG, nullable=False),
    Column("covers_from", Integer),
    Column("covers_to", Integer),
    Column("rows", Integer, nullable=False),
    Column("undoes", Integer, ForeignKey("load.id")),
)
"""One load, or one undo. `available` (epoch seconds) is when a snapshot or an undo takes effect."""

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    _text("source"),
    Column("grain", Integer, nullable=False),
    *(_text(d, null=True) for d in DIMENSIONS),
)
"""One combination of source, grain and dimension values."""

cost = Table(
    "cost",
    metadata,
    Column("load_id", Integer, ForeignKey("load.id"), nullable=False),
    Column("series_id", Integer, ForeignKey("series.id"), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("available", _BIG, nullable=False),
    *(Column(d, _BIG) for d in DRIVERS),
    Column("cost_nano", _BIG, nullable=False),
    _text("original_currency", null=True),
    _text("original_cost", null=True),
    Index(None, "hour"),
)
"""The cost rows, never edited. `hour` counts from 1970, `available` in seconds from there."""

restatement = Table(
    "restatement",
    metadata,
    Column("load_id", Integer, ForeignKey("load.id"), primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    Column("holder", Integer, nullable=False),
)
"""What a snapshot says of the hours [first, end): the rows of the load `holder`, which is itself, or an earlier snapshot
with which it agrees on these hours to the last count, so that a bill loaded daily stores only the days that changed."""

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True),
    _text("id"),
    _when("known_at"),
    _when("time"),
    _when("until", null=True),
    _text("body"),
    Index(None, "id"),
)
"""What was announced; a later row of one id replaces the earlier (its end, say)."""

outcome = Table(
    "outcome",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("hour", Integer, nullable=False),
    _text("scope"),
    _text("name"),
    Column("count", _BIG, nullable=False),
    _when("loaded_at"),
    Index(None, "hour"),
)
"""Counts of business outcomes; a later row of one hour, scope and name replaces the earlier."""

incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    _text("kind"),
    _text("state"),
    _when("detected_at"),
    _when("updated_at"),
    _text("body"),
)

incident_change = Table(
    "incident_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", Text, ForeignKey("incident.id"), nullable=False),
    _text("what"),
    _when("at"),
    Column("tell", Boolean, nullable=False),
    _text("body"),
    Index(None, "incident_id"),
)

explanation = Table(
    "explanation",
    metadata,
    Column("incident_id", Text, ForeignKey("incident.id"), primary_key=True),
    _when("updated_at"),
    _text("body"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(64), primary_key=True),
    _when("at"),
    _text("word"),
    _text("by"),
    _text("incident_id", null=True),
    _text("scope", null=True),
    _when("until", null=True),
)

message = Table(
    "message",
    metadata,
    Column("key", Text, primary_key=True),
    _text("thread"),
    _text("kind"),
    _when("created_at"),
    _text("body"),
    Index(None, "thread"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("message_key", Text, ForeignKey("message.key"), nullable=False),
    _text("thread"),
    _text("channel"),
    _text("address"),
    _text("workspace"),
    _text("rule"),
    _text("status"),
    Column("attempts", Integer, nullable=False),
    _when("queued_at"),
    _when("not_before", null=True),
    _when("lease_until", null=True),
    _when("sent_at", null=True),
    _text("receipt"),
    _text("error"),
    Column("head", Boolean, nullable=False),
    UniqueConstraint("message_key", "channel", "workspace", "address"),
    Index(None, "status"),
)

job_run = Table(
    "job_run",
    metadata,
    Column("job", Text, primary_key=True),
    Column("slot", UtcDateTime(), primary_key=True),
    _text("holder"),
    _when("lease_until"),
    _text("state"),
    Column("attempts", Integer, nullable=False),
    _text("error"),
)

llm_call = Table(
    "llm_call",
    metadata,
    Column("id", Integer, primary_key=True),
    _when("at"),
    _text("model"),
    _text("purpose"),
    Column("request_hash", String(64), nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cost_nano", _BIG, nullable=False),
    _text("outcome"),
    _text("response"),
    Index(None, "request_hash"),
)

seen = Table("seen", metadata, Column("key", Text, primary_key=True), _when("at"))
meta = Table("meta", metadata, Column("key", Text, primary_key=True), _text("value"))
